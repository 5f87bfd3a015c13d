import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import pkcs11js from 'pkcs11js';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { isApprovalKey } from '../../../app/approval/signature.ts';
import { logNamesOf } from '../../../app/ceremony/log-key.ts';
import { curveOids, type CurveName } from '../../../app/keys/specs.ts';
import { readSpki } from '../../../app/keys/spki.ts';
import { destroyLogKey, signWithLogKey } from '../../../main/hsm/log-key.ts';
import type { CryptokiSession } from '../../../main/hsm/pkcs11.ts';
import { DeviceUnderTest } from '../../support/device.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { refusalFrom } from '../../support/refusal-from.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { freshStore, newClient, openFreshToken, pin, scratchFolder } from '../../support/token.ts';

const under = new DeviceUnderTest();
const { device } = under;
const ceremony = 'rehearsal-2026-11-26-log';
const { ckaId, keyLabel } = logNamesOf(ceremony);
const message = Buffer.from('keyferry.test/log\n17\nvcfzM9n6z0fJ1Vd9o0C0hA==\n');

afterEach(() => {
  under.open();
  under.remove(ckaId);
});
afterAll(() => under.end());

/** Both halves as somebody with a login of their own sees them, or makes them. */
function objects(library: pkcs11js.PKCS11, session: Buffer, objectClass: number): Buffer[] {
  const id = { type: pkcs11js.CKA_ID, value: Buffer.from(ckaId, 'hex') };
  library.C_FindObjectsInit(session, [id, { type: pkcs11js.CKA_CLASS, value: objectClass }]);
  const found = library.C_FindObjects(session, 10);
  library.C_FindObjectsFinal(session);
  return found;
}

function withPrivate<T>(perform: (library: pkcs11js.PKCS11, session: Buffer, key: Buffer) => T): T {
  return under.bare((library, session) => {
    const [key] = objects(library, session, pkcs11js.CKO_PRIVATE_KEY);
    return perform(library, session, key ?? expect.unreachable('no private key'));
  });
}

function removeHalf(objectClass: number): void {
  under.bare((library, session) => {
    for (const half of objects(library, session, objectClass)) library.C_DestroyObject(session, half);
  });
}

/** Puts a public key beside the log key, with every attribute that the log key's own has. */
function addPublicHalf(spec: 'ec-p256' | 'ec-p384'): void {
  const curve: CurveName = spec === 'ec-p256' ? 'P-256' : 'P-384';
  const key = readSpki(makePair(spec).spki, (cause) => expect.unreachable(cause));
  const point = key.kind === 'ec' ? key.point : expect.unreachable('not EC');
  const no = [
    'CKA_MODIFIABLE',
    'CKA_COPYABLE',
    'CKA_PRIVATE',
    'CKA_VERIFY_RECOVER',
    'CKA_ENCRYPT',
    'CKA_WRAP',
  ] as const;
  const copyable = 0x171;
  under.bare((library, session) =>
    library.C_CreateObject(session, [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PUBLIC_KEY },
      { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_EC },
      { type: pkcs11js.CKA_TOKEN, value: true },
      { type: pkcs11js.CKA_VERIFY, value: true },
      { type: pkcs11js.CKA_ID, value: Buffer.from(ckaId, 'hex') },
      { type: pkcs11js.CKA_LABEL, value: keyLabel },
      { type: pkcs11js.CKA_EC_PARAMS, value: Buffer.from(curveOids[curve], 'hex') },
      { type: pkcs11js.CKA_EC_POINT, value: Buffer.from([0x04, point.length, ...point]) },
      ...no.map((name) => ({ type: name === 'CKA_COPYABLE' ? copyable : pkcs11js[name], value: false })),
    ]),
  );
}

/** A token that holds one log key and signs as the test says; no real one can be told which numbers to give. */
function fakeToken(point: Uint8Array, signature: Uint8Array): CryptokiSession {
  const session = {
    findObjects: () => [Buffer.of(pkcs11js.CKO_PUBLIC_KEY), Buffer.of(pkcs11js.CKO_PRIVATE_KEY)],
    attribute: (object: Buffer, name: string) => (name === 'CKA_CLASS' ? object[0] : point),
    sign: () => signature,
  };
  return session as unknown as CryptokiSession;
}

/** The code that a call answers with. */
function codeOf(act: () => unknown): number {
  try {
    act();
  } catch (error) {
    return (error as { code: number }).code;
  }
  return 0;
}

function checkByOpenssl(publicKey: string, signature: string, signed: Uint8Array): string {
  const key = under.scratchFile('log-key.der', Buffer.from(publicKey, 'hex'));
  const file = under.scratchFile('log.sig', Buffer.from(signature, 'hex'));
  const args = ['dgst', '-sha256', '-verify', key, '-keyform', 'DER', '-signature', file];
  return Buffer.from(openssl(args, signed)).toString().trim();
}

describe('the log key', () => {
  it('is made sign-only, sensitive and never extractable, and every attribute is read back', () => {
    const { publicKey, attributes } = device.makeLogKey({ ceremony });
    expect(isApprovalKey(publicKey)).toBe(true);
    const found = Object.fromEntries(attributes.map(({ name, found: value }) => [name, value]));
    expect(found).toMatchObject({
      CKA_TOKEN: 'true',
      CKA_ID: ckaId,
      CKA_LABEL: `${ceremony}/log key`,
      CKA_MODIFIABLE: 'false',
      CKA_COPYABLE: 'false',
      CKA_PRIVATE: 'true',
      CKA_SENSITIVE: 'true',
      CKA_EXTRACTABLE: 'false',
      CKA_SIGN: 'true',
      CKA_SIGN_RECOVER: 'false',
      CKA_DECRYPT: 'false',
      CKA_UNWRAP: 'false',
      CKA_DERIVE: 'false',
      CKA_CLASS: '0x3',
      CKA_KEY_TYPE: '0x3',
      CKA_ALWAYS_SENSITIVE: 'true',
      CKA_NEVER_EXTRACTABLE: 'true',
      CKA_LOCAL: 'true',
      CKA_KEY_GEN_MECHANISM: '0x1040',
      'public half CKA_EC_PARAMS': '06082a8648ce3d030107',
      'public half CKA_PRIVATE': 'false',
      'public half CKA_VERIFY': 'true',
      'public half CKA_VERIFY_RECOVER': 'false',
      'public half CKA_ENCRYPT': 'false',
      'public half CKA_WRAP': 'false',
    });
    for (const each of attributes) expect(each.found).toBe(each.asked);
  });

  it('cannot be read, wrapped, copied or used for anything but signing', () => {
    device.makeLogKey({ ceremony });
    const publicData = Buffer.from(makePair('ec-p256').spki.subarray(-65));
    withPrivate((library, session, key) => {
      const value = () => library.C_GetAttributeValue(session, key, [{ type: pkcs11js.CKA_VALUE }]);
      expect(codeOf(value)).toBe(pkcs11js.CKR_ATTRIBUTE_SENSITIVE);
      const wrapKey = library.C_GenerateKey(session, { mechanism: pkcs11js.CKM_AES_KEY_GEN }, [
        { type: pkcs11js.CKA_VALUE_LEN, value: 32 },
        { type: pkcs11js.CKA_WRAP, value: true },
      ]);
      const wrap = () => library.C_WrapKey(session, { mechanism: 0x210b }, wrapKey, key, Buffer.alloc(512));
      expect(codeOf(wrap)).toBe(pkcs11js.CKR_KEY_UNEXTRACTABLE);
      const decrypt = () => library.C_DecryptInit(session, { mechanism: pkcs11js.CKM_RSA_PKCS }, key);
      expect(codeOf(decrypt)).toBe(pkcs11js.CKR_KEY_FUNCTION_NOT_PERMITTED);
      const parameter = { type: pkcs11js.CK_PARAMS_EC_DH, kdf: pkcs11js.CKD_NULL, publicData };
      const derive = () =>
        library.C_DeriveKey(session, { mechanism: pkcs11js.CKM_ECDH1_DERIVE, parameter }, key, [
          { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_SECRET_KEY },
          { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_GENERIC_SECRET },
          { type: pkcs11js.CKA_VALUE_LEN, value: 32 },
        ]);
      expect(codeOf(derive)).toBe(pkcs11js.CKR_KEY_FUNCTION_NOT_PERMITTED);
      const loosen = (type: number, to: boolean) => () =>
        library.C_SetAttributeValue(session, key, [{ type, value: to }]);
      expect(codeOf(loosen(pkcs11js.CKA_EXTRACTABLE, true))).not.toBe(0);
      expect(codeOf(loosen(pkcs11js.CKA_DERIVE, true))).not.toBe(0);
      expect(
        codeOf(() => library.C_CopyObject(session, key, [{ type: pkcs11js.CKA_EXTRACTABLE, value: true }])),
      ).not.toBe(0);
    });
  });

  it('is found again, not made twice, when somebody asks once more or the module was loaded again', () => {
    const made = device.makeLogKey({ ceremony });
    const before = under.calls('C_GenerateKeyPair');
    expect(device.makeLogKey({ ceremony })).toEqual(made);
    device.load(under.choice);
    under.open();
    expect(device.makeLogKey({ ceremony })).toEqual(made);
    expect(under.calls('C_GenerateKeyPair')).toBe(before);
    expect(under.objectsWithId(ckaId)).toBe(2);
  });

  it('is another one for another ceremony', () => {
    const other = 'rehearsal-2026-11-26-other';
    const { publicKey } = device.makeLogKey({ ceremony });
    expect(device.makeLogKey({ ceremony: other }).publicKey).not.toBe(publicKey);
    expect(device.destroyLogKey({ ceremony: other })).toBe(2);
    expect(under.objectsWithId(ckaId)).toBe(2);
  });

  it('does not stand in the way of a target key with the id "log"', () => {
    device.makeLogKey({ ceremony });
    expect(
      ruleOf(() => device.generateTargetKey({ ckaId: 'ab', spec: 'aes-256', label: `${ceremony}/log` })),
    ).toBeNull();
    under.remove('ab');
  });
});

describe('a signature of the log key', () => {
  it.each([
    ['a checkpoint', message],
    ['nothing', new Uint8Array()],
    ['100 kB', new Uint8Array(100_000).fill(7)],
  ])('over %s is valid to OpenSSL and to Node, and over nothing else', (_, signed) => {
    const { publicKey } = device.makeLogKey({ ceremony });
    const signature = device.signWithLogKey({ ceremony, message: signed });
    expect(checkByOpenssl(publicKey, signature, signed)).toBe('Verified OK');
    const key = createPublicKey({ key: Buffer.from(publicKey, 'hex'), format: 'der', type: 'spki' });
    expect(verify('sha256', signed, key, Buffer.from(signature, 'hex'))).toBe(true);
    expect(verify('sha256', Buffer.from('something else'), key, Buffer.from(signature, 'hex'))).toBe(false);
  });

  it.each([
    ['r', 0, 'below 0x80', (first: number) => first < 0x80],
    ['r', 0, 'from 0x80 on', (first: number) => first >= 0x80],
    ['s', 32, 'below 0x80', (first: number) => first < 0x80],
    ['s', 32, 'from 0x80 on', (first: number) => first >= 0x80],
  ] as const)('has no more bytes than its numbers need: %s begins with 0x00, then a byte %#', (...[, at, , fits]) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    const signRaw = () => sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    let raw = signRaw();
    while (raw[at] !== 0 || raw[at + 1] === 0 || !fits(raw[at + 1] ?? 0)) raw = signRaw();
    const signature = signWithLogKey(fakeToken(spki.subarray(-65), raw), { ceremony, message });
    expect(checkByOpenssl(spki.toString('hex'), signature, message)).toBe('Verified OK');
    expect(Buffer.from(openssl(['asn1parse', '-inform', 'DER'], Buffer.from(signature, 'hex'))).toString()).toContain(
      `INTEGER           :${raw
        .subarray(at + 1, at + 32)
        .toString('hex')
        .toUpperCase()}`,
    );
  });

  it('is made by CKM_ECDSA, for a token that does not hash as well', () => {
    under.hide('0x1042,0x1044');
    const { publicKey } = device.makeLogKey({ ceremony });
    expect(checkByOpenssl(publicKey, device.signWithLogKey({ ceremony, message }), message)).toBe('Verified OK');
    under.hide('0x1041');
    expect(refusalOf(() => device.signWithLogKey({ ceremony, message }))).toMatchObject({
      rule: 'TOKEN-MECHANISM-AVAILABLE',
      code: 'CKR_MECHANISM_INVALID (0x70)',
    });
  });
});

describe('a log key that is not as it was asked for', () => {
  it('is refused and stays when it was there before', () => {
    device.generateTargetKey({ ckaId, spec: 'ec-p256', label: keyLabel });
    const refusal = refusalOf(() => device.makeLogKey({ ceremony }));
    expect(refusal?.rule).toBe('LOG-KEY-AS-ASKED');
    expect(refusal?.cause).toContain('CKA_EXTRACTABLE was asked as false and reads true');
    expect(refusal?.cause).toContain('CKA_NEVER_EXTRACTABLE was asked as true and reads false');
    expect(under.objectsWithId(ckaId)).toBe(2);
  });

  it('neither is found nor signs with a public half of another curve', () => {
    device.makeLogKey({ ceremony });
    removeHalf(pkcs11js.CKO_PUBLIC_KEY);
    addPublicHalf('ec-p384');
    expect(ruleOf(() => device.makeLogKey({ ceremony }))).toBe('LOG-KEY-AS-ASKED');
    expect(ruleOf(() => device.signWithLogKey({ ceremony, message }))).toBe('LOG-KEY-AS-ASKED');
  });
});

describe('a log key whose public half was exchanged', () => {
  it('neither is found nor signs', () => {
    device.makeLogKey({ ceremony });
    removeHalf(pkcs11js.CKO_PUBLIC_KEY);
    addPublicHalf('ec-p256');
    expect(ruleOf(() => device.makeLogKey({ ceremony }))).toBe('LOG-KEY-SIGNS');
    expect(ruleOf(() => device.signWithLogKey({ ceremony, message }))).toBe('LOG-KEY-SIGNS');
  });

  it.each([0, 63, 65])('signs nothing when the token gives %i bytes', (bytes) => {
    const { spki } = makePair('ec-p256');
    const token = fakeToken(spki.subarray(-65), new Uint8Array(bytes));
    const refusal = refusalOf(() => signWithLogKey(token, { ceremony, message }));
    expect(refusal?.rule).toBe('LOG-KEY-SIGNS');
    expect(refusal?.cause).toContain(`${bytes} bytes`);
  });

  it('signs nothing when its point lies on no curve', () => {
    const point = makePair('ec-p256').spki.slice(-65);
    const token = fakeToken(point.with(64, (point[64] ?? 0) ^ 1), new Uint8Array(64));
    expect(ruleOf(() => signWithLogKey(token, { ceremony, message }))).toBe('LOG-KEY-AS-ASKED');
  });
});

describe('a log key that is not there once', () => {
  it('does not sign when it was never made', () => {
    expect(ruleOf(() => device.signWithLogKey({ ceremony, message }))).toBe('LOG-KEY-PRESENT');
  });

  it.each([
    ['private', pkcs11js.CKO_PRIVATE_KEY],
    ['public', pkcs11js.CKO_PUBLIC_KEY],
  ])('is refused without its %s half, and what is left can be destroyed', (half, objectClass) => {
    device.makeLogKey({ ceremony });
    removeHalf(objectClass);
    for (const act of [() => device.makeLogKey({ ceremony }), () => device.signWithLogKey({ ceremony, message })]) {
      const refusal = refusalOf(act);
      expect(refusal?.rule).toBe('LOG-KEY-PRESENT');
      expect(refusal?.cause).toContain(`The ${half} half`);
    }
    expect(device.destroyLogKey({ ceremony })).toBe(1);
    expect(ruleOf(() => device.makeLogKey({ ceremony }))).toBeNull();
  });

  it('is refused beside another with its CKA_ID, and nothing is destroyed', () => {
    device.makeLogKey({ ceremony });
    addPublicHalf('ec-p256');
    expect(ruleOf(() => device.makeLogKey({ ceremony }))).toBe('LOG-KEY-UNIQUE');
    expect(ruleOf(() => device.signWithLogKey({ ceremony, message }))).toBe('LOG-KEY-UNIQUE');
    expect(ruleOf(() => device.destroyLogKey({ ceremony }))).toBe('LOG-KEY-UNIQUE');
    expect(under.objectsWithId(ckaId)).toBe(3);
  });
});

describe('destroying the log key', () => {
  it('takes both halves, once', () => {
    device.makeLogKey({ ceremony });
    expect(device.destroyLogKey({ ceremony })).toBe(2);
    expect(under.objectsWithId(ckaId)).toBe(0);
    expect(device.destroyLogKey({ ceremony })).toBe(0);
    expect(ruleOf(() => device.signWithLogKey({ ceremony, message }))).toBe('LOG-KEY-PRESENT');
  });

  it('finds out a token that says it did and did not', () => {
    const session = { findObjects: () => [Buffer.alloc(8)], attribute: () => 3, destroyObject: () => undefined };
    const destroyed = () => destroyLogKey(session as unknown as CryptokiSession, { ceremony });
    expect(ruleOf(destroyed)).toBe('LOG-KEY-DESTROYED');
  });
});

describe('the log key over the HSM process', () => {
  const scratch = scratchFolder();
  afterAll(scratch.remove);

  it('survives the process: another one signs with the same key', async () => {
    const choice = freshStore(scratch.folder);
    const hsm = newClient();
    expect((await refusalFrom(hsm.makeLogKey({ ceremony }))).rule).toBe('HSM-PROCESS-ALIVE');
    const { serial } = await openFreshToken(hsm, choice);
    const made = await hsm.makeLogKey({ ceremony });
    const head = { size: 17, root: 'ab'.repeat(32) };
    expect(await hsm.keepHead({ ceremony, head })).toEqual({ kept: true });
    await hsm.close();
    await hsm.load(choice);
    await hsm.select(serial);
    expect((await refusalFrom(hsm.signWithLogKey({ ceremony, message }))).rule).toBe('TOKEN-LOGGED-IN');
    await hsm.login(pin());
    const signature = await hsm.signWithLogKey({ ceremony, message });
    expect(checkByOpenssl(made.publicKey, signature, message)).toBe('Verified OK');
    expect(await hsm.readHead({ ceremony })).toEqual(head);
    expect(await hsm.dropHead({ ceremony })).toBe(1);
    expect(await hsm.destroyLogKey({ ceremony })).toBe(2);
    await hsm.close();
  });
});
