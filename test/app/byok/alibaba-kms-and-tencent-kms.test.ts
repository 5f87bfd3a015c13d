import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { InboundFile, InboundReading, KeyToCarry, OutboundFile } from '../../../app/byok/format.ts';
import { destinationOf, type Destination } from '../../../app/byok/registry.ts';
import { isWeak, refusesSpec, wayOf } from '../../../app/byok/ways.ts';
import { keySpecNames } from '../../../app/keys/specs.ts';
import { inboundFile, otherEncodings, planted, testKek, type PlantedFault } from '../../support/inbound-files.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { jsonVectors } from '../../vectors/read-vectors.ts';

const room = { nowIso: '2026-11-23T14:00:00Z', uploadMarginHours: 2 };
const { spki, pem } = testKek(2048);
const { pkcs8 } = makePair('rsa-2048');
const token = new Uint8Array(randomBytes(736));
const validTo = '2027-01-31T00:00:00Z';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const both = { PublicKey: Buffer.from(spki).toString('base64'), ImportToken: Buffer.from(token).toString('base64') };

/** Where the two clouds differ. */
const clouds = [
  {
    vectors: 'alibaba',
    plan: { type: 'alibaba-kms', region: 'cn-hangzhou', keyId: 'key-hzz630494463ejqjx0001' },
    answer: { ...both, KeyId: 'key-hzz630494463ejqjx0001', TokenExpireTime: '2026-11-24T14:00:00Z', RequestId: 'f1fd' },
    soon: { TokenExpireTime: '2026-11-23T16:15:00Z' },
    endName: 'KeyMaterialExpireUnix',
  },
  {
    vectors: 'tencent',
    plan: { type: 'tencent-kms', region: 'ap-guangzhou', keyId: '93866e69-9755-11ef-8e65-52540089bc41' },
    answer: {
      ...both,
      KeyId: '93866e69-9755-11ef-8e65-52540089bc41',
      ParametersValidTo: 1795528800,
      RequestId: 'f1fd',
    },
    soon: { ParametersValidTo: 1795450500 },
    endName: 'ValidTo',
  },
] as const;

describe.each(clouds)('$plan.type', ({ vectors, plan, answer, soon, endName }) => {
  const format = destinationOf(plan.type) ?? expect.unreachable('it is registered');
  const full = { ...plan, wrappingAlgorithm: 'RSAES_OAEP_SHA_256' };
  const accepts = (changes: object): boolean => safeParse(format.schema, { ...full, ...changes }).success;
  const planned = (changes: object = {}): Destination => {
    const parsed = safeParse(format.schema, { ...full, ...changes });
    return parsed.success ? parsed.output : expect.unreachable('the test plan is valid');
  };

  describe('the plan member', () => {
    it('is given back as it is', () => {
      expect(planned()).toEqual(full);
      expect(planned({ validTo })).toEqual({ ...full, validTo });
    });

    it.each(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1', 'RSAES_PKCS1_V1_5'])('takes %s', (wrappingAlgorithm) =>
      expect(accepts({ wrappingAlgorithm })).toBe(true),
    );

    it.each([
      { wrappingAlgorithm: 'SM2PKE' },
      { wrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256' },
      { wrappingAlgorithm: undefined },
      { region: '' },
      { region: "cn'" },
      { region: '-cn' },
      { region: 'cn hangzhou' },
      { region: undefined },
      { keyId: '' },
      { keyId: 'alias/payroll' },
      { keyId: '$(id)' },
      { keyId: '-k' },
      { keyId: `${plan.keyId}\n` },
      { keyId: 'k'.repeat(128) },
      { keyId: 7 },
      { validTo: '2027-01-31' },
      { validTo: 1801353600 },
      { validTo: null },
      { type: 'aws-kms' },
      { account: '1' },
    ])('refuses %j', (changes) => expect(accepts(changes)).toBe(false));
  });

  it('takes AES-256 and nothing else, by each algorithm as it says', () => {
    const wraps = {
      RSAES_OAEP_SHA_256: { method: 'oaep', oaepHash: 'sha256', nonce: null },
      RSAES_OAEP_SHA_1: { method: 'oaep', oaepHash: 'sha1', nonce: null },
      RSAES_PKCS1_V1_5: { method: 'pkcs1-v1_5', oaepHash: null },
    };
    for (const [wrappingAlgorithm, wrap] of Object.entries(wraps)) {
      const to = planned({ wrappingAlgorithm });
      const rules = keySpecNames.map((spec) => [spec, refusesSpec(to, spec)?.rule ?? null]);
      expect(rules.filter(([, rule]) => rule === null)).toEqual([['aes-256', null]]);
      expect(rules.filter(([, rule]) => rule === 'PLAN-DESTINATION-TAKES-SPEC').length).toBe(keySpecNames.length - 1);
      expect(wayOf(to, 'aes-256', { option: null })).toMatchObject({ wrap, kekBits: [2048] });
      expect(isWeak(wayOf(to, 'aes-256', { option: null })?.wrap ?? expect.unreachable())).toBe(wrap.oaepHash === null);
    }
  });

  it.each([
    [undefined, null],
    ['2026-11-23T14:00:00Z', 'PLAN-TIMES-AHEAD'],
    ['2026-11-23T14:00:01Z', null],
    ['2036-01-01T00:00:00Z', null],
  ])('takes an end at %s: %s', (end, expected) => {
    const to = planned(end === undefined ? {} : { validTo: end });
    expect(format.refusesNow(to, room.nowIso)?.rule ?? null).toBe(expected);
  });

  it('has a wrapping key for each key of each region, which is what the key becomes', () => {
    const places = [{}, { region: 'eu-central-1' }, { keyId: 'other' }].map(planned);
    expect(new Set(places.map((to) => format.scope(to))).size).toBe(3);
    expect(new Set(places.map((to) => format.target(to))).size).toBe(3);
    expect(format.cautions(planned(), 'aes-256')).toEqual([]);
  });

  it('is described whole', () => {
    const words = format.describe(planned({ validTo }));
    expect(words.place).toContain(plan.region);
    expect(words.name).toBe(plan.keyId);
    expect(words.end).toContain('2027-01-31 00:00 UTC');
  });

  describe('the answer of GetParametersForImport', () => {
    const json = (set = {}): InboundFile => inboundFile('parameters.json', planted(answer, { set }));
    const readme = inboundFile('README.md', 'notes of the cloud');
    const read = (...files: InboundFile[]): InboundReading => format.readInbound(files, planned(), room);
    const rule = (...files: InboundFile[]): string | null => ruleOf(() => read(...files));
    const noticesOf = (...files: InboundFile[]): string[] => read(...files).notices.map((notice) => notice.rule);
    const faults = jsonVectors(vectors).map(({ name, vector }) => ({ ...(vector as PlantedFault), name }));

    it.each(faults)('$name: $comment', (fault) => {
      expect(rule(inboundFile('parameters.json', planted(answer, fault)))).toBe(fault.expect);
    });

    it('gives key, token and end', () => {
      const { kek, carried, recognised, notices } = read(json(), readme);
      const deadline = '2026-11-24T14:00:00Z';
      expect(kek).toMatchObject({ spki, bits: 2048, id: plan.keyId, deadline, option: null });
      expect(carried).toEqual({ importToken: token, nonce: null });
      expect(recognised.map(({ file }) => file)).toEqual(['parameters.json', 'README.md']);
      expect(notices).toEqual([]);
    });

    it.each(otherEncodings(json()))('is read with %s', (_, file, notices) => {
      expect(read(file).carried.importToken).toEqual(token);
      expect(noticesOf(file)).toEqual(notices);
    });

    it('comes with notices of an unusual exponent, and of an end near the limit', () => {
      const options = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt', 'rsa_keygen_pubexp:3'];
      const odd = openssl(['pkey', '-pubout', '-outform', 'DER'], openssl(['genpkey', ...options]));
      expect(noticesOf(json({ PublicKey: Buffer.from(odd).toString('base64') }))).toEqual(['KEK-EXPONENT-USUAL']);
      expect(noticesOf(json(soon))).toEqual(['IMPORT-TOKEN-IN-FORCE']);
    });

    it('may hold a token of as many bytes as the API takes', () => {
      const sized = (bytes: number): string | null =>
        rule(json({ ImportToken: Buffer.alloc(bytes, 7).toString('base64') }));
      expect([1, 6144, 6145].map(sized)).toEqual([null, null, 'IMPORT-TOKEN-SIZED']);
    });

    it.each<[string, InboundFile[], string]>([
      ['nothing', [], 'INBOUND-FILES-COMPLETE'],
      ['a README alone', [readme], 'INBOUND-FILES-COMPLETE'],
      ['two answers', [json(), { ...json(), name: 'copy.json' }], 'INBOUND-ONE-CANDIDATE'],
      ['an answer in a zip besides', [json(), { ...json(), name: 'a.zip/parameters.json' }], 'INBOUND-ONE-CANDIDATE'],
      ['a PEM public key', [json(), inboundFile('kek.pem', pem)], 'INBOUND-FILES-RECOGNISED'],
      ['a DER public key', [json(), inboundFile('kek.der', spki)], 'INBOUND-FILES-RECOGNISED'],
      ['a loose token', [json(), inboundFile('ImportToken.bin', token)], 'INBOUND-FILES-RECOGNISED'],
      ['notes', [json(), inboundFile('notes.txt', 'hello')], 'INBOUND-FILES-RECOGNISED'],
      ['a private key', [json(), inboundFile('a.der', pkcs8)], 'INBOUND-NO-PRIVATE-KEY'],
      [
        'a private key for the public',
        [json({ PublicKey: Buffer.from(pkcs8).toString('base64') })],
        'INBOUND-NO-PRIVATE-KEY',
      ],
      [
        'a private key for the token',
        [json({ ImportToken: Buffer.from(pkcs8).toString('base64') })],
        'INBOUND-NO-PRIVATE-KEY',
      ],
      ['JSON with a member twice', [inboundFile('a.json', '{"KeyId":"a","KeyId":"a"}')], 'INBOUND-JSON-STRICT'],
    ])('is refused with %s', (_, files, expected) => expect(rule(...files)).toBe(expected));
  });

  describe('import-request.json', () => {
    const key = (changes: object = {}, bits = 2048): KeyToCarry<Destination> => {
      const wrap = { method: 'oaep', oaepHash: 'sha256' } as const;
      return { keyId: 'payroll', spec: 'aes-256', destination: planned(changes), kek: { id: plan.keyId, bits }, wrap };
    };
    const part = new Uint8Array(256).fill(0xfb);
    const assemble = (
      changes = {},
      wrappedKey = part,
      importToken: Uint8Array | null = token,
    ): readonly OutboundFile[] =>
      format.assemble(
        key(changes),
        { wrappedEphemeral: null, wrappedKey, sealedNonce: null },
        { importToken, nonce: null },
        '',
      );
    const name = 'import-request.json';
    const good = Buffer.from(assemble()[0]?.bytes ?? []).toString();
    const inspected = (text: string, changes = {}, bits = 2048): string | null =>
      ruleOf(() => format.inspect(key(changes, bits), [inboundFile(name, text)]));

    it('has the members of ImportKeyMaterial and nothing else, and no end without one in the plan', () => {
      const [file, ...more] = assemble();
      expect([file?.name, more]).toEqual([name, []]);
      expect(JSON.parse(good)).toEqual({
        KeyId: plan.keyId,
        EncryptedKeyMaterial: Buffer.from(part).toString('base64'),
        ImportToken: Buffer.from(token).toString('base64'),
        [endName]: 0,
      });
      const [dated] = assemble({ validTo: '2027-01-31T00:00:00.999Z' });
      expect(JSON.parse(Buffer.from(dated?.bytes ?? []).toString())).toMatchObject({ [endName]: 1801353600 });
    });

    it('is read back with the hashes of what it holds', () => {
      expect(format.inspect(key(), assemble())).toEqual({
        bytes: good.length,
        parts: [{ sha256: sha256(part), bytes: 256 }],
        importTokenSha256: sha256(token),
      });
    });

    it.each<[string, string | RegExp, string]>([
      ['another key', plan.keyId, `${plan.keyId}0`],
      ['an end', `"${endName}": 0`, `"${endName}": 1801353600`],
      ['an end as text', `"${endName}": 0`, `"${endName}": "0"`],
      ['no end', /,\n {2}"[A-Za-z]+": 0/, ''],
      ['one member more', '{', '{ "a": 1,'],
      ['a member twice', '{', `{ "KeyId": "${plan.keyId}",`],
      ['the material cut', '+/v7', ''],
      ['the other alphabet', '+/v7', '-_v7'],
      ['no material', /("EncryptedKeyMaterial": ")[^"]+/, '$1'],
      ['no token', /("ImportToken": ")[^"]+/, '$1'],
      ['a token in no base64', /("ImportToken": ")/, '$1*'],
      ['a token too long', /("ImportToken": ")[^"]+/, `$1${'AAAA'.repeat(2049)}`],
      ['other white space', '\n  "', '\n\t"'],
      ['a byte order mark', '{', '\ufeff{'],
      ['text after it', /$/, '\n'],
    ])('is refused with %s', (_, from, to) => {
      expect(good.replace(from, to)).not.toBe(good);
      expect(inspected(good)).toBeNull();
      expect(inspected(good.replace(from, to))).toBe('BLOB-SHAPE-VALID');
    });

    it('is refused for another plan or KEK, and under another name', () => {
      expect(inspected(good, { keyId: 'other' })).toBe('BLOB-SHAPE-VALID');
      expect(inspected(good, { validTo })).toBe('BLOB-SHAPE-VALID');
      expect(inspected(good, {}, 3072)).toBe('BLOB-SHAPE-VALID');
      const rule = (files: OutboundFile[]): string | null => ruleOf(() => format.inspect(key(), files));
      expect(rule([inboundFile('request.json', good)])).toBe('BLOB-SHAPE-VALID');
      expect(rule([inboundFile(name, good), inboundFile('ImportToken.bin', token)])).toBe('BLOB-SHAPE-VALID');
      expect(rule([])).toBe('BLOB-SHAPE-VALID');
    });

    it('is not made of a part of another length, of a blank one, or without a token', () => {
      const rules = [
        ruleOf(() => assemble({}, new Uint8Array(255).fill(1))),
        ruleOf(() => assemble({}, new Uint8Array(256))),
        ruleOf(() => assemble({}, part, null)),
        ruleOf(() => assemble({}, part, new Uint8Array(6145).fill(1))),
      ];
      expect(rules).toEqual(Array(4).fill('BLOB-SHAPE-VALID'));
      expect(ruleOf(() => assemble())).toBeNull();
    });

    it('is accepted or refused, never a crash, whatever byte changed', () => {
      const bytes = new TextEncoder().encode(good);
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(3), (at, byte, cut) => {
          const other = bytes.slice(0, bytes.length - cut);
          other[Math.min(at, other.length - 1)] = byte;
          expect([null, 'BLOB-SHAPE-VALID']).toContain(ruleOf(() => format.inspect(key(), [{ name, bytes: other }])));
        }),
      );
    });
  });
});
