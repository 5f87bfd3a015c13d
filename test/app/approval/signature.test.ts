import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isApprovalKey, isSignedBy } from '../../../app/approval/signature.ts';
import { bytesToHex, bytesToInteger, hexToBytes, utf8ToBytes } from '../../../app/keys/bytes.ts';
import { der, derUnsigned, readDer, readSequence, readUnsigned, tags } from '../../../app/keys/der.ts';
import { refuser } from '../../../app/keys/refuser.ts';
import { makePair, openssl, type PairSpec } from '../../support/openssl.ts';
import { jsonVectors } from '../../vectors/read-vectors.ts';

// Every signature here is OpenSSL's or Wycheproof's: what our own signer makes is held against this in test/main.

interface Published {
  readonly valid: boolean;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
}

/** Order of the group of P-256 (SEC 2 section 2.4.2). */
const n = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
/** The field's prime. */
const p = BigInt('0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff');

const no = refuser('INBOUND-DER-CANONICAL', 'a signature of OpenSSL');
const message = utf8ToBytes('what the screen shows');
let folder: string;
let key: string;
let signature: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  const pair = makePair('ec-p256');
  writeFileSync(join(folder, 'key.der'), pair.pkcs8);
  key = bytesToHex(pair.spki);
  signature = signed(message);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function signed(bytes: Uint8Array): string {
  return bytesToHex(openssl(['dgst', '-sha256', '-sign', join(folder, 'key.der'), '-keyform', 'DER'], bytes));
}

/** The numbers of a signature; r and s of another one make another signature. */
function numbersOf(hex: string): { r: bigint; s: bigint } {
  const [r, s] = readSequence(readDer(hexToBytes(hex), no), no);
  return { r: bytesToInteger(readUnsigned(r, no)), s: bytesToInteger(readUnsigned(s, no)) };
}

function encoded({ r, s }: { r: bigint; s: bigint }): string {
  return bytesToHex(der(tags.sequence, derUnsigned(bytesOf(r)), derUnsigned(bytesOf(s))));
}

/** 32 bytes as hex. */
function inField(number: bigint): string {
  return number.toString(16).padStart(64, '0');
}

function bytesOf(number: bigint): Uint8Array {
  if (number === 0n) return new Uint8Array();
  const digits = number.toString(16);
  return hexToBytes(digits.padStart(digits.length + (digits.length % 2), '0'));
}

/** A SubjectPublicKeyInfo of P-256 with any 65 bytes for a point. */
function spkiWith(point: string): string {
  return key.slice(0, -130) + point;
}

describe('a signature that OpenSSL made', () => {
  it('is valid for its key and message, whichever of the two values of s it has', () => {
    expect(isSignedBy(key, message, signature)).toBe(true);
    const { r, s } = numbersOf(signature);
    expect(isSignedBy(key, message, encoded({ r, s: n - s }))).toBe(true);
  });

  it('is valid for no other message, and for no other key', () => {
    expect(isSignedBy(key, utf8ToBytes('what the screen showz'), signature)).toBe(false);
    expect(isSignedBy(key, new Uint8Array(), signature)).toBe(false);
    expect(isSignedBy(bytesToHex(makePair('ec-p256').spki), message, signature)).toBe(false);
  });

  it('is valid for messages of every length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => isSignedBy(key, bytes, signed(bytes))),
      { numRuns: 12 },
    );
  });

  it('is valid no more once any bit of it is another', () => {
    const bytes = hexToBytes(signature);
    const accepted = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const changed = Uint8Array.from(bytes, (byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      return isSignedBy(key, message, bytesToHex(changed)) ? [bit] : [];
    }).flat();
    expect(accepted).toEqual([]);
  });
});

describe('the published signatures of Wycheproof', () => {
  const vectors = jsonVectors('wycheproof-ecdsa').map(({ name, vector }) => ({ name, ...(vector as Published) }));

  it.each(vectors)('$name', ({ publicKey, message: text, signature: known, valid }) => {
    expect(isApprovalKey(publicKey)).toBe(true);
    expect(isSignedBy(publicKey, hexToBytes(text), known)).toBe(valid);
  });
});

describe('numbers that no signer gives', () => {
  it('are refused: zero, the order of the group, and the right ones with the order added', () => {
    const { r, s } = numbersOf(signature);
    const wrong = [
      { r: 0n, s },
      { r, s: 0n },
      { r: 0n, s: 0n },
      { r: n, s },
      { r, s: n },
      { r: 1n, s: n },
      { r: p, s: p },
      { r: r + n, s },
      { r, s: s + n },
      { r: s, s: r },
    ];
    expect(wrong.filter((numbers) => isSignedBy(key, message, encoded(numbers)))).toEqual([]);
  });
});

describe('another encoding of the right numbers', () => {
  it('is refused: nothing may follow, stand between or be left out', () => {
    const bytes = hexToBytes(signature);
    const [r, s] = readSequence(readDer(bytes, no), no).map(({ tag, content }) => der(tag, content));
    if (r === undefined || s === undefined) return expect.unreachable();
    const nothing = der(tags.null);
    const forms: Record<string, Uint8Array> = {
      'a trailing byte': Uint8Array.of(...bytes, 0),
      'something after s': der(tags.sequence, r, s, nothing),
      'something before r': der(tags.sequence, nothing, r, s),
      'r alone': der(tags.sequence, r),
      'a SET': der(0x31, r, s),
      'r as an OCTET STRING': der(tags.sequence, Uint8Array.of(tags.octetString, ...r.subarray(1)), s),
      'an indefinite length': Uint8Array.of(tags.sequence, 0x80, ...r, ...s, 0, 0),
      'a leading zero too many': der(tags.sequence, der(tags.integer, Uint8Array.of(0), r.subarray(2)), s),
      'r and s side by side': hexToBytes(Object.values(numbersOf(signature)).map(inField).join('')),
    };
    const accepted = Object.keys(forms).filter((form) => isSignedBy(key, message, bytesToHex(forms[form] ?? bytes)));
    expect(accepted).toEqual([]);
  });

  it('is refused as text, so that one signature has one spelling in a log', () => {
    for (const other of [signature.toUpperCase(), ` ${signature}`, `${signature}\n`, `0x${signature}`, ''])
      expect(isSignedBy(key, message, other)).toBe(false);
    expect(isSignedBy(key, message, signature.slice(0, -1))).toBe(false);
    expect(isSignedBy(key, message, '30'.repeat(100_000))).toBe(false);
  });
});

describe('an approval key', () => {
  it('is the 91 bytes of an uncompressed point of P-256', () => {
    expect(isApprovalKey(key)).toBe(true);
    expect(hexToBytes(key)).toHaveLength(91);
  });

  it('is on no other curve, and no RSA key', () => {
    const others: PairSpec[] = ['ec-p384', 'ec-p521', 'ec-secp256k1', 'rsa-2048'];
    expect(others.filter((spec) => isApprovalKey(bytesToHex(makePair(spec).spki)))).toEqual([]);
  });

  it('is not compressed, and no curve is spelled out in it', () => {
    const forms = ['-conv_form compressed', '-conv_form hybrid', '-param_enc explicit', '-conv_form uncompressed'];
    const taken = forms.filter((form) => isApprovalKey(bytesToHex(converted(form.split(' ')))));
    expect(taken).toEqual(['-conv_form uncompressed']);
  });

  it('lies on the curve, within the field', () => {
    const point = hexToBytes(key).subarray(-64);
    const y = bytesToInteger(point.subarray(32));
    const x = bytesToHex(point.subarray(0, 32));
    expect(isApprovalKey(spkiWith(`04${x}${inField(p - y)}`))).toBe(true);
    expect(isApprovalKey(spkiWith(`04${x}${inField(y ^ 1n)}`))).toBe(false);
    expect(isApprovalKey(spkiWith(`04${'00'.repeat(64)}`))).toBe(false);
    // The point at x = 0, whose y is the root of b; with p for x it is the same to whoever reduces first.
    const root = '66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4';
    expect(isApprovalKey(spkiWith(`04${inField(0n)}${root}`))).toBe(true);
    expect(isApprovalKey(spkiWith(`04${inField(p)}${root}`))).toBe(false);
  });

  it('is spelled in one way, and nothing follows it', () => {
    for (const other of [`${key}00`, key.slice(0, -2), key.toUpperCase(), `${key}\n`, ''])
      expect(isApprovalKey(other)).toBe(false);
  });

  it('that is none signs nothing', () => {
    const secp256k1 = bytesToHex(makePair('ec-secp256k1').spki);
    expect(isSignedBy(secp256k1, message, signature)).toBe(false);
    expect(isSignedBy('', message, signature)).toBe(false);
  });
});

/** The test key's public half as OpenSSL writes it when it is told to. */
function converted(options: readonly string[]): Uint8Array {
  const args = ['ec', '-inform', 'DER', '-in', join(folder, 'key.der'), '-pubout', '-outform', 'DER', ...options];
  return new Uint8Array(execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }));
}
