import fc from 'fast-check';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { InboundFile, InboundReading } from '../../../app/byok/format.ts';
import { huaweiKms } from '../../../app/byok/huawei-kms.ts';
import { inboundFile, otherEncodings, planted, testKek, type PlantedFault } from '../../support/inbound-files.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { jsonVector, jsonVectors } from '../../vectors/read-vectors.ts';

const keyId = '0d0466b0-e727-4d9c-b35d-f84bb474a37f';
const otherId = '43f1ffd7-18fb-4568-9575-602e009b7ee8';
const room = { nowIso: '2026-11-23T14:00:00Z', uploadMarginHours: 2 };
const destination = (changes: object = {}) =>
  parse(huaweiKms.schema, {
    type: 'huawei-kms',
    endpoint: 'https://kms.eu-de.otc.t-systems.com',
    projectId: '3ba44455500dd431273ba44455500dd4',
    keyId,
    wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    ...changes,
  });

const { spki } = testKek(2048);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
/** A token as the published one begins, with a key id in the clear; no bytes after it are text. */
const tokenFor = (id: string, length = 1200): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.from(`\0\0\x88\x06${id}\0\0`, 'latin1'), Buffer.alloc(length, 0xb7)]));
const token = tokenFor(keyId);
const answer = {
  key_id: keyId,
  import_token: base64(token),
  expiration_time: 1795528800,
  public_key: base64(spki),
};

const json = inboundFile('parameters.json', answer);
const stamp = `${keyId}_20261123140000`;
const keyFile = inboundFile(`wrappingKey_${stamp}`, spki);
const tokenFile = inboundFile(`importToken_${stamp}`, token);
const readme = inboundFile(`README_${stamp}`, 'Wrapping algorithm: whatever');
const read = (...files: InboundFile[]): InboundReading => huaweiKms.readInbound(files, destination(), room);
const rule = (...files: InboundFile[]): string | null => ruleOf(() => read(...files));
const rulesOf = ({ notices }: InboundReading): string[] => notices.map((notice) => notice.rule);

describe('get-parameters-for-import', () => {
  const faults = jsonVectors('huawei').map(({ name, vector }) => ({ ...(vector as PlantedFault), name }));
  it.each(faults)('$name: $comment', (fault) => {
    expect(rule(inboundFile('parameters.json', planted(answer, fault)))).toBe(fault.expect);
  });

  it('gives key, token, planned key id and deadline', () => {
    const reading = read(json);
    expect(reading.kek).toMatchObject({ spki, bits: 2048, id: keyId, deadline: '2026-11-24T14:00:00Z', option: null });
    expect(reading.carried).toEqual({ importToken: token, nonce: null });
    expect(reading.recognised.map(({ file }) => file)).toEqual(['parameters.json']);
    expect(reading.notices).toEqual([]);
  });

  it.each(otherEncodings(json))('is read with %s', (_, file, notices) => {
    expect(read(file).carried.importToken).toEqual(token);
    expect(rulesOf(read(file))).toEqual(notices);
  });

  it('is read as Open Telekom Cloud publishes it, whose token holds another id', () => {
    const published = jsonVector('huawei-published.json') as { answer: typeof answer };
    const { key_id: publishedId, import_token: publishedToken } = published.answer;
    const files = [inboundFile('parameters.json', published.answer)];
    const reading = huaweiKms.readInbound(files, destination({ keyId: publishedId }), {
      nowIso: '2017-07-31T12:00:00Z',
      uploadMarginHours: 2,
    });
    expect(reading.kek).toMatchObject({ bits: 2048, deadline: '2017-08-01T09:11:12Z' });
    expect(base64(reading.carried.importToken ?? new Uint8Array())).toBe(publishedToken);
    expect(rulesOf(reading)).toEqual(['IMPORT-TOKEN-NAMES-KEY']);
  });

  it('comes with a notice when the exponent is unusual, or a quarter of an hour decides', () => {
    const options = ['-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt', 'rsa_keygen_pubexp:3'];
    const made = openssl(['genpkey', '-algorithm', 'RSA', ...options, '-outform', 'DER']);
    const unusual = openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], made);
    expect(rulesOf(read(inboundFile('a', { ...answer, public_key: base64(unusual) })))).toEqual(['KEK-EXPONENT-USUAL']);
    const soon = inboundFile('a', { ...answer, expiration_time: 1795449600 });
    expect(rulesOf(read(soon))).toEqual(['IMPORT-TOKEN-IN-FORCE']);
  });

  it('is refused with a private key in a member', () => {
    const { pkcs8 } = makePair('ec-p256');
    const pem = Buffer.from(openssl(['pkey', '-inform', 'DER'], pkcs8));
    for (const member of ['public_key', 'import_token']) {
      for (const secret of [pkcs8, pem]) {
        expect(rule(inboundFile('a', { ...answer, [member]: base64(secret) }))).toBe('INBOUND-NO-PRIVATE-KEY');
      }
    }
  });
});

describe('an import token that holds ids', () => {
  const notices = (held: Uint8Array): string[] =>
    rulesOf(read(inboundFile('a', { ...answer, import_token: base64(held) })));
  const both = (one: string, two: string): Uint8Array =>
    new Uint8Array(Buffer.concat([tokenFor(one, 80), tokenFor(two, 80)]));

  it('of another key is taken with a notice', () => {
    expect(notices(tokenFor(otherId))).toEqual(['IMPORT-TOKEN-NAMES-KEY']);
    expect(notices(tokenFor(keyId.toUpperCase()))).toEqual([]);
  });

  it('of the planned key among others, or no id, is taken without one', () => {
    expect(notices(both(otherId, keyId))).toEqual([]);
    expect(notices(both(keyId, otherId))).toEqual([]);
    expect(notices(new Uint8Array(200).fill(0xb7))).toEqual([]);
    expect(notices(tokenFor(keyId.slice(1)))).toEqual([]);
  });
});

describe('files of the console', () => {
  it('are taken without a deadline, and that is said; the README is left alone', () => {
    const reading = read(readme, tokenFile, keyFile);
    expect(reading.kek).toMatchObject({ spki, bits: 2048, id: keyId, deadline: null });
    expect(reading.carried.importToken).toEqual(token);
    expect(reading.recognised.map(({ file }) => file)).toEqual([readme.name, tokenFile.name, keyFile.name]);
    expect(new Set(reading.recognised.map(({ as }) => as)).size).toBe(3);
    expect(rulesOf(reading)).toEqual(['IMPORT-DEADLINE-KNOWN']);
  });

  it.each<[string, string, string, string | null]>([
    ['without key id and time', 'wrappingKey_new', 'importToken_new', null],
    ['without time', `wrappingKey_${keyId}`, `importToken_${keyId}`, null],
    ['with an ending', `wrappingKey_${stamp}.bin`, `importToken_${stamp}.bin`, null],
    ['from an archive', `files.zip/wrappingKey_${stamp}`, `files.zip/importToken_${stamp}`, null],
    ['of the developer', 'PublicKey.bin', 'ImportToken.bin', null],
    ['of two times', `wrappingKey_${stamp}`, `importToken_${keyId}_20261123140001`, 'KEK-FILES-AGREE'],
    ['one without its time', `wrappingKey_${keyId}`, `importToken_${stamp}`, 'KEK-FILES-AGREE'],
    ['of two keys', `wrappingKey_${keyId}`, `importToken_${otherId}`, 'KEK-FILES-AGREE'],
    ['of two keys, the other way', `wrappingKey_${otherId}`, `importToken_${keyId}`, 'KEK-FILES-AGREE'],
    ['of another key', `wrappingKey_${otherId}_1`, `importToken_${otherId}_1`, 'INBOUND-FOR-PLANNED-KEY'],
    ['of another key, one of them', 'key', `importToken_${otherId}_1`, 'INBOUND-FOR-PLANNED-KEY'],
    ['a token under another name', `wrappingKey_${stamp}`, 'token', 'INBOUND-FILES-RECOGNISED'],
  ])('named %s', (_, key, importToken, expected) => {
    expect(rule(inboundFile(key, spki), inboundFile(importToken, token))).toBe(expected);
  });

  it('are incomplete without the token, which the console of today keeps: the remedy names the API', () => {
    const refused = refusalOf(() => read(inboundFile(`wrappingKey_${keyId}`, spki)));
    expect(refused?.rule).toBe('INBOUND-FILES-COMPLETE');
    expect(refused?.remedy).toMatch(/get-parameters-for-import/u);
    expect(rule(tokenFile)).toBe('INBOUND-FILES-COMPLETE');
    expect(rule(readme)).toBe('INBOUND-FILES-COMPLETE');
    expect(rule()).toBe('INBOUND-FILES-COMPLETE');
  });

  it.each([
    [147, 'IMPORT-TOKEN-SIZED'],
    [148, null],
    [4608, null],
    [4609, 'IMPORT-TOKEN-SIZED'],
  ])('with a token of %i bytes', (length, expected) => {
    const sized = tokenFor(keyId, 5000).subarray(0, length);
    expect(rule(keyFile, inboundFile(`importToken_${stamp}`, sized))).toBe(expected);
  });

  it('take a token that happens to be text', () => {
    const text = 'opaque, and a text of sorts. '.repeat(8);
    const reading = read(keyFile, inboundFile(`importToken_${stamp}`, text));
    expect(Buffer.from(reading.carried.importToken ?? []).toString()).toBe(text);
  });
});

describe('two files of base64', () => {
  const lines = (bytes: Uint8Array, width: number, end: string): string =>
    base64(bytes).replace(new RegExp(`.{${width}}`, 'g'), (line) => line + end);
  const pair = (write: (bytes: Uint8Array) => string | Uint8Array): InboundFile[] => [
    inboundFile('PublicKey.b64', write(spki)),
    inboundFile('ImportToken.b64', write(token)),
  ];

  it.each<[string, (bytes: Uint8Array) => string | Uint8Array, string[]]>([
    ['in one line', base64, []],
    ['in one line with its end', (bytes) => `${base64(bytes)}\n`, []],
    ['in lines of 64', (bytes) => lines(bytes, 64, '\n'), []],
    ['in lines of 76 with CRLF', (bytes) => `${lines(bytes, 76, '\r\n')}\r\n`, []],
    ['with a byte order mark', (bytes) => `\ufeff${lines(bytes, 64, '\r\n')}`, []],
    [
      'in UTF-16',
      (bytes) => new Uint8Array(Buffer.from(`\ufeff${lines(bytes, 64, '\r\n')}`, 'utf16le')),
      ['INBOUND-TEXT-ENCODING', 'INBOUND-TEXT-ENCODING'],
    ],
  ])('%s are told apart by what they hold', (_, write, notices) => {
    for (const files of [pair(write), pair(write).toReversed()]) {
      const reading = read(...files);
      expect(reading.kek).toMatchObject({ spki, deadline: null });
      expect(reading.carried.importToken).toEqual(token);
      expect(rulesOf(reading)).toEqual([...notices, 'IMPORT-DEADLINE-KNOWN']);
    }
  });

  it('may stand beside files of the other forms', () => {
    const [, text] = pair(base64);
    expect(rule(inboundFile('PublicKey.bin', spki), text ?? json)).toBeNull();
  });

  it.each<[string, string, string]>([
    ['without padding', base64(token.subarray(0, 1201)).replace(/=+$/, ''), 'INBOUND-BASE64-CANONICAL'],
    ['cut', base64(token).slice(0, -3), 'INBOUND-BASE64-CANONICAL'],
    ['with a space', `${base64(token).slice(0, 400)} ${base64(token).slice(400)}`, 'INBOUND-BASE64-CANONICAL'],
    ['in base64url', `${base64(token)}-_-_`, 'INBOUND-BASE64-CANONICAL'],
    ['in quotes', `"${base64(token)}"`, 'INBOUND-BASE64-CANONICAL'],
    ['of 196 characters', base64(token.subarray(0, 147)), 'IMPORT-TOKEN-SIZED'],
    ['of 6148 characters', base64(tokenFor(keyId, 5000).subarray(0, 4609)), 'IMPORT-TOKEN-SIZED'],
  ])('are refused with a token %s', (_, text, expected) => {
    expect(rule(keyFile, inboundFile('token.txt', text))).toBe(expected);
  });

  it('are refused with a key that is none', () => {
    const trailing = base64(new Uint8Array([...spki, 0]));
    expect(rule(inboundFile('key.txt', trailing), tokenFile)).toBe('INBOUND-DER-CANONICAL');
    expect(rule(inboundFile('key.txt', base64(makePair('ec-p256').spki)), tokenFile)).toBe('KEK-ALGORITHM-RSA');
    expect(rule(inboundFile('key.txt', base64(testKek(4096).spki)), tokenFile)).toBe('KEK-SIZE-ALLOWED');
  });
});

describe('the folder', () => {
  it.each<[string, InboundFile[], string]>([
    ['JSON and the same in files', [json, keyFile, tokenFile, readme], 'INBOUND-ONE-CANDIDATE'],
    ['JSON and its key', [json, keyFile], 'INBOUND-ONE-CANDIDATE'],
    ['JSON and its token', [json, tokenFile], 'INBOUND-ONE-CANDIDATE'],
    ['JSON twice', [json, { ...json, name: 'copy.json' }], 'INBOUND-ONE-CANDIDATE'],
    ['two keys', [keyFile, { ...keyFile, name: 'copy' }, tokenFile], 'INBOUND-ONE-CANDIDATE'],
    ['two tokens', [keyFile, tokenFile, { ...tokenFile, name: 'a.zip/importToken' }], 'INBOUND-ONE-CANDIDATE'],
    ['a key in bytes and in base64', [keyFile, tokenFile, inboundFile('b', base64(spki))], 'INBOUND-ONE-CANDIDATE'],
    ['PEM', [inboundFile('key.pem', testKek(2048).pem), tokenFile], 'INBOUND-FILES-RECOGNISED'],
    ['notes', [json, inboundFile('notes.txt', 'bring this to the room')], 'INBOUND-FILES-RECOGNISED'],
    ['an empty file', [json, inboundFile('empty', '')], 'INBOUND-FILES-RECOGNISED'],
    ['other bytes', [json, inboundFile('a.bin', Uint8Array.of(0, 0xff, 0xfe, 1))], 'INBOUND-FILES-RECOGNISED'],
    ['a private key in DER', [json, inboundFile('a', makePair('ec-p256').pkcs8)], 'INBOUND-NO-PRIVATE-KEY'],
    ['a private key in base64', [json, inboundFile('a', base64(makePair('ec-p256').pkcs8))], 'INBOUND-NO-PRIVATE-KEY'],
    ['JSON with a member twice', [inboundFile('a', '{"key_id":"","key_id":""}')], 'INBOUND-JSON-STRICT'],
    ['other JSON', [inboundFile('a', '{"error":{"error_code":"KMS.0205"}}')], 'INBOUND-JSON-MEMBERS'],
    ['more than 64 KiB', [json, inboundFile('a', ' '.repeat(65_537))], 'INBOUND-SIZE-CAPPED'],
    [
      'UTF-16 without a mark',
      [json, inboundFile('a', Buffer.from('AAAA'.repeat(60), 'utf16le'))],
      'INBOUND-TEXT-ENCODING',
    ],
  ])('with %s is refused', (_, files, expected) => expect(rule(...files)).toBe(expected));

  it('names member and file at fault', () => {
    const cause = refusalOf(() => read(inboundFile('odd.json', { ...answer, import_token: 7 })))?.cause;
    expect(cause).toMatch(/odd\.json.*import_token/u);
  });

  it('is taken or refused by a rule of what comes in, never a crash, whatever byte changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(json, keyFile, tokenFile), fc.nat(), fc.nat(255), (file, at, byte) => {
        const changed = { name: file.name, bytes: file.bytes.with(at % file.bytes.length, byte) };
        const beside = file === json ? [] : [keyFile, tokenFile].filter((each) => each !== file);
        expect(rule(changed, ...beside) ?? 'INBOUND-').toMatch(/^(?:INBOUND|KEK|IMPORT)-/u);
      }),
      { numRuns: 300 },
    );
  });
});
