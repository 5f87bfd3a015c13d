import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { awsKms } from '../../../app/byok/aws-kms.ts';
import type { InboundFile, InboundReading } from '../../../app/byok/format.ts';
import { inboundFile, otherEncodings, planted, testKek, type PlantedFault } from '../../support/inbound-files.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { jsonVectors } from '../../vectors/read-vectors.ts';

const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
const otherId = '1234abcd-12ab-34cd-56ef-1234567890ac';
const arn = `arn:aws:kms:eu-central-1:111122223333:key/${id}`;
const room = { nowIso: '2026-11-23T14:00:00Z', uploadMarginHours: 2 };
const { spki } = testKek(2048);
const { pkcs8 } = makePair('rsa-2048');
const ec = makePair('ec-p256');
const token = new Uint8Array(randomBytes(1824));
const answer = {
  KeyId: arn,
  ImportToken: Buffer.from(token).toString('base64'),
  PublicKey: Buffer.from(spki).toString('base64'),
  ParametersValidTo: 1795528800.123,
};

const plan = (keyId = arn) => parse(awsKms.schema, { type: 'aws-kms', keyId, wrappingAlgorithm: 'RSAES_OAEP_SHA_256' });
const read = (files: readonly InboundFile[], keyId = arn): InboundReading =>
  awsKms.readInbound(files, plan(keyId), room);
const rule = (...files: InboundFile[]): string | null => ruleOf(() => read(files));
const noticesOf = (files: readonly InboundFile[]): string[] => read(files).notices.map((notice) => notice.rule);

const json = (set = {}): InboundFile => inboundFile('params.json', planted(answer, { set }));
const key = inboundFile('WrappingPublicKey.bin', spki);
const imported = inboundFile('ImportToken.bin', token);
const readme = inboundFile('README.txt', 'Wrapping algorithm: RSAES_OAEP_SHA_256');
const renamed = (file: InboundFile, name: string): InboundFile => ({ ...file, name });
const zipped = (zip: string, ...files: InboundFile[]): InboundFile[] =>
  files.map((file) => renamed(file, `${zip}/${file.name}`));

describe('the JSON of get-parameters-for-import', () => {
  const faults = jsonVectors('aws').map(({ name, vector }) => ({ ...(vector as PlantedFault), name }));
  it.each(faults)('$name: $comment', (fault) => {
    expect(rule(inboundFile('params.json', planted(answer, fault)))).toBe(fault.expect);
  });

  it('gives key, token and end, and is known by the key of the plan', () => {
    const { kek, carried, recognised, notices } = read([json()]);
    expect(kek).toMatchObject({ spki, bits: 2048, id: arn, deadline: '2026-11-24T14:00:00Z', option: null });
    expect(carried).toEqual({ importToken: token, nonce: null });
    expect(recognised.map(({ file }) => file)).toEqual(['params.json']);
    expect(notices).toEqual([]);
  });

  it('may name the key by its ARN where the plan has the bare id, which stays the name', () => {
    expect(read([json()], id).kek.id).toBe(id);
    expect(ruleOf(() => read([json()], otherId))).toBe('INBOUND-FOR-PLANNED-KEY');
  });

  it.each(otherEncodings(json()))('is read with %s', (_, file, notices) => {
    expect(read([file]).carried.importToken).toEqual(token);
    expect(noticesOf([file])).toEqual(notices);
  });

  it.each([3072, 4096] as const)('may hold a wrapping key of %i bits', (bits) => {
    const large = Buffer.from(testKek(bits).spki).toString('base64');
    expect(read([json({ PublicKey: large })]).kek).toMatchObject({ bits, spki: testKek(bits).spki });
  });

  it.each([
    [1, null],
    [6144, null],
    [6145, 'IMPORT-TOKEN-SIZED'],
  ])('may hold a token of %i bytes: %s', (bytes, expected) => {
    expect(rule(json({ ImportToken: Buffer.alloc(bytes, 0x7f).toString('base64') }))).toBe(expected);
  });

  it('comes with a notice when a quarter of an hour decides', () => {
    expect(noticesOf([json({ ParametersValidTo: 1795449600 })])).toEqual(['IMPORT-TOKEN-IN-FORCE']);
    expect(noticesOf([json({ ParametersValidTo: 1795450500 })])).toEqual(['IMPORT-TOKEN-IN-FORCE']);
    expect(noticesOf([json({ ParametersValidTo: 1795450501 })])).toEqual([]);
  });

  it.each([
    ['an alias', arn.replace(/:key\/.*/u, ':alias/payroll'), 'INBOUND-FOR-PLANNED-KEY'],
    ['a text', 'the key of last year', 'INBOUND-FOR-PLANNED-KEY'],
    ['the key of the same id in China', arn.replace('arn:aws:', 'arn:aws-cn:'), 'INBOUND-FOR-PLANNED-KEY'],
  ])('is refused when it names %s', (_, KeyId, expected) => {
    expect(ruleOf(() => read([json({ KeyId })], id))).toBe(expected);
  });

  it('is refused with a private key in the place of either', () => {
    const secret = Buffer.from(pkcs8).toString('base64');
    for (const member of ['PublicKey', 'ImportToken']) {
      expect(rule(json({ [member]: secret }))).toBe('INBOUND-NO-PRIVATE-KEY');
    }
  });

  it('comes with a notice when the exponent is unusual', () => {
    const options = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt', 'rsa_keygen_pubexp:3'];
    const odd = openssl(['pkey', '-pubout', '-outform', 'DER'], openssl(['genpkey', ...options]));
    expect(noticesOf([json({ PublicKey: Buffer.from(odd).toString('base64') })])).toEqual(['KEK-EXPONENT-USUAL']);
  });
});

describe('the files of the console', () => {
  const stamp = `${id}_0809092909`;
  const older = (keyStamp: string, tokenStamp = keyStamp): InboundFile[] => [
    renamed(key, `wrappingKey_${keyStamp}`),
    renamed(imported, `importToken_${tokenStamp}`),
    renamed(readme, `README_${keyStamp}.txt`),
  ];

  it.each<[string, InboundFile[]]>([
    ['today, zipped', zipped(`Import_Parameters_${id}_20261123140000.zip`, key, imported, readme)],
    ['today, zipped and renamed', zipped('from the console (1).zip', key, imported, readme)],
    ['today, unpacked', [key, imported, readme]],
    ['today, without the README', [imported, key]],
    ['older, zipped', zipped('ImportParameters.zip', ...older(stamp))],
    ['older, unpacked', older(stamp)],
    ['older, without a time', older(id)],
    [
      'older, with an ending',
      [renamed(key, `wrappingKey_${stamp}.bin`), renamed(imported, `importToken_${stamp}.bin`)],
    ],
    ['the key under a name of its own', [renamed(key, 'kek.der'), imported]],
    ['older names without an id', older('payroll')],
  ])('%s, are taken without a known end', (_, files) => {
    const { kek, carried, recognised, notices } = read(files);
    expect(kek).toMatchObject({ spki, id: arn, deadline: null });
    expect(carried.importToken).toEqual(token);
    expect(recognised.map(({ file }) => file)).toEqual(files.map(({ name }) => name));
    expect(notices.map((notice) => notice.rule)).toEqual(['IMPORT-DEADLINE-KNOWN']);
  });

  it.each<[string, InboundFile[], string]>([
    ['older names of another key', older(`${otherId}_0809092909`), 'INBOUND-FOR-PLANNED-KEY'],
    ['older names of another key, without a time', older(otherId), 'INBOUND-FOR-PLANNED-KEY'],
    ['the token of another key', older(stamp, `${otherId}_0809092909`), 'INBOUND-FOR-PLANNED-KEY'],
    ['the key of another key', older(`${otherId}_0809092909`, stamp), 'INBOUND-FOR-PLANNED-KEY'],
    ['an id that goes on', older(`${id}0`), 'INBOUND-FOR-PLANNED-KEY'],
    [
      'a zip named by another key',
      zipped(`Import_Parameters_${otherId}_1.zip`, key, imported),
      'INBOUND-FOR-PLANNED-KEY',
    ],
    ['files of two times', older(stamp, `${id}_0809092910`), 'KEK-FILES-AGREE'],
    ['a time in one name only', older(stamp, id), 'KEK-FILES-AGREE'],
    ['files of two generations', [renamed(key, `wrappingKey_${stamp}`), imported], 'KEK-FILES-AGREE'],
    ['files of two zips', [...zipped('a.zip', key), ...zipped('b.zip', imported)], 'KEK-FILES-AGREE'],
    ['a token beside the zip of the key', [...zipped('a.zip', key), imported], 'KEK-FILES-AGREE'],
    ['no token', [key], 'INBOUND-FILES-COMPLETE'],
    ['no key', [imported], 'INBOUND-FILES-COMPLETE'],
    ['a README alone', [readme], 'INBOUND-FILES-COMPLETE'],
    ['two keys', [key, renamed(key, 'kek.der'), imported], 'INBOUND-ONE-CANDIDATE'],
    ['two tokens', [key, imported, renamed(imported, `importToken_${id}`)], 'INBOUND-ONE-CANDIDATE'],
    ['a zip and what was in it', [...zipped('a.zip', key, imported), key, imported], 'INBOUND-ONE-CANDIDATE'],
    [
      'the same zip twice',
      [...zipped('a.zip', key, imported), ...zipped('b.zip', key, imported)],
      'INBOUND-ONE-CANDIDATE',
    ],
    ['the JSON besides', [json(), key, imported], 'INBOUND-ONE-CANDIDATE'],
    ['the JSON and a key', [json(), key], 'INBOUND-ONE-CANDIDATE'],
    ['the JSON and a token', [imported, json()], 'INBOUND-ONE-CANDIDATE'],
    ['two of the JSON', [json(), renamed(json(), 'copy.json')], 'INBOUND-ONE-CANDIDATE'],
    ['an empty token', [key, inboundFile('ImportToken.bin', '')], 'IMPORT-TOKEN-SIZED'],
    ['a token too long', [key, inboundFile('ImportToken.bin', new Uint8Array(6145).fill(0xc1))], 'IMPORT-TOKEN-SIZED'],
    ['an elliptic curve key', [inboundFile('WrappingPublicKey.bin', ec.spki), imported], 'KEK-ALGORITHM-RSA'],
    [
      'a key that was cut',
      [inboundFile('WrappingPublicKey.bin', spki.slice(0, -1)), imported],
      'INBOUND-FILES-RECOGNISED',
    ],
    [
      'a key with a byte more',
      [inboundFile('WrappingPublicKey.bin', Buffer.concat([spki, Buffer.alloc(1)])), imported],
      'INBOUND-DER-CANONICAL',
    ],
    ['the private key', [inboundFile('WrappingPublicKey.bin', pkcs8), imported], 'INBOUND-NO-PRIVATE-KEY'],
    ['a private key for a token', [key, inboundFile('ImportToken.bin', pkcs8)], 'INBOUND-NO-PRIVATE-KEY'],
    [
      'the token in base64, of which the console makes bytes',
      [key, inboundFile('ImportToken.bin', Buffer.from(token).toString('base64'))],
      'INBOUND-FILES-RECOGNISED',
    ],
    ['the token under another name', [key, renamed(imported, 'token.bin')], 'INBOUND-FILES-RECOGNISED'],
    ['the names changed round', [renamed(imported, key.name), renamed(key, imported.name)], 'INBOUND-FILES-RECOGNISED'],
    [
      'the key as PEM',
      [inboundFile('k.pem', openssl(['pkey', '-pubin', '-inform', 'DER'], spki)), imported],
      'INBOUND-FILES-RECOGNISED',
    ],
    ['notes', [json(), inboundFile('notes.txt', 'bring this')], 'INBOUND-FILES-RECOGNISED'],
    ['other JSON', [key, imported, inboundFile('a.json', '{"Keys":[]}')], 'INBOUND-JSON-MEMBERS'],
  ])('with %s are refused', (_, files, expected) => expect(ruleOf(() => read(files))).toBe(expected));

  it('are known by a bare id as well', () => {
    expect(read(older(stamp), id).kek.id).toBe(id);
    expect(ruleOf(() => read(older(stamp), otherId))).toBe('INBOUND-FOR-PLANNED-KEY');
  });

  it('may hold a token that happens to be text: it is opaque', () => {
    const text = new Uint8Array(1824).fill(0x20);
    expect(read([key, inboundFile('ImportToken.bin', text)]).carried.importToken).toEqual(text);
    const wide = new Uint8Array(Buffer.from('\ufeffopaque', 'utf16le'));
    expect(noticesOf([key, inboundFile('ImportToken.bin', wide)])).toEqual(['IMPORT-DEADLINE-KNOWN']);
    expect(read([key, inboundFile('ImportToken.bin', wide)]).carried.importToken).toEqual(wide);
  });

  it('are named when they are at fault', () => {
    const cause = refusalOf(() => read(older(stamp, `${id}_0809092910`)))?.cause;
    expect(cause).toMatch(/wrappingKey_\S+ .*importToken_/u);
  });

  it('and the JSON are read or refused, never a crash, whatever was changed in them', () => {
    const change = fc.tuple(fc.nat(2), fc.nat(3000), fc.nat(255), fc.nat(20));
    fc.assert(
      fc.property(change, fc.boolean(), ([which, at, byte, cut], isLoose) => {
        const files = (isLoose ? [key, imported, readme] : [json()]).map(({ name, bytes }, index) => {
          const other = index === which ? bytes.slice(0, bytes.length - cut) : bytes.slice();
          if (index === which) other[at % other.length] = byte;
          return { name, bytes: other };
        });
        rule(...files);
      }),
      { numRuns: 300 },
    );
  });
});
