import pkcs11js from 'pkcs11js';
import { afterAll, describe, expect, it } from 'vitest';
import type { WrapPlan } from '../../../app/byok/format.ts';
import { curveOids, type KeySpec } from '../../../app/keys/specs.ts';
import { encodeSpki, readSpki, type PublicKey } from '../../../app/keys/spki.ts';
import { verifiesOnCurve } from '../../../main/hsm/curve-points.ts';
import type { TargetKey } from '../../../main/hsm/port.ts';
import { verifiesRsa } from '../../../main/hsm/possession.ts';
import { makePair, openssl, type PairSpec } from '../../support/openssl.ts';
import { DeviceUnderTest } from '../../support/device.ts';
import { ruleOf } from '../../support/rule-of.ts';

const under = new DeviceUnderTest();
const { device } = under;
afterAll(() => under.end());

const plan: WrapPlan = { method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 };
const fail = (cause: string): never => expect.unreachable(cause);
const kek = numbersOf('rsa-2048');
let made = 0;

function publicKeyOf(spec: PairSpec): PublicKey {
  return readSpki(makePair(spec).spki, fail);
}

function numbersOf(spec: PairSpec) {
  const key = publicKeyOf(spec);
  return key.kind === 'rsa' ? key : fail('not RSA');
}

function make(spec: KeySpec): TargetKey {
  const ckaId = (++made).toString(16).padStart(4, '0');
  return device.generateTargetKey({ ckaId, spec, label: `key ${ckaId}` });
}

const wrap = (key: TargetKey, recorded: Pick<TargetKey, 'publicKey' | 'keyCheckValues'> = key) =>
  device.wrapTargetKey({ ckaId: key.ckaId, spec: key.spec, recorded, plan, kek, nonce: null });

const find = (key: TargetKey) => device.findTargetKey(key.ckaId, key.spec);

/** Objects of a class with a CKA_ID, as somebody with a login of their own sees them. */
function objects(library: pkcs11js.PKCS11, session: Buffer, ckaId: string, objectClass: number): Buffer[] {
  const id = { type: pkcs11js.CKA_ID, value: Buffer.from(ckaId, 'hex') };
  library.C_FindObjectsInit(session, [id, { type: pkcs11js.CKA_CLASS, value: objectClass }]);
  const found = library.C_FindObjects(session, 10);
  library.C_FindObjectsFinal(session);
  return found;
}

/** Puts another public half in the place of a key's own. */
function exchangePublicHalf({ ckaId }: TargetKey, publicKey: PublicKey): void {
  const numbers: pkcs11js.Template =
    publicKey.kind === 'rsa'
      ? [
          { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_RSA },
          { type: pkcs11js.CKA_MODULUS, value: Buffer.from(publicKey.modulus) },
          { type: pkcs11js.CKA_PUBLIC_EXPONENT, value: Buffer.from(publicKey.exponent) },
        ]
      : [
          { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_EC },
          { type: pkcs11js.CKA_EC_PARAMS, value: Buffer.from(curveOids[publicKey.curve], 'hex') },
          { type: pkcs11js.CKA_EC_POINT, value: Buffer.from([0x04, publicKey.point.length, ...publicKey.point]) },
        ];
  under.bare((library, session) => {
    const halves = objects(library, session, ckaId, pkcs11js.CKO_PUBLIC_KEY);
    for (const half of halves) library.C_DestroyObject(session, half);
    library.C_CreateObject(session, [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PUBLIC_KEY },
      { type: pkcs11js.CKA_TOKEN, value: true },
      { type: pkcs11js.CKA_ID, value: Buffer.from(ckaId, 'hex') },
      ...numbers,
    ]);
  });
}

/** Destroys a key and makes another with the same CKA_ID and label, the way this application would. */
function exchangeKey({ ckaId, spec, label }: TargetKey): TargetKey {
  under.remove(ckaId);
  return device.generateTargetKey({ ckaId, spec, label });
}

describe('a public half that was exchanged', () => {
  it.each(['ec-p256', 'ec-secp256k1', 'rsa-2048'] as const)('of %s is refused, found or wrapped', (spec) => {
    const key = make(spec);
    const other = publicKeyOf(spec);
    exchangePublicHalf(key, other);
    const before = under.calls('C_WrapKey');
    expect(ruleOf(() => find(key))).toBe('TARGET-KEY-HALVES-MATCH');
    expect(ruleOf(() => wrap(key))).toBe('TARGET-KEY-HALVES-MATCH');
    // Even when the record was forged to match it.
    expect(ruleOf(() => wrap(key, { ...key, publicKey: encodeSpki(other) }))).toBe('TARGET-KEY-HALVES-MATCH');
    expect(under.calls('C_WrapKey')).toBe(before);
  });
});

describe('a public half that is no key at all', () => {
  it('is refused as one that is not its own', () => {
    const key = make('rsa-2048');
    const even = Uint8Array.from({ length: 256 }, () => 0xfe);
    exchangePublicHalf(key, { kind: 'rsa', modulus: even, exponent: Uint8Array.of(1, 0, 1) });
    expect(ruleOf(() => find(key))).toBe('TARGET-KEY-HALVES-MATCH');
    expect(verifiesRsa({ modulus: even, exponent: Uint8Array.of(1, 0, 1) }, even, even)).toBe(false);
  });
});

describe('a target key that was exchanged after it was recorded', () => {
  it.each(['ec-p384', 'aes-256', 'hmac-256'] as const)('%s is not wrapped', (spec) => {
    const recorded = make(spec);
    expect(wrap(recorded).parts.wrappedKey.length).toBeGreaterThan(0);
    const other = exchangeKey(recorded);
    const before = under.calls('C_WrapKey');
    expect(ruleOf(() => wrap(other, recorded))).toBe('TARGET-KEY-IS-THE-RECORDED-ONE');
    expect(under.calls('C_WrapKey')).toBe(before);
  });

  it.each([
    ['no public key', { publicKey: null, keyCheckValues: [] }],
    ['a check value', { publicKey: null, keyCheckValues: [{ method: 'aes-ecb-zero-block', value: 'DC95C0' }] }],
  ] as const)('is one that the log has with %s', (_, recorded) => {
    expect(ruleOf(() => wrap(make('ec-p256'), recorded))).toBe('TARGET-KEY-IS-THE-RECORDED-ONE');
  });

  it('is a secret key that the log has without its check value', () => {
    expect(ruleOf(() => wrap(make('aes-256'), { publicKey: null, keyCheckValues: [] }))).toBe(
      'TARGET-KEY-IS-THE-RECORDED-ONE',
    );
  });
});

describe('a token that signs nothing', () => {
  it.each([
    ['ec-p256', '0x1041'],
    ['rsa-2048', '0x1'],
  ] as const)('makes no %s key, and leaves none behind', (spec, mechanism) => {
    under.hide(mechanism);
    expect(ruleOf(() => device.generateTargetKey({ ckaId: 'ff01', spec, label: 'unsigned' }))).toBe(
      'TOKEN-MECHANISM-AVAILABLE',
    );
    const { failures } = device.probe([{ spec, plan, kekBits: 2048 }]);
    expect(failures.map(({ refusal }) => refusal.rule)).toEqual(['TOKEN-MECHANISM-AVAILABLE']);
    under.heal();
    expect(under.objectsWithId('ff01')).toBe(0);
  });
});

describe('the check of a signature agrees with OpenSSL', () => {
  const message = Buffer.from('one message');
  const sha256 = openssl(['dgst', '-sha256', '-binary'], message);

  it('made by RSA', () => {
    const { pkcs8, spki } = makePair('rsa-2048');
    const key = readSpki(spki, fail);
    const signature = signed(pkcs8, sha256, ['-pkeyopt', 'digest:sha256']);
    expect(key.kind === 'rsa' && verifiesRsa(key, message, signature)).toBe(true);
    expect(key.kind === 'rsa' && verifiesRsa(key, Buffer.from('another'), signature)).toBe(false);
  });

  it.each(['ec-p256', 'ec-p384', 'ec-p521', 'ec-secp256k1'] as const)('made by %s, with either s', (spec) => {
    const { pkcs8, spki } = makePair(spec);
    const key = readSpki(spki, fail);
    if (key.kind !== 'ec') return fail('not EC');
    // Ten signatures: about half have the larger s.
    for (let turn = 0; turn < 10; turn++) {
      const signature = compact(signed(pkcs8, sha256), (key.point.length - 1) / 2);
      expect(verifiesOnCurve(signature, sha256, key.point, key.curve)).toBe(true);
      expect(verifiesOnCurve(signature.with(9, (signature[9] ?? 0) ^ 1), sha256, key.point, key.curve)).toBe(false);
    }
  });

  function signed(pkcs8: Uint8Array, digest: Uint8Array, more: readonly string[] = []): Uint8Array {
    const file = under.scratchFile('key.der', pkcs8);
    return openssl(['pkeyutl', '-sign', '-keyform', 'DER', '-inkey', file, ...more], digest);
  }

  /** DER SEQUENCE of r and s to r and s of one length each. */
  function compact(signature: Uint8Array, bytes: number): Uint8Array {
    const text = Buffer.from(openssl(['asn1parse', '-inform', 'DER'], signature)).toString();
    const numbers = [...text.matchAll(/INTEGER +:([0-9A-F]+)/gu)].map(([, hex = '']) => hex.padStart(2 * bytes, '0'));
    return new Uint8Array(Buffer.from(numbers.join(''), 'hex'));
  }
});
