import pkcs11js from 'pkcs11js';
import { afterAll, describe, expect, it } from 'vitest';
import type { WrapPlan } from '../../../app/byok/format.ts';
import type { WrapRequest } from '../../../main/hsm/port.ts';
import { DeviceUnderTest } from '../../support/device.ts';
import { ruleOf } from '../../support/rule-of.ts';

const under = new DeviceUnderTest();
afterAll(() => under.end());

const plan: WrapPlan = { method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 };
const kek = { modulus: new Uint8Array(256).fill(0xff), exponent: Uint8Array.of(1, 0, 1) };

/** CKA_WRAP_WITH_TRUSTED is missing in pkcs11js's older header. */
const wrapWithTrusted = 0x210;
const aes: pkcs11js.Template = [
  { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_SECRET_KEY },
  { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_AES },
  { type: pkcs11js.CKA_VALUE_LEN, value: 32 },
  { type: pkcs11js.CKA_TOKEN, value: true },
  { type: pkcs11js.CKA_PRIVATE, value: true },
];

/** Makes a key that somebody else might have made, without Keyferry's templates. */
function makeForeign(ckaId: string, attributes: Record<number, boolean>, later: Record<number, boolean> = {}): void {
  const toTemplate = (from: Record<number, boolean>): pkcs11js.Template =>
    Object.entries(from).map(([type, value]) => ({ type: Number(type), value }));
  under.bare((library, session) => {
    const id = { type: pkcs11js.CKA_ID, value: Buffer.from(ckaId, 'hex') };
    const template = [...aes, id, ...toTemplate(attributes)];
    const key = library.C_GenerateKey(session, { mechanism: pkcs11js.CKM_AES_KEY_GEN }, template);
    if (Object.keys(later).length > 0) library.C_SetAttributeValue(session, key, toTemplate(later));
  });
}

const { CKA_SENSITIVE, CKA_EXTRACTABLE, CKA_ENCRYPT } = pkcs11js;
const good = { [CKA_SENSITIVE]: true, [CKA_EXTRACTABLE]: true };
const unrecorded = { publicKey: null, keyCheckValues: [] };
const wrap = (ckaId: string, recorded: WrapRequest['recorded'] = unrecorded, more: Partial<WrapRequest> = {}) =>
  under.device.wrapTargetKey({ ckaId, spec: 'aes-256', recorded, plan, kek, nonce: null, ...more });

describe('a key that was not made for this', () => {
  it.each([
    ['is not extractable', '01', { ...good, [CKA_EXTRACTABLE]: false }, {}],
    ['can be read in the clear', '02', { ...good, [CKA_SENSITIVE]: false }, {}],
    ['could once be read in the clear', '03', { ...good, [CKA_SENSITIVE]: false }, { [CKA_SENSITIVE]: true }],
    ['asks for a trusted KEK', '04', { ...good, [wrapWithTrusted]: true }, {}],
  ])('is not wrapped when it %s', (_, ckaId, attributes, later) => {
    makeForeign(ckaId, attributes, later);
    const before = under.calls('C_WrapKey');
    expect(ruleOf(() => wrap(ckaId))).toBe('TARGET-KEY-MAY-LEAVE');
    expect(under.calls('C_WrapKey')).toBe(before);
  });

  it('is not wrapped with a nonce when it may not encrypt', () => {
    const withNonce = { plan: { method: 'oaep', oaepHash: 'sha256', nonce: 'aes-gcm' }, nonce: new Uint8Array(12) } as const; // prettier-ignore
    makeForeign('08', { ...good, [CKA_ENCRYPT]: false });
    makeForeign('09', { ...good, [CKA_ENCRYPT]: true });
    const before = under.calls('C_WrapKey');
    expect(ruleOf(() => wrap('08', unrecorded, withNonce))).toBe('NONCE-SEALED-IN-TOKEN');
    expect(under.calls('C_WrapKey')).toBe(before);
    const found = under.device.findTargetKey('09', 'aes-256') ?? expect.unreachable('it was just made');
    expect(wrap('09', found, withNonce).parts.sealedNonce?.sealed).toHaveLength(28);
  });

  it('is wrapped when it may leave', () => {
    makeForeign('05', good);
    const found = under.device.findTargetKey('05', 'aes-256') ?? expect.unreachable('it was just made');
    expect(wrap('05', found).parts.wrappedKey).toHaveLength(40);
  });

  it('is told with the attributes that differ from the templates', () => {
    makeForeign('06', good);
    const key = under.device.findTargetKey('06', 'aes-256');
    const differing = key?.attributes.filter(({ asked, found }) => asked !== found).map(({ name }) => name);
    expect(differing).toContain('CKA_MODIFIABLE');
    expect(differing).not.toContain('CKA_SENSITIVE');
  });

  it('is not chosen when two have the same CKA_ID', () => {
    makeForeign('07', good);
    makeForeign('07', good);
    expect(ruleOf(() => wrap('07'))).toBe('TARGET-KEY-PRESENT');
    expect(ruleOf(() => under.device.findTargetKey('07', 'aes-256'))).toBe('TARGET-KEY-PRESENT');
  });
});

describe('a CKA_ID that something else has too', () => {
  /** An object that is no key of the plan: anybody who may log in can give it any CKA_ID. */
  const strangers: [string, pkcs11js.Template][] = [
    [
      'another kind of key',
      [
        { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PUBLIC_KEY },
        { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_RSA },
        { type: pkcs11js.CKA_MODULUS, value: Buffer.alloc(256, 0xff) },
        { type: pkcs11js.CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) },
      ],
    ],
    [
      'a certificate',
      [
        { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_CERTIFICATE },
        { type: pkcs11js.CKA_CERTIFICATE_TYPE, value: pkcs11js.CKC_X_509 },
        { type: pkcs11js.CKA_SUBJECT, value: Buffer.from([0x30, 0]) },
        { type: pkcs11js.CKA_VALUE, value: Buffer.from([0x30, 0]) },
      ],
    ],
  ];

  it.each(strangers)('is neither found, wrapped nor destroyed beside %s', (_, template) => {
    makeForeign('0a', good);
    under.bare((library, session) =>
      library.C_CreateObject(session, [
        ...template,
        { type: pkcs11js.CKA_TOKEN, value: true },
        { type: pkcs11js.CKA_ID, value: Buffer.from('0a', 'hex') },
      ]),
    );
    expect(ruleOf(() => under.device.findTargetKey('0a', 'aes-256'))).toBe('TARGET-KEY-ALONE');
    expect(ruleOf(() => wrap('0a'))).toBe('TARGET-KEY-ALONE');
    expect(ruleOf(() => under.device.destroyKey('0a', 'aes-256'))).toBe('TARGET-KEY-ALONE');
    expect(under.objectsWithId('0a')).toBe(2);
    under.remove('0a');
  });

  it('is not destroyed when it is the one of a key of another kind', () => {
    makeForeign('0b', good);
    expect(ruleOf(() => under.device.destroyKey('0b', 'ec-p256'))).toBe('TARGET-KEY-ALONE');
    expect(under.objectsWithId('0b')).toBe(1);
  });

  it('is not destroyed when two keys have it', () => {
    makeForeign('0c', good);
    makeForeign('0c', good);
    expect(ruleOf(() => under.device.destroyKey('0c', 'aes-256'))).toBe('TARGET-KEY-ALONE');
    expect(under.objectsWithId('0c')).toBe(2);
  });

  it('is freed of the public half that an interruption left', () => {
    under.device.generateTargetKey({ ckaId: '0d', spec: 'ec-p256', label: 'half gone' });
    under.bare((library, session) => {
      library.C_FindObjectsInit(session, [
        { type: pkcs11js.CKA_ID, value: Buffer.from('0d', 'hex') },
        { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PRIVATE_KEY },
      ]);
      const [privateHalf] = library.C_FindObjects(session, 1);
      library.C_FindObjectsFinal(session);
      if (privateHalf !== undefined) library.C_DestroyObject(session, privateHalf);
    });
    expect(ruleOf(() => under.device.findTargetKey('0d', 'ec-p256'))).toBe('TARGET-KEY-PRESENT');
    expect(under.device.destroyKey('0d', 'ec-p256')).toBe(1);
  });
});
