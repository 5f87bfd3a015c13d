import { constants, createHash, createPublicKey, publicEncrypt } from 'node:crypto';
import fc from 'fast-check';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { BlobSummary, KeyToCarry, OutboundFile } from '../../../app/byok/format.ts';
import { huaweiKms } from '../../../app/byok/huawei-kms.ts';
import type { HuaweiDestination } from '../../../app/byok/huawei/destination.ts';
import { wrapPlanOf } from '../../../app/byok/ways.ts';
import { isAsymmetric, type KeySpec } from '../../../app/keys/specs.ts';
import { huaweiKmsCloud } from '../../support/clouds/huawei-kms.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';

const token = new Uint8Array(1300).fill(0xb7);
const validTo = '2027-06-30T12:00:00Z';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function key(spec: KeySpec, changes: object = {}, bits = 2048): KeyToCarry<HuaweiDestination> {
  const order = { spec, option: 'RSAES_OAEP_SHA_256', name: 'payroll' };
  const destination = parse(huaweiKms.schema, { ...huaweiKmsCloud.destination(order), ...changes });
  const wrap = wrapPlanOf(destination, spec, { option: null });
  return { keyId: 'payroll-root', spec, destination, kek: { id: destination.keyId, bits }, wrap };
}

/** What a token might give: only its lengths matter here. */
const parts = (spec: KeySpec, length = 152) => ({
  wrappedEphemeral: isAsymmetric(spec) ? new Uint8Array(256).fill(0xfb) : null,
  wrappedKey: new Uint8Array(isAsymmetric(spec) ? length : 256).fill(0xef),
  sealedNonce: null,
});
const carried = { importToken: token, nonce: null };
const assemble = (of: KeyToCarry<HuaweiDestination>, given = parts(of.spec)): readonly OutboundFile[] =>
  huaweiKms.assemble(of, given, carried, 'Keyferry 0.1.0');
const bytesOf = (files: readonly OutboundFile[], name: string): Uint8Array =>
  files.find((file) => file.name === name)?.bytes ?? expect.unreachable(`there is no ${name}`);
const textOf = (files: readonly OutboundFile[]): string =>
  Buffer.from(bytesOf(files, 'import-request.json')).toString();

describe('the files of a secret key', () => {
  const files = assemble(key('aes-256'));

  it('are the request and its two values in bytes', () => {
    expect(files.map(({ name }) => name).toSorted()).toEqual([
      'EncryptedKeyMaterial.bin',
      'ImportToken.bin',
      'import-request.json',
    ]);
    expect(bytesOf(files, 'EncryptedKeyMaterial.bin')).toEqual(parts('aes-256').wrappedKey);
    expect(bytesOf(files, 'ImportToken.bin')).toEqual(token);
    const request = {
      key_id: key('aes-256').destination.keyId,
      import_token: base64(token),
      encrypted_key_material: base64(parts('aes-256').wrappedKey),
    };
    expect(textOf(files)).toBe(`${JSON.stringify(request, null, 2)}\n`);
  });

  it('name the end in seconds since 1970 as a number, where the plan has one', () => {
    const ending = assemble(key('hmac-512', { validTo }));
    expect(JSON.parse(textOf(ending))).toMatchObject({ expiration_time: 1814356800 });
    const fraction = key('aes-256', { validTo: '2027-06-30T12:00:00.999Z' });
    expect(JSON.parse(textOf(assemble(fraction)))).toMatchObject({ expiration_time: 1814356800 });
  });

  it('are summed up', () => {
    const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(huaweiKms.inspect(key('aes-256'), files)).toEqual<BlobSummary>({
      bytes: total,
      parts: [{ sha256: sha256(parts('aes-256').wrappedKey), bytes: 256 }],
      importTokenSha256: sha256(token),
    });
  });
});

describe('the files of a key pair', () => {
  const files = assemble(key('ec-p256'));

  it('carry ephemeral key and private key as two values', () => {
    expect(files.map(({ name }) => name).toSorted()).toEqual([
      'EncryptedKeyMaterial.bin',
      'EncryptedPrivateKey.bin',
      'ImportToken.bin',
      'import-request.json',
    ]);
    const { wrappedEphemeral, wrappedKey } = parts('ec-p256');
    expect(bytesOf(files, 'EncryptedKeyMaterial.bin')).toEqual(wrappedEphemeral);
    expect(bytesOf(files, 'EncryptedPrivateKey.bin')).toEqual(wrappedKey);
    const request = JSON.parse(textOf(files)) as Record<string, unknown>;
    expect(Object.keys(request)).toEqual(['key_id', 'import_token', 'encrypted_key_material', 'encrypted_privatekey']);
    expect(request['encrypted_privatekey']).toBe(base64(wrappedKey));
    expect(huaweiKms.inspect(key('ec-p256'), files).parts.map(({ bytes }) => bytes)).toEqual([256, 152]);
  });

  it.each<[KeySpec, number, string | null]>([
    ['rsa-2048', 1224, null],
    ['rsa-3072', 1800, null],
    ['rsa-4096', 2384, null],
    ['ec-p384', 200, null],
    ['ec-p256', 80, null],
    ['rsa-2048', 2384, 'BLOB-SHAPE-VALID'],
    ['ec-p256', 200, 'BLOB-SHAPE-VALID'],
    ['ec-p256', 153, 'BLOB-SHAPE-VALID'],
  ])('of %s with a private key of %i bytes', (spec, length, expected) => {
    expect(ruleOf(() => assemble(key(spec), parts(spec, length)))).toBe(expected);
  });
});

describe('what was wrapped outside the product', () => {
  const kek = makePair('rsa-2048');
  const encrypt = (bytes: Uint8Array, oaepHash: string | null): Uint8Array => {
    const publicKey = createPublicKey({ key: Buffer.from(kek.spki), format: 'der', type: 'spki' });
    const padding = oaepHash === null ? { padding: constants.RSA_PKCS1_PADDING } : { oaepHash };
    return new Uint8Array(publicEncrypt({ key: publicKey, ...padding }, bytes));
  };

  it.each<[KeySpec, string, string | null]>([
    ['aes-256', 'RSAES_OAEP_SHA_256', 'sha256'],
    ['hmac-384', 'RSAES_OAEP_SHA_1', 'sha1'],
    ['hmac-512', 'RSAES_PKCS1_V1_5', null],
    ['ec-p384', 'RSAES_OAEP_SHA_256', 'sha256'],
    ['ec-p256', 'RSAES_PKCS1_V1_5', null],
  ])('of %s by %s opens at the cloud', (spec, option, hash) => {
    const order = { spec, option, name: 'payroll' };
    const carrying = key(spec, { wrappingAlgorithm: option });
    const isPair = spec === 'ec-p384' || spec === 'ec-p256';
    const target = isPair ? makePair(spec).pkcs8 : openssl(['rand', String(Number(spec.split('-')[1]) / 8)]);
    const ephemeral = openssl(['rand', '32']);
    const kwp = ['enc', '-id-aes256-wrap-pad', '-iv', 'A65959A6', '-K', Buffer.from(ephemeral).toString('hex')];
    const given = {
      wrappedEphemeral: isPair ? encrypt(ephemeral, hash) : null,
      wrappedKey: isPair ? openssl(kwp, target) : encrypt(target, hash),
      sealedNonce: null,
    };
    const handout = huaweiKmsCloud.handOut(kek, order, new Date('2026-11-24T14:00:00Z'));
    const inbound = Object.entries(handout.files).map(([name, text]) => ({
      name,
      bytes: new Uint8Array(Buffer.from(text)),
    }));
    const room = { nowIso: '2026-11-23T14:00:00Z', uploadMarginHours: 2 };
    const reading = huaweiKms.readInbound(inbound, carrying.destination, room);
    expect(reading.notices).toEqual([]);
    const files = huaweiKms.assemble(carrying, given, reading.carried, '');
    const wrap = { ...carrying.wrap, performed: 'composed' as const };
    expect(huaweiKmsCloud.open((name) => bytesOf(files, name), kek, order, handout, wrap)).toEqual(target);
    const other = { ...handout, importToken: token };
    expect(() => huaweiKmsCloud.open((name) => bytesOf(files, name), kek, order, other, wrap)).toThrow('KMS.2605');
  });
});

describe('inspection refuses', () => {
  const pair = key('ec-p256');
  const secret = key('aes-256', { validTo });
  const change = (of: KeyToCarry<HuaweiDestination>, name: string, to: (bytes: Uint8Array) => Uint8Array) => {
    const files = assemble(of).map((file) => (file.name === name ? { name, bytes: to(file.bytes) } : file));
    return ruleOf(() => huaweiKms.inspect(of, files));
  };
  const edit = (of: KeyToCarry<HuaweiDestination>, from: string | RegExp, to: string): string | null =>
    change(of, 'import-request.json', (bytes) => {
      const text = Buffer.from(bytes).toString();
      expect(text.replace(from, to)).not.toBe(text);
      return new Uint8Array(Buffer.from(text.replace(from, to)));
    });

  it('nothing that was not changed', () => {
    for (const of of [pair, secret]) expect(ruleOf(() => huaweiKms.inspect(of, assemble(of)))).toBeNull();
  });

  it.each<[string, 'pair' | 'secret', string | RegExp, string]>([
    ['another key id', 'pair', /("key_id": ")./, '$1z'],
    ['another token', 'pair', /("import_token": ")..../, '$1AAAA'],
    ['other key material', 'pair', /("encrypted_key_material": ")..../, '$1AAAA'],
    ['another private key', 'pair', /("encrypted_privatekey": ")..../, '$1AAAA'],
    ['no private key', 'pair', /,\n {2}"encrypted_privatekey": "[^"]*"/, ''],
    ['an end of a pair', 'pair', /"\n}/, '",\n  "expiration_time": 1814356800\n}'],
    ['no end', 'secret', /,\n {2}"expiration_time": \d+/, ''],
    ['another end', 'secret', '1814356800', '1814356801'],
    ['an end in milliseconds', 'secret', '1814356800', '1814356800000'],
    ['an end as text', 'secret', '1814356800', '"1814356800"'],
    ['a sequence', 'secret', '{', '{\n  "sequence": "919c82d4-8046-4722-9094-35c3c6524cff",'],
    ['a member twice', 'secret', /("key_id": "[^"]*",)/, '$1\n  $1'],
    ['base64 without padding', 'secret', '=",', '",'],
    ['base64url', 'pair', /7\+/, '7-'],
    ['other white space', 'pair', '\n  "', '\n\t"'],
    ['no line end', 'pair', /\n$/, ''],
    ['a byte order mark', 'pair', '{', '\ufeff{'],
    ['no JSON', 'pair', '{', ''],
  ])('a request with %s', (_, of, from, to) => {
    expect(edit(of === 'pair' ? pair : secret, from, to)).toBe('BLOB-SHAPE-VALID');
  });

  it.each(['EncryptedKeyMaterial.bin', 'ImportToken.bin', 'EncryptedPrivateKey.bin', 'import-request.json'])(
    'another byte in %s, or one less',
    (name) => {
      expect(change(pair, name, (bytes) => bytes.with(9, (bytes[9] ?? 0) ^ 1))).toBe('BLOB-SHAPE-VALID');
      expect(change(pair, name, (bytes) => bytes.slice(0, -1))).toBe('BLOB-SHAPE-VALID');
    },
  );

  it('another name, a file more, a file less, files of the other kind', () => {
    const files = assemble(pair);
    const rule = (given: readonly OutboundFile[], of = pair): string | null =>
      ruleOf(() => huaweiKms.inspect(of, given));
    const [first = expect.unreachable('there are files'), ...rest] = files;
    expect(rule([{ ...first, name: 'request.json' }, ...rest])).toBe('BLOB-SHAPE-VALID');
    expect(rule([...files, first])).toBe('BLOB-SHAPE-VALID');
    expect(rule(rest)).toBe('BLOB-SHAPE-VALID');
    expect(rule(files, key('aes-256'))).toBe('BLOB-SHAPE-VALID');
    expect(rule(assemble(key('aes-256')))).toBe('BLOB-SHAPE-VALID');
    expect(rule(files, key('ec-p256', {}, 3072))).toBe('BLOB-SHAPE-VALID');
  });

  it('parts that are blank, missing or of another length, and a token of no size', () => {
    const given = parts('ec-p256');
    const rule = (changes: Partial<typeof given>, importToken: Uint8Array | null = token): string | null =>
      ruleOf(() => huaweiKms.assemble(pair, { ...given, ...changes }, { importToken, nonce: null }, ''));
    expect(rule({})).toBeNull();
    expect(rule({ wrappedEphemeral: null })).toBe('BLOB-SHAPE-VALID');
    expect(rule({ wrappedEphemeral: new Uint8Array(256) })).toBe('BLOB-SHAPE-VALID');
    expect(rule({ wrappedEphemeral: new Uint8Array(255).fill(1) })).toBe('BLOB-SHAPE-VALID');
    expect(rule({ wrappedKey: new Uint8Array(152) })).toBe('BLOB-SHAPE-VALID');
    expect(rule({}, null)).toBe('BLOB-SHAPE-VALID');
    expect(rule({}, new Uint8Array(147).fill(1))).toBe('BLOB-SHAPE-VALID');
    expect(rule({}, new Uint8Array(4609).fill(1))).toBe('BLOB-SHAPE-VALID');
  });

  it('every change of a byte', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, at, bits) => {
        const name = assemble(pair)[which]?.name ?? '';
        const flip = (bytes: Uint8Array): Uint8Array =>
          bytes.with(at % bytes.length, (bytes[at % bytes.length] ?? 0) ^ bits);
        expect(change(pair, name, flip)).toBe('BLOB-SHAPE-VALID');
      }),
    );
  });
});
