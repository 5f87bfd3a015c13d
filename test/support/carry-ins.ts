import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationType } from '../../app/byok/support-matrix.ts';
import type { KeySpec } from '../../app/keys/specs.ts';
import type { CloudKek, Handout, Order } from './clouds/cloud.ts';
import { clouds } from './clouds/index.ts';
import { planted, testKek, type Changes } from './inbound-files.ts';
import { makePair } from './openssl.ts';
import type { Desk } from './rehearsal.ts';

/** The files in the folder of one key, by name. */
export type Files = Handout['files'];

/** A key of a plan, and what its cloud handed out for it. */
export interface CarryIn {
  /** Of the key in the plan, and so of its folder. */
  readonly id: string;
  readonly planned: Readonly<Record<string, unknown>>;
  readonly kek: Pick<CloudKek, 'spki'>;
  readonly handout: Handout;
}

/** Two keys for AWS, since a wrapping key serves one of them only. */
const ordered = {
  aws: ['aws-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
  'aws-two': ['aws-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
  azure: ['azure-key-vault', 'ec-p256', 'CKM_RSA_AES_KEY_WRAP'],
  huawei: ['huawei-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
  ibm: ['ibm-key-protect', 'aes-256', 'RSAES_OAEP_SHA_256'],
  google: ['google-cloud-kms', 'ec-p256', 'rsa-oaep-3072-sha256-aes-256'],
  oci: ['oci-vault', 'aes-256', 'RSA_OAEP_AES_SHA256'],
  vault: ['vault-transit', 'aes-256', 'SHA256'],
  alibaba: ['alibaba-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
  tencent: ['tencent-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
} as const satisfies Record<string, readonly [DestinationType, KeySpec, string]>;

export type CarryInId = keyof typeof ordered;
export const carryInIds = Object.keys(ordered) as readonly CarryInId[];

/**
 * A sound key for every destination, and what its cloud hands out, with a wrapping key of its own each.
 * @param ends - when tokens and jobs end
 */
export function soundCarryIns(ends: Date): Readonly<Record<CarryInId, CarryIn>> {
  const made = carryInIds.map((id) => {
    const [type, spec, option] = ordered[id];
    const cloud = clouds.find((each) => each.type === type);
    if (cloud === undefined) throw new Error(`there is no ${type}`);
    const order: Order = { spec, option, name: id };
    const kek = kekFor(id);
    const planned = { id, spec, source: 'generate', after: 'destroy', destination: cloud.destination(order) };
    // Nothing is opened here: the private half may be missing.
    return [
      id,
      { id, planned, kek, handout: cloud.handOut({ pkcs8: new Uint8Array(), ...kek }, order, ends) },
    ] as const;
  });
  return Object.fromEntries<CarryIn>(made) as Record<CarryInId, CarryIn>;
}

function kekFor(id: CarryInId): Pick<CloudKek, 'spki'> {
  if (id === 'ibm') return testKek(4096);
  if (id === 'google') return testKek(3072);
  return makePair(id === 'oci' || id === 'vault' ? 'rsa-4096' : 'rsa-2048');
}

/** Puts files into the folder of a key in the place of whatever was there. */
export function bringOnly(desk: Desk, key: string, files: Files): void {
  rmSync(join(desk.inbound, key), { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) desk.bring(key, name, content);
}

/** What becomes of the files that a cloud handed out. */
export type Plant = (files: Files) => Files;

/** Members of the cloud's JSON are something else. */
export function set(changes: Changes): Plant {
  return changed((text) => JSON.stringify(planted(Object(JSON.parse(text)) as object, { set: changes })));
}

/** Words of the cloud's text are others, wherever they stand. */
export function swapped(words: string, others: string): Plant {
  return changed((text) => text.replaceAll(words, others));
}

/** More files lie beside those of the cloud. */
export function beside(more: Files): Plant {
  return (files) => ({ ...files, ...more });
}

/** Other files lie in the place of the cloud's. */
export function instead(files: Files): Plant {
  return () => files;
}

/** Every file is text. */
export function changed(change: (text: string) => string | Uint8Array): Plant {
  return (files) =>
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, change(Buffer.from(text).toString())]));
}
