import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { InboundFile, InboundReading } from '../../../app/byok/format.ts';
import { ibmKeyProtect } from '../../../app/byok/ibm-key-protect.ts';
import { inboundFile, otherEncodings, planted, testKek, type PlantedFault } from '../../support/inbound-files.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { jsonVectors } from '../../vectors/read-vectors.ts';

const instance = '12e8c9c2-a162-472d-b7d6-8b9a86b815a6';
const destination = parse(ibmKeyProtect.schema, {
  type: 'ibm-key-protect',
  region: 'eu-de',
  instance,
  keyName: 'Payroll root',
});
const room = { nowIso: '2026-11-23T14:00:00Z', uploadMarginHours: 2 };
const { pem, spki } = testKek(4096);
const base64 = (content: Uint8Array | string): string => Buffer.from(content).toString('base64');
const answer = {
  creationDate: '2026-11-23T14:00:00Z',
  expirationDate: '2026-11-24T14:00:00Z',
  maxAllowedRetrievals: 1,
  remainingRetrievals: 0,
  payload: base64(pem),
  nonce: '8zJE9pKVdXVe/nLb',
};
const json = inboundFile('import_token.json', answer);
const read = (...files: InboundFile[]): InboundReading => ibmKeyProtect.readInbound(files, destination, room);
const rule = (...files: InboundFile[]): string | null => ruleOf(() => read(...files));
const rulesOf = ({ notices }: InboundReading): string[] => notices.map((notice) => notice.rule);
const changed = (members: object): InboundFile => inboundFile('import_token.json', { ...answer, ...members });

describe('GET /api/v2/import_token', () => {
  const faults = jsonVectors('ibm').map(({ name, vector }) => ({ ...(vector as PlantedFault), name }));
  it.each(faults)('$name: $comment', (fault) => {
    expect(rule(inboundFile('import_token.json', planted(answer, fault)))).toBe(fault.expect);
  });

  it('gives key, nonce, instance and deadline', () => {
    const { kek, carried, recognised, notices } = read(json);
    expect(kek).toMatchObject({ spki, bits: 4096, id: instance, deadline: '2026-11-24T14:00:00Z', option: null });
    expect(carried.importToken).toBeNull();
    expect(base64(carried.nonce ?? '')).toBe(answer.nonce);
    expect(carried.nonce?.length).toBe(12);
    expect(recognised.map(({ file }) => file)).toEqual(['import_token.json']);
    expect(notices).toEqual([]);
  });

  it('says the deadline in UTC, in whole seconds', () => {
    expect(read(changed({ expirationDate: '2026-11-24T15:30:00.9+01:00' })).kek.deadline).toBe('2026-11-24T14:30:00Z');
  });

  it.each(otherEncodings(json))('is read with %s', (_, file, notices) => {
    expect(read(file).kek.spki).toEqual(spki);
    expect(rulesOf(read(file))).toEqual(notices);
  });

  it('comes with a notice when the exponent is unusual, or a quarter of an hour decides', () => {
    const options = ['-pkeyopt', 'rsa_keygen_bits:4096', '-pkeyopt', 'rsa_keygen_pubexp:3'];
    const unusual = openssl(['pkey', '-pubout'], openssl(['genpkey', '-algorithm', 'RSA', ...options]));
    expect(rulesOf(read(changed({ payload: base64(unusual) })))).toEqual(['KEK-EXPONENT-USUAL']);
    expect(rulesOf(read(changed({ expirationDate: '2026-11-23T16:15:00Z' })))).toEqual(['IMPORT-TOKEN-IN-FORCE']);
  }, 60_000);

  it('without its end names the answer that has it', () => {
    const refused = refusalOf(() => read(inboundFile('show.json', { payload: answer.payload, nonce: answer.nonce })));
    expect(refused?.rule).toBe('INBOUND-JSON-MEMBERS');
    expect(refused?.cause).toMatch(/show\.json.*expirationDate/u);
    expect(refused?.remedy).toContain('GET /api/v2/import_token');
  });

  it('is refused with a private key in a member, in PEM or DER', () => {
    const { pkcs8 } = makePair('rsa-2048');
    const secret = openssl(['pkey', '-inform', 'DER'], pkcs8);
    for (const content of [secret, pkcs8, Buffer.concat([Buffer.from(pem), secret])]) {
      expect(rule(changed({ payload: base64(content) }))).toBe('INBOUND-NO-PRIVATE-KEY');
    }
    expect(rule(changed({ nonce: base64(pkcs8) }))).toBe('INBOUND-NO-PRIVATE-KEY');
    expect(rule(changed({ payload: Buffer.from(secret).toString() }))).toBe('INBOUND-NO-PRIVATE-KEY');
  });
});

describe('the folder', () => {
  it('may hold a README, which is left alone', () => {
    const reading = read(inboundFile('README.txt', 'hello'), json);
    expect(reading.recognised.map(({ file }) => file)).toEqual(['README.txt', 'import_token.json']);
    expect(reading.kek.spki).toEqual(spki);
  });

  it.each<[string, InboundFile[], string]>([
    ['nothing', [], 'INBOUND-FILES-COMPLETE'],
    ['a README alone', [inboundFile('README', 'hello')], 'INBOUND-FILES-COMPLETE'],
    ['JSON twice', [json, { ...json, name: 'copy.json' }], 'INBOUND-ONE-CANDIDATE'],
    ['the public key as PEM', [json, inboundFile('PublicKey.pem', pem)], 'INBOUND-FILES-RECOGNISED'],
    ['the public key as DER', [json, inboundFile('PublicKey.der', spki)], 'INBOUND-FILES-RECOGNISED'],
    ['the payload as text', [json, inboundFile('payload.txt', answer.payload)], 'INBOUND-FILES-RECOGNISED'],
    ['other bytes', [json, inboundFile('a.bin', Uint8Array.of(0, 0xff, 0xfe, 1))], 'INBOUND-FILES-RECOGNISED'],
    ['a JSON list', [inboundFile('a.json', [answer])], 'INBOUND-FILES-RECOGNISED'],
    ['JSON with a member twice', [inboundFile('a.json', '{"nonce":"","nonce":""}')], 'INBOUND-JSON-STRICT'],
    ['an error of the API', [inboundFile('a.json', { resources: [{ errorMsg: 'Conflict' }] })], 'INBOUND-JSON-MEMBERS'],
    ['a private key', [json, inboundFile('a', makePair('ec-p256').pkcs8)], 'INBOUND-NO-PRIVATE-KEY'],
    ['more than 64 KiB', [json, inboundFile('a', ' '.repeat(65_537))], 'INBOUND-SIZE-CAPPED'],
  ])('with %s is refused', (_, files, expected) => expect(rule(...files)).toBe(expected));
});
