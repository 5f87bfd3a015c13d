import { createDecipheriv, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OaepHash, WrapPlan, WrappedParts } from '../../../app/byok/format.ts';
import { bytesToHex } from '../../../app/keys/bytes.ts';
import { isAsymmetric, keySpecNames, keySpecs, type KeySpec } from '../../../app/keys/specs.ts';
import { readSpki, type PublicKey } from '../../../app/keys/spki.ts';
import type { TargetKey } from '../../../main/hsm/port.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { refusalFrom } from '../../support/refusal-from.ts';
import { freshStore, newClient, openFreshToken, scratchFolder } from '../../support/token.ts';

type KekBits = 2048 | 3072 | 4096;

const scratch = scratchFolder();
const hsm = newClient();
const targets = new Map<KeySpec, TargetKey>();
const keks = new Map<KekBits, { file: string; numbers: { modulus: Uint8Array; exponent: Uint8Array } }>();

const rsaAes = (oaepHash: OaepHash | null = 'sha1'): WrapPlan => ({ method: 'rsa-aes', oaepHash, ephemeralBits: 256 });
const ckaIdOf = (spec: KeySpec): string => bytesToHex(Uint8Array.of(keySpecNames.indexOf(spec) + 1, 0xcd));

beforeAll(async () => {
  await openFreshToken(hsm, freshStore(scratch.folder));
  for (const bits of [2048, 3072, 4096] as const) {
    const { pkcs8, spki } = makePair(`rsa-${bits}`);
    const file = join(scratch.folder, `kek-${bits}.der`);
    writeFileSync(file, pkcs8, { mode: 0o600 });
    const numbers = readSpki(spki, fail);
    if (numbers.kind === 'rsa') keks.set(bits, { file, numbers });
  }
}, 60_000);

afterAll(async () => {
  await hsm.close();
  scratch.remove();
});

const fail = (cause: string): never => expect.unreachable(cause);

function kek(bits: KekBits) {
  return keks.get(bits) ?? fail('no KEK');
}

async function targetOf(spec: KeySpec): Promise<TargetKey> {
  const target = targets.get(spec) ?? (await hsm.generateTargetKey({ ckaId: ckaIdOf(spec), spec, label: `t-${spec}` }));
  targets.set(spec, target);
  return target;
}

async function wrap(spec: KeySpec, plan: WrapPlan, bits: KekBits, nonce: Uint8Array | null = null) {
  const recorded = await targetOf(spec);
  return hsm.wrapTargetKey({ ckaId: recorded.ckaId, spec, recorded, plan, kek: kek(bits).numbers, nonce });
}

/** RSA-OAEP, or for null RSAES-PKCS1-v1_5, by the OpenSSL command line. */
function openRsa(part: Uint8Array, bits: KekBits, hash: OaepHash | null): Uint8Array {
  const oaep = ['rsa_padding_mode:oaep', `rsa_oaep_md:${hash}`, `rsa_mgf1_md:${hash}`];
  const options = hash === null ? ['rsa_padding_mode:pkcs1'] : oaep;
  const pkeyopts = options.flatMap((option) => ['-pkeyopt', option]);
  return openssl(['pkeyutl', '-decrypt', '-keyform', 'DER', '-inkey', kek(bits).file, ...pkeyopts], part);
}

/** RSA-AES key wrap by the OpenSSL command line: RSA, then RFC 5649. */
function open(parts: WrappedParts, bits: KekBits, hash: OaepHash | null): Uint8Array {
  const ephemeral = openRsa(parts.wrappedEphemeral ?? fail('no RSA part'), bits, hash);
  expect(ephemeral).toHaveLength(32);
  const file = join(scratch.folder, 'wrapped.bin');
  writeFileSync(file, parts.wrappedKey);
  return openssl(['enc', '-d', '-id-aes256-wrap-pad', '-iv', 'A65959A6', '-K', bytesToHex(ephemeral), '-in', file]);
}

function publicHalf(pkcs8: Uint8Array): PublicKey {
  return readSpki(openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], pkcs8), fail);
}

/** The length of the outermost DER value, as OpenSSL counts it. */
function derLength(bytes: Uint8Array): number {
  const text = Buffer.from(openssl(['asn1parse', '-inform', 'DER'], bytes)).toString();
  const [, header, content] = /hl=(\d+) +l= *(\d+)/.exec(text) ?? [];
  return Number(header) + Number(content);
}

const zeroBlockUnder = (key: Uint8Array): Uint8Array =>
  openssl(['enc', `-aes-${key.length * 8}-ecb`, '-nopad', '-K', bytesToHex(key)], new Uint8Array(16));

/** The key check value of a secret key, by the OpenSSL command line. */
function checkValue(spec: KeySpec, key: Uint8Array): string {
  const bytes =
    keySpecs[spec].kind === 'aes' ? zeroBlockUnder(key).subarray(0, 3) : openssl(['dgst', '-sha256', '-binary'], key);
  return bytesToHex(bytes).toUpperCase();
}

/** AES-GCM without additional data, the tag last; `openssl enc` has no GCM. */
function openGcm(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Uint8Array {
  const cipher = createDecipheriv(`aes-${key.length * 8}-gcm` as 'aes-256-gcm', key, iv);
  cipher.setAuthTag(sealed.subarray(12));
  return Buffer.concat([cipher.update(sealed.subarray(0, 12)), cipher.final()]);
}

const aesSizes = ['aes-128', 'aes-192', 'aes-256'] as const;

const direct: [KeySpec, OaepHash | null, KekBits][] = [
  ['aes-128', 'sha1', 2048],
  ['aes-256', 'sha1', 3072],
  ['hmac-512', 'sha1', 2048],
  ['aes-192', 'sha256', 4096],
  ['aes-256', 'sha256', 2048],
  ['hmac-224', 'sha256', 2048],
  ['hmac-512', 'sha256', 3072],
  ['aes-256', 'sha384', 2048],
  ['hmac-384', 'sha512', 2048],
  ['aes-256', null, 2048],
  ['hmac-256', null, 2048],
  ['hmac-512', null, 4096],
];

const cases: [KeySpec, KekBits][] = [
  ['rsa-2048', 4096],
  ['rsa-3072', 2048],
  ['rsa-4096', 3072],
  ...(['ec-p256', 'ec-p384', 'ec-p521', 'ec-secp256k1', 'aes-128', 'aes-192', 'aes-256'] as const).flatMap(
    (spec): [KeySpec, KekBits][] => [
      [spec, 2048],
      [spec, 3072],
      [spec, 4096],
    ],
  ),
  ['hmac-224', 2048],
  ['hmac-256', 2048],
  ['hmac-384', 3072],
  ['hmac-512', 4096],
];

describe('a target key wrapped in the token opens under OpenSSL', () => {
  it.each(cases)('%s by RSA-AES under a KEK of %i bits', { timeout: 60_000 }, async (spec, bits) => {
    const target = await targetOf(spec);
    const { parts, proof } = await wrap(spec, rsaAes(), bits);
    const payload = open(parts, bits, 'sha1');

    expect(parts.wrappedEphemeral).toHaveLength(bits / 8);
    expect(proof).toMatchObject({ spec, method: 'rsa-aes', oaepHash: 'sha1', performed: 'composed' });
    expect(proof.kwpMechanism).toBe('0x210b');
    if (isAsymmetric(spec)) {
      expect(derLength(payload)).toBe(payload.length);
      expect(publicHalf(payload)).toEqual(readSpki(target.publicKey ?? fail('no public key'), fail));
    } else {
      expect(payload.length * 8).toBe((keySpecs[spec] as { bits: number }).bits);
      expect(proof.payloadBytes).toBe(payload.length);
    }
  });

  it.each(['sha256', 'sha384', 'sha512', null] as const)('with %s for OAEP and MGF1', async (hash) => {
    const { parts, proof } = await wrap('ec-p256', rsaAes(hash), 2048);
    const payload = open(parts, 2048, hash);
    expect(derLength(payload)).toBe(67);
    expect(publicHalf(payload)).toEqual(readSpki((await targetOf('ec-p256')).publicKey ?? fail('no key'), fail));
    expect(parts.sealedNonce).toBeNull();
    expect(proof).toMatchObject({ method: 'rsa-aes', oaepHash: hash, nonce: null });
  });

  it.each(direct)('%s directly under %s and a KEK of %i bits', async (spec, hash, bits) => {
    const plan: WrapPlan =
      hash === null ? { method: 'pkcs1-v1_5', oaepHash: hash } : { method: 'oaep', oaepHash: hash, nonce: null };
    const { parts, proof } = await wrap(spec, plan, bits);
    const key = openRsa(parts.wrappedKey, bits, hash);
    expect(checkValue(spec, key)).toBe((await targetOf(spec)).keyCheckValues[0]?.value);
    expect(parts).toMatchObject({ wrappedEphemeral: null, sealedNonce: null });
    expect(proof).toMatchObject({ performed: 'single', kwpMechanism: null, payloadBytes: key.length });
  });

  it.each(aesSizes)('with a nonce under the target key: %s', async (spec) => {
    const nonce = Uint8Array.from(randomBytes(12));
    const plan: WrapPlan = { method: 'oaep', oaepHash: 'sha256', nonce: 'aes-gcm' };
    const { parts, proof } = await wrap(spec, plan, 4096, nonce);
    const { iv, sealed } = parts.sealedNonce ?? fail('no sealed nonce');
    const key = openRsa(parts.wrappedKey, 4096, 'sha256');
    expect([key.length * 8, iv.length, sealed.length]).toEqual([Number(spec.slice(4)), 12, 28]);
    expect(bytesToHex(openGcm(key, iv, sealed))).toBe(bytesToHex(nonce));
    expect(proof).toMatchObject({ method: 'oaep', oaepHash: 'sha256', nonce: 'aes-gcm' });
    const again = (await wrap(spec, plan, 4096, nonce)).parts.sealedNonce ?? fail('no sealed nonce');
    expect(again.iv).not.toEqual(iv);
    expect(again.sealed).not.toEqual(sealed);
  });

  it('gives new bytes each time', async () => {
    const [one, two] = [await wrap('aes-256', rsaAes(), 2048), await wrap('aes-256', rsaAes(), 2048)];
    expect(one.parts.wrappedEphemeral).not.toEqual(two.parts.wrappedEphemeral);
    expect(one.parts.wrappedKey).not.toEqual(two.parts.wrappedKey);
    expect(open(one.parts, 2048, 'sha1')).toEqual(open(two.parts, 2048, 'sha1'));
  });
});

describe('key check values from the token are the ones OpenSSL makes', () => {
  it.each(aesSizes)('%s', async (spec) => {
    const key = open((await wrap(spec, rsaAes(), 2048)).parts, 2048, 'sha1');
    const value = checkValue(spec, key);
    expect((await targetOf(spec)).keyCheckValues).toEqual([{ method: 'aes-ecb-zero-block', value }]);
  });

  it('hmac-256', async () => {
    const key = open((await wrap('hmac-256', rsaAes(), 2048)).parts, 2048, 'sha1');
    const value = checkValue('hmac-256', key);
    expect((await targetOf('hmac-256')).keyCheckValues).toEqual([{ method: 'sha256-of-value', value }]);
  });
});

describe('a target key in the token', () => {
  it('reads back as asked, with nothing untold', async () => {
    const { attributes } = await targetOf('ec-p256');
    expect(attributes.length).toBeGreaterThan(20);
    for (const { asked, found } of attributes) expect(found).toBe(asked);
    const values = Object.fromEntries(attributes.map(({ name, found }) => [name, found]));
    expect(values).toMatchObject({
      CKA_TOKEN: 'true',
      CKA_SENSITIVE: 'true',
      CKA_EXTRACTABLE: 'true',
      CKA_ALWAYS_SENSITIVE: 'true',
      CKA_MODIFIABLE: 'false',
      CKA_WRAP_WITH_TRUSTED: 'false',
    });
  });

  it('is found again by its CKA_ID, the same', async () => {
    const made = await targetOf('ec-p384');
    expect(await hsm.findTargetKey(made.ckaId, 'ec-p384')).toEqual(made);
    expect(await hsm.findTargetKey('00ff00ff', 'ec-p384')).toBeNull();
  });

  it('is destroyed with its public half, and gone', async () => {
    await hsm.generateTargetKey({ ckaId: 'dead', spec: 'ec-p256', label: 'to destroy' });
    expect(await hsm.destroyKey('dead', 'ec-p256')).toBe(2);
    expect(await hsm.findTargetKey('dead', 'ec-p256')).toBeNull();
    expect(await hsm.destroyKey('dead', 'ec-p256')).toBe(0);
  });

  it.each([
    ['a CKA_ID in use', { ckaId: ckaIdOf('aes-256'), label: 'another' }, 'TARGET-KEY-ID-FREE'],
    ['a label in use', { ckaId: 'f0f0', label: 't-aes-256' }, 'TARGET-KEY-LABEL-FREE'],
  ])('is refused with %s', async (_, name, rule) => {
    await targetOf('aes-256');
    const refused = await refusalFrom(hsm.generateTargetKey({ ...name, spec: 'aes-128' }));
    expect(refused.rule).toBe(rule);
  });

  it.each([
    ['another curve', 'ec-p256', 'ec-secp256k1', 'TARGET-KEY-SPEC-AS-PLANNED'],
    ['another modulus length', 'rsa-2048', 'rsa-3072', 'TARGET-KEY-SPEC-AS-PLANNED'],
    ['another kind of pair', 'ec-p256', 'rsa-2048', 'TARGET-KEY-SPEC-AS-PLANNED'],
    ['another length', 'aes-128', 'aes-256', 'TARGET-KEY-SPEC-AS-PLANNED'],
    ['another kind of secret', 'aes-256', 'hmac-256', 'TARGET-KEY-SPEC-AS-PLANNED'],
    ['a pair where a secret is', 'aes-128', 'ec-p256', 'TARGET-KEY-PRESENT'],
  ] as const)('is not wrapped as %s', async (_, made, claimed, rule) => {
    const recorded = await targetOf(made);
    const request = {
      ckaId: recorded.ckaId,
      spec: claimed,
      recorded,
      plan: rsaAes(),
      kek: kek(2048).numbers,
      nonce: null,
    };
    expect((await refusalFrom(hsm.wrapTargetKey(request))).rule).toBe(rule);
  });

  it.each([
    [{ method: 'oaep', oaepHash: 'sha1', nonce: null }, 'ec-p256'],
    [{ method: 'pkcs1-v1_5', oaepHash: null }, 'rsa-2048'],
    [{ method: 'oaep', oaepHash: 'sha256', nonce: 'aes-gcm' }, 'hmac-256'],
  ] as const)('is not wrapped by %o when that does not carry it', async (plan, spec) => {
    expect((await refusalFrom(wrap(spec, plan, 2048))).rule).toBe('WRAP-METHOD-FITS-KEY');
  });
});

describe('a probe', () => {
  it('proves each need once and tells the mechanisms', async () => {
    const need = { spec: 'aes-256', plan: rsaAes(), kekBits: 2048 } as const;
    const report = await hsm.probe([need, need, { ...need, spec: 'ec-secp256k1' }]);
    expect(report.proofs.map(({ spec, payloadBytes }) => [spec, payloadBytes])).toEqual([
      ['aes-256', 32],
      ['ec-secp256k1', 64],
    ]);
    expect(report.failures).toEqual([]);
    expect(report.mechanisms).toEqual(
      expect.arrayContaining([
        { name: 'CKM_AES_KEY_WRAP_KWP', number: '0x210b', listed: true, wraps: true },
        { name: 'CKM_RSA_PKCS', number: '0x1', listed: true, wraps: true },
        { name: 'CKM_AES_GCM', number: '0x1087', listed: true, wraps: false },
      ]),
    );
  });
});
