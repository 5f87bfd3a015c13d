import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { InboundFile, InboundReading } from '../../../app/byok/format.ts';
import { googleCloudKms } from '../../../app/byok/google-cloud-kms.ts';
import { importJob } from '../../support/clouds/google-cloud-kms.ts';
import {
  inboundFile,
  otherEncodings,
  planted,
  testKek,
  type Changes,
  type PlantedFault,
  unusualExponent,
} from '../../support/inbound-files.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { jsonVectors } from '../../vectors/read-vectors.ts';

const ring = 'projects/contoso-prod/locations/europe-west3/keyRings/payroll';
const room = { nowIso: '2026-11-24T14:00:00Z', uploadMarginHours: 2 };
const { spki, pem } = testKek(4096);
const base = importJob(
  { spki },
  { option: 'rsa-oaep-4096-sha256-aes-256', name: 'root' },
  new Date('2026-11-26T14:00:00Z'),
);

function read(files: readonly InboundFile[], algorithm = 'rsa-sign-pss-2048-sha256', when = room): InboundReading {
  const plan = {
    type: 'google-cloud-kms',
    importJob: `${ring}/importJobs/root-job`,
    cryptoKey: `${ring}/cryptoKeys/root`,
  };
  return googleCloudKms.readInbound(files, parse(googleCloudKms.schema, { ...plan, algorithm }), when);
}

const job = (set: Changes = {}): InboundFile => inboundFile('import-job.json', planted(base, { set }));
const rule = (...files: InboundFile[]): string | null => ruleOf(() => read(files));
const notices = (reading: InboundReading): string[] => reading.notices.map((notice) => notice.rule);

describe('gcloud kms import-jobs describe', () => {
  const faults = jsonVectors('google').map(({ name, vector }) => ({ ...(vector as PlantedFault), name }));
  it.each(faults)('$name: $comment', (fault) => {
    expect(rule(inboundFile('import-job.json', planted(base, fault)))).toBe(fault.expect);
  });

  it('gives the key, the job, its end and its method', () => {
    const { kek, carried, recognised, notices: none } = read([job()]);
    expect(kek).toMatchObject({
      spki,
      bits: 4096,
      id: `${ring}/importJobs/root-job`,
      deadline: '2026-11-26T14:00:00Z',
      option: 'rsa-oaep-4096-sha256-aes-256',
    });
    expect(kek.exponent).toEqual(Uint8Array.of(1, 0, 1));
    expect(carried).toEqual({ importToken: null, nonce: null });
    expect(recognised.map(({ file }) => file)).toEqual(['import-job.json']);
    expect(recognised[0]?.as).toContain('HSM');
    expect(none).toEqual([]);
  });

  it.each(otherEncodings(job()))('is read with %s', (_, file, expected) => {
    const reading = read([file]);
    expect(reading.kek.spki).toEqual(spki);
    expect(notices(reading)).toEqual(expected);
  });

  it.each([
    ['rsa-oaep-3072-sha1-aes-256', 3072],
    ['rsa-oaep-4096-sha1-aes-256', 4096],
    ['rsa-oaep-3072-sha256', 3072],
    ['rsa-oaep-4096-sha256', 4096],
  ] as const)('brings a secret key %s', (option, bits) => {
    const { kek } = read(
      [inboundFile('j', importJob(testKek(bits), { option, name: 'root' }, new Date('2026-11-26')))],
      'hmac-sha256',
    );
    expect([kek.option, kek.bits]).toEqual([option, bits]);
  });

  it('comes with a notice when the exponent is unusual', () => {
    expect(notices(read([job({ 'publicKey.pem': unusualExponent(spki).pem })]))).toEqual(['KEK-EXPONENT-USUAL']);
  });

  it.each(['ec-sign-p256-sha256', 'rsa-decrypt-oaep-4096-sha1'])('of RSA-OAEP alone brings no %s key', (algorithm) => {
    const direct = job({ importMethod: 'RSA_OAEP_4096_SHA256' });
    expect(ruleOf(() => read([direct], algorithm))).toBe('IMPORT-JOB-METHOD-FITS');
  });
});

describe('the end of an import job', () => {
  const at = (expireTime: string, uploadMarginHours = 2): InboundReading =>
    read([job({ expireTime })], 'rsa-sign-pss-2048-sha256', { ...room, uploadMarginHours });

  it('is judged by the hours that the plan wants for the upload', () => {
    expect(ruleOf(() => at('2026-11-24T14:59:59Z', 1))).toBe('IMPORT-TOKEN-IN-FORCE');
    expect(ruleOf(() => at('2026-11-24T15:00:00Z', 1))).toBeNull();
  });

  it('is told with the clock of the room when a quarter of an hour decides', () => {
    expect(notices(at('2026-11-24T16:15:00Z'))).toEqual(['IMPORT-TOKEN-IN-FORCE']);
    expect(at('2026-11-24T16:15:00Z').notices[0]?.text).toMatch(/2026-11-24 14:00/);
    expect(notices(at('2026-11-24T16:15:01Z'))).toEqual([]);
    expect(refusalOf(() => at('2026-11-24T13:00:00Z'))?.cause).toMatch(/2026-11-24 14:00/);
  });

  it('is kept in whole seconds, of whatever zone', () => {
    expect(at('2026-11-26T14:00:59.999999999Z').kek.deadline).toBe('2026-11-26T14:00:59Z');
    expect(at('2026-11-26T14:00:00+02:00').kek.deadline).toBe('2026-11-26T12:00:00Z');
  });
});

describe('the folder', () => {
  it('without an import job is not complete', () => {
    expect(rule()).toBe('INBOUND-FILES-COMPLETE');
    expect(rule(inboundFile('README.txt', 'read me'))).toBe('INBOUND-FILES-COMPLETE');
  });

  it('with two of them is refused, wherever they lie', () => {
    expect(rule(job(), { ...job(), name: 'copy.json' })).toBe('INBOUND-ONE-CANDIDATE');
    expect(rule(job(), { ...job(), name: 'job.zip/import-job.json' })).toBe('INBOUND-ONE-CANDIDATE');
  });

  it('may have a README, which is left alone', () => {
    const { recognised } = read([inboundFile('README.md', 'anything {'), job()]);
    expect(recognised.map(({ file }) => file)).toEqual(['README.md', 'import-job.json']);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['the public key alone', pem, 'INBOUND-FILES-RECOGNISED'],
    ['the public key as DER', spki, 'INBOUND-FILES-RECOGNISED'],
    ['notes', 'bring this to the room', 'INBOUND-FILES-RECOGNISED'],
    ['an empty file', '', 'INBOUND-FILES-RECOGNISED'],
    ['an attestation', Uint8Array.of(0x1f, 0x8b, 0xff, 0x00, 0x01), 'INBOUND-FILES-RECOGNISED'],
    ['other JSON', '{"keys":[]}', 'INBOUND-JSON-MEMBERS'],
    ['JSON with a member twice', '{"name":"a","name":"b"}', 'INBOUND-JSON-STRICT'],
    ['UTF-16 without a mark', new Uint8Array(Buffer.from('{"name":"abcdef"}', 'utf16le')), 'INBOUND-TEXT-ENCODING'],
    ['more than 64 KiB', ' '.repeat(65_537), 'INBOUND-SIZE-CAPPED'],
  ])('with %s besides is refused', (_, content, expected) => {
    expect(rule(job(), inboundFile('extra', content))).toBe(expected);
  });

  it('with a private key is refused, also inside the JSON and in base64', () => {
    const { pkcs8, spki: ec } = makePair('ec-p256');
    const pemText = new TextDecoder().decode(openssl(['pkey', '-inform', 'DER'], pkcs8));
    expect(rule(job({ 'publicKey.pem': pemText }))).toBe('INBOUND-NO-PRIVATE-KEY');
    const relabelled = pemText.replaceAll('PRIVATE', 'PUBLIC');
    expect(rule(job({ 'publicKey.pem': relabelled }))).toBe('INBOUND-NO-PRIVATE-KEY');
    expect(rule(job({ 'publicKey.pem': Buffer.from(pkcs8).toString('base64') }))).toBe('INBOUND-NO-PRIVATE-KEY');
    expect(rule(job(), inboundFile('key.der', pkcs8))).toBe('INBOUND-NO-PRIVATE-KEY');
    const publicEc = new TextDecoder().decode(openssl(['pkey', '-pubin', '-inform', 'DER'], ec));
    expect(rule(job({ 'publicKey.pem': publicEc }))).toBe('KEK-ALGORITHM-RSA');
  });

  it('names the file at fault', () => {
    expect(() => read([job(), inboundFile('notes.txt', 'hello')])).toThrow(/notes\.txt/);
  });
});
