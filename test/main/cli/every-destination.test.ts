import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Way } from '../../../app/byok/format.ts';
import { supportMatrix } from '../../../app/byok/support-matrix.ts';
import { parseManifest, type ManifestKey } from '../../../app/bundle/manifest.ts';
import { isAsymmetric, keySpecs, type KeySpec } from '../../../app/keys/specs.ts';
import type { Cloud, CloudKek, Handout, Order } from '../../support/clouds/cloud.ts';
import { clouds } from '../../support/clouds/index.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { Desk, runCli } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';
import { fewPeople, planWith } from '../../support/walk.ts';

let scratch: ReturnType<typeof scratchFolder>;

beforeEach(() => {
  scratch = scratchFolder();
});

afterEach(() => scratch.remove());

interface Planned {
  readonly id: string;
  readonly order: Order;
  readonly way: Way;
  readonly kek: CloudKek;
  readonly handout: Handout;
}

/**
 * Every spec by the first way that carries it, and every other way by one secret key and one key pair: a way wraps bytes,
 * whatever they are.
 */
function ordersOf(rows: readonly Way[]): { readonly spec: KeySpec; readonly way: Way }[] {
  const seen = new Set<string>();
  return rows.flatMap((way) => {
    const examples = [way.specs.findLast((spec) => !isAsymmetric(spec)), way.specs.find((spec) => spec.startsWith('ec'))]; // prettier-ignore
    const specs = way.specs.filter((spec) => !seen.has(`${way.place} ${spec}`) || examples.includes(spec));
    specs.forEach((spec) => seen.add(`${way.place} ${spec}`));
    return specs.map((spec) => ({ spec, way }));
  });
}

function plannedKeys(cloud: Cloud): Planned[] {
  const ends = new Date(Date.now() + 20 * 3_600_000);
  return ordersOf(supportMatrix[cloud.type]).map(({ spec, way }, index) => {
    const id = `k${index + 1}-${spec}`;
    const order = { spec, option: way.option, name: id };
    // One each: a wrapping key serves one place only.
    const kek = makePair(`rsa-${way.kekBits[0] as 2048 | 3072 | 4096}`);
    return { id, order, way, kek, handout: cloud.handOut(kek, order, ends) };
  });
}

/** The target key that came out is the one that the manifest speaks of, by OpenSSL. */
function checkPayload(payload: Uint8Array, key: ManifestKey): void {
  const info = keySpecs[key.spec];
  if (info.kind === 'aes' || info.kind === 'hmac') {
    expect(payload.length * 8).toBe(info.bits);
    const value = info.kind === 'aes' ? ecbCheckValue(payload) : createHash('sha256').update(payload).digest('hex').toUpperCase(); // prettier-ignore
    expect(key.keyCheckValues.map((kcv) => kcv.value)).toEqual([value]);
    return;
  }
  const asn1 = Buffer.from(openssl(['asn1parse', '-inform', 'DER'], payload)).toString();
  const [, header, length] = /hl=(\d)\s+l=\s*(\d+)/u.exec(asn1) ?? [];
  expect(Number(header) + Number(length)).toBe(payload.length);
  const spki = openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], payload);
  expect(createHash('sha256').update(spki).digest('hex')).toBe(key.publicKey?.spkiSha256);
}

function ecbCheckValue(key: Uint8Array): string {
  const hex = Buffer.from(key).toString('hex');
  const block = openssl(['enc', `-aes-${key.length * 8}-ecb`, '-nopad', '-K', hex], new Uint8Array(16));
  return Buffer.from(block.subarray(0, 3)).toString('hex').toUpperCase();
}

describe.each(clouds.map((cloud) => [cloud.type, cloud] as const))('a rehearsal to %s', (_, cloud) => {
  it('makes for every key spec and way what the cloud opens to exactly the key in the manifest', () => {
    const desk = new Desk(scratch.folder);
    const keys = plannedKeys(cloud);
    desk.plan(
      planWith(
        keys.map(({ id, order }) => ({
          id,
          spec: order.spec,
          source: 'generate',
          after: 'destroy',
          destination: cloud.destination(order),
        })),
        fewPeople,
      ),
    );
    for (const { id, handout } of keys) {
      for (const [file, content] of Object.entries(handout.files)) desk.bring(id, file, content);
    }
    const run = desk.rehearse();
    expect(run.stderr.split('\n').filter((line) => line.startsWith('refused'))).toEqual([]);
    const { bundle } = JSON.parse(run.stdout) as { bundle: string };
    const manifest = parseManifest(new Uint8Array(readFileSync(join(bundle, 'MANIFEST.json'))));
    expect(manifest.keys.map(({ id }) => id)).toEqual(keys.map(({ id }) => id));
    for (const [index, key] of manifest.keys.entries()) {
      const { order, kek, handout, way } = keys[index] ?? expect.unreachable('one for each key');
      expect([key.id, key.wrap.method, key.wrap.oaepHash]).toEqual([key.id, way.wrap.method, way.wrap.oaepHash]);
      const delivered = (name: string) => new Uint8Array(readFileSync(join(bundle, 'keys', key.id, name)));
      checkPayload(cloud.open(delivered, kek, order, handout, key.wrap), key);
    }
    expect(runCli('verify', [bundle])).toMatchObject({ code: 0 });
  }, 600_000);
});
