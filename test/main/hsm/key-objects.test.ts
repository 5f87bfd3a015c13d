import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../app/keys/bytes.ts';
import type { CurveName } from '../../../app/keys/specs.ts';
import { readSpki } from '../../../app/keys/spki.ts';
import { attributeText, decodeAttribute, type Attribute } from '../../../main/hsm/attributes.ts';
import { liesOnCurve, publicPoint } from '../../../main/hsm/curve-points.ts';
import { makeKey, plainPoint, planKey } from '../../../main/hsm/key-objects.ts';
import { CryptokiError, type CryptokiSession } from '../../../main/hsm/pkcs11.ts';
import { differences } from '../../../main/hsm/session.ts';
import { destroyKey } from '../../../main/hsm/target-keys.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { makePair } from '../../support/openssl.ts';

const curves = {
  'P-256': 'ec-p256',
  'P-384': 'ec-p384',
  'P-521': 'ec-p521',
  secp256k1: 'ec-secp256k1',
} as const satisfies Record<CurveName, string>;

const points = (Object.keys(curves) as CurveName[]).map((curve) => {
  const key = readSpki(makePair(curves[curve]).spki, (cause) => expect.unreachable(cause));
  return [curve, key.kind === 'ec' ? key.point : expect.unreachable('not EC')] as const;
});

describe('CKA_EC_POINT', () => {
  it.each(points)('%s is read from a DER OCTET STRING and bare', (curve, point) => {
    const length = point.length < 128 ? [point.length] : [0x81, point.length];
    const octets = concatBytes(Uint8Array.of(0x04, ...length), point);
    expect(plainPoint(octets, curve)).toEqual(point);
    expect(plainPoint(point, curve)).toEqual(point);
  });

  it.each(points)('%s is neither when a byte is missing, added or the length lies', (curve, point) => {
    const octets = concatBytes(Uint8Array.of(0x04, point.length), point);
    expect(plainPoint(point.slice(1), curve)).toBeNull();
    expect(plainPoint(concatBytes(point, Uint8Array.of(0)), curve)).toBeNull();
    expect(plainPoint(octets.with(1, point.length - 1), curve)).toBeNull();
  });

  it.each(points)('%s must lie on the curve', (curve, point) => {
    expect(liesOnCurve(point, curve)).toBe(true);
    expect(liesOnCurve(point.with(point.length - 1, (point.at(-1) ?? 0) ^ 1), curve)).toBe(false);
  });
});

describe('the point of a scalar', () => {
  it('is the generator for 1 and nothing for 0', () => {
    const one = new Uint8Array(32).with(31, 1);
    // SEC 2 section 2.4.1: the base point of secp256k1.
    expect(Buffer.from(publicPoint(one, 'secp256k1') ?? []).toString('hex')).toBe(
      '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798' +
        '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
    );
    expect(publicPoint(new Uint8Array(32), 'secp256k1')).toBeNull();
    expect(publicPoint(new Uint8Array(32).fill(0xff), 'P-256')).toBeNull();
  });
});

describe('attributes read back', () => {
  it.each([
    ['CKA_SENSITIVE', '01', 'true'],
    ['CKA_SENSITIVE', '00', 'false'],
    ['CKA_VALUE_LEN', '2000000000000000', '0x20'],
    ['CKA_KEY_GEN_MECHANISM', '0b210000', '0x210b'],
    ['CKA_LABEL', 'c3a4', 'ä'],
    ['CKA_ID', '00ff', '00ff'],
    ['CKA_MODULUS', '0000c1', 'c1'],
    ['CKA_PUBLIC_EXPONENT', '010001', '010001'],
  ] as const)('%s %s as %s', (name, hex, text) => {
    expect(attributeText(name, decodeAttribute(name, Buffer.from(hex, 'hex')))).toBe(text);
  });

  it('differ when they say something else, or nothing where it matters', () => {
    const asked = [
      { name: 'CKA_SENSITIVE', value: true },
      { name: 'CKA_TOKEN', value: true },
      { name: 'CKA_LOCAL', value: true, dispensable: true },
      { name: 'CKA_COPYABLE', value: false, dispensable: true },
    ] as const;
    const found = [
      { name: 'CKA_SENSITIVE', asked: 'true', found: 'false' },
      { name: 'CKA_TOKEN', asked: 'true', found: 'not told' },
      { name: 'CKA_LOCAL', asked: 'true', found: 'not told' },
      { name: 'CKA_COPYABLE', asked: 'false', found: 'true' },
    ];
    expect(differences(found, asked).map(({ name }) => name)).toEqual(['CKA_SENSITIVE', 'CKA_TOKEN', 'CKA_COPYABLE']);
  });
});

describe('a token that does not know CKA_COPYABLE', () => {
  const place = { ckaId: '01', label: 'one', lives: 'in-token' } as const;

  /** Answers with a code while a template has the attribute; SoftHSM and NSS know it. */
  function tokenAnswering(code: number) {
    const templates: (readonly Attribute[])[] = [];
    const generateKeyPair = (_: unknown, forPublic: readonly Attribute[], forPrivate: readonly Attribute[]) => {
      templates.push([...forPublic, ...forPrivate]);
      if (templates.at(-1)?.some(({ name }) => name === 'CKA_COPYABLE')) {
        throw new CryptokiError('C_GenerateKeyPair', code, '');
      }
      return { publicKey: Buffer.alloc(8), privateKey: Buffer.alloc(8) };
    };
    return { templates, session: { generateKeyPair } as unknown as CryptokiSession };
  }

  it.each([0x12, 0xd1])('is asked once more without what can be spared, after the code %d', (code) => {
    const { templates, session } = tokenAnswering(code);
    makeKey(session, 'ec-p256', planKey('ec-p256', place));
    expect(templates).toHaveLength(2);
    expect(templates[1]?.some(({ dispensable }) => dispensable)).toBe(false);
    expect(templates[1]?.map(({ name }) => name)).toContain('CKA_SENSITIVE');
  });

  it.each([0x30, 0x200])('is not asked again after the code %d', (code) => {
    const { templates, session } = tokenAnswering(code);
    expect(() => makeKey(session, 'ec-p256', planKey('ec-p256', place))).toThrow(CryptokiError);
    expect(templates).toHaveLength(1);
  });
});

describe('a token that says it destroyed a key and did not', () => {
  it('is found out', () => {
    const session = { findObjects: () => [Buffer.alloc(8)], attribute: () => 4, destroyObject: () => undefined };
    const destroyed = () => destroyKey(session as unknown as CryptokiSession, '01', 'aes-256');
    expect(ruleOf(destroyed)).toBe('TARGET-KEY-DESTROYED');
  });
});
