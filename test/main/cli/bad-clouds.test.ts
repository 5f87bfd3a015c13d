import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RuleId } from '../../../app/rules/index.ts';
import { readLog } from '../../../main/audit/read-log.ts';
import { uuidOf } from '../../support/clouds/aws-kms.ts';
import {
  beside,
  bringOnly,
  carryInIds,
  changed,
  instead,
  set,
  soundCarryIns,
  swapped,
  type CarryInId,
  type Files,
  type Plant,
} from '../../support/carry-ins.ts';
import { InboundCeremony } from '../../support/inbound-ceremony.ts';
import { testKek } from '../../support/inbound-files.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { Desk, plannedKid } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';
import { azureKey, fewPeople, planWith } from '../../support/walk.ts';
import { zipOf, type Zipped } from '../../support/zip.ts';

const hoursAhead = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);
const seconds = (hours: number): number => Math.floor(hoursAhead(hours).getTime() / 1000);
const iso = (hours: number): string => `${hoursAhead(hours).toISOString().slice(0, 19)}Z`;
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
const pem = (spki: Uint8Array): string => Buffer.from(openssl(['pkey', '-pubin', '-inform', 'DER'], spki)).toString();

const sound = soundCarryIns(hoursAhead(20));
const secret = makePair('ec-p256').pkcs8;
const secretPem = Buffer.from(openssl(['pkey', '-inform', 'DER'], secret)).toString();
const tiny = makePair('rsa-1024').spki;
const token = new Uint8Array(randomBytes(1824));
const [aws, other, huawei] = [uuidOf('aws'), uuidOf('aws-two'), uuidOf('huawei')];
const job = 'projects/contoso-prod/locations/europe-west3/keyRings/payroll/importJobs';

type Fault = readonly [name: string, rule: RuleId, key: CarryInId, plant: Plant];

const spki = (id: CarryInId): Uint8Array => sound[id].kek.spki;
const key = (name: string): Files => ({ [name]: spki('aws') });
const keyFile: Zipped = { name: 'WrappingPublicKey.bin', content: spki('aws') };
const tokenFile: Zipped = { name: 'ImportToken.bin', content: token, method: 0 };
const zip = (...[files, more]: Parameters<typeof zipOf>): Plant => instead({ 'console.zip': zipOf(files, more) });
/** Eight million zeros, which deflate to eight thousand bytes. */
const zeros = new Uint8Array(8_000_000);

// prettier-ignore
const ends: readonly Fault[] = [
  ['AWS: a token that has ended, by a number', 'IMPORT-TOKEN-IN-FORCE', 'aws', set({ ParametersValidTo: seconds(-1) + 0.25 })],
  ['AWS: a token that has ended, by ISO 8601', 'IMPORT-TOKEN-IN-FORCE', 'aws', set({ ParametersValidTo: iso(-1).replace('Z', '.123000+00:00') })],
  ['Huawei: a token that has ended', 'IMPORT-TOKEN-IN-FORCE', 'huawei', set({ expiration_time: seconds(-1) })],
  ['IBM: a token that has ended', 'IMPORT-TOKEN-IN-FORCE', 'ibm', set({ expirationDate: iso(-1) })],
  ['Google: a job that has ended, though it says that it is active', 'IMPORT-TOKEN-IN-FORCE', 'google', set({ expireTime: iso(-1) })],
  ['Alibaba: a token that has ended', 'IMPORT-TOKEN-IN-FORCE', 'alibaba', set({ TokenExpireTime: iso(-1) })],
  ['Tencent: a token that has ended', 'IMPORT-TOKEN-IN-FORCE', 'tencent', set({ 'Response.ParametersValidTo': seconds(-1) })],
  ['Azure: a wrapping key that has ended', 'KEK-IN-FORCE', 'azure', set({ 'attributes.expires': iso(-1) })],
  ['AWS: an end within two hours', 'IMPORT-TOKEN-IN-FORCE', 'aws', set({ ParametersValidTo: seconds(1.95) })],
  ['Huawei: an end within two hours', 'IMPORT-TOKEN-IN-FORCE', 'huawei', set({ expiration_time: String(seconds(1.95)) })],
  ['IBM: an end within two hours', 'IMPORT-TOKEN-IN-FORCE', 'ibm', set({ expirationDate: iso(1.95) })],
  ['Google: an end within two hours', 'IMPORT-TOKEN-IN-FORCE', 'google', set({ expireTime: iso(1.95) })],
  ['Alibaba: an end within two hours', 'IMPORT-TOKEN-IN-FORCE', 'alibaba', set({ TokenExpireTime: iso(1.95) })],
  ['Tencent: an end within two hours', 'IMPORT-TOKEN-IN-FORCE', 'tencent', set({ 'Response.ParametersValidTo': seconds(1.95) })],
  ['IBM: no end at all', 'INBOUND-JSON-MEMBERS', 'ibm', set({ expirationDate: null })],
  ['Google: a day that does not exist', 'INBOUND-JSON-MEMBERS', 'google', set({ expireTime: '2099-02-30T12:00:00Z' })],
];

// prettier-ignore
const mixedUp: readonly Fault[] = [
  ['AWS: older names with two times', 'KEK-FILES-AGREE', 'aws', instead({ ...key(`wrappingKey_${aws}_0809092909`), [`importToken_${aws}_0809092910`]: token })],
  ['AWS: an older token name of another key', 'INBOUND-FOR-PLANNED-KEY', 'aws', instead({ ...key(`wrappingKey_${aws}_0809092909`), [`importToken_${other}_0809092909`]: token })],
  ['AWS: key and token of two zips', 'KEK-FILES-AGREE', 'aws', instead({ 'a.zip': zipOf([keyFile]), 'b.zip': zipOf([tokenFile]) })],
  ['AWS: a zip of another key', 'INBOUND-FOR-PLANNED-KEY', 'aws', instead({ [`Import_Parameters_${other}_20261124140700.zip`]: zipOf([keyFile, tokenFile]) })],
  ['AWS: JSON of another key', 'INBOUND-FOR-PLANNED-KEY', 'aws', swapped(aws, other)],
  ['AWS: JSON of another region', 'INBOUND-FOR-PLANNED-KEY', 'aws', swapped('eu-central-1', 'us-east-1')],
  ['AWS: JSON of another account', 'INBOUND-FOR-PLANNED-KEY', 'aws', swapped('111122223333', '444455556666')],
  ['Huawei: names with two times', 'KEK-FILES-AGREE', 'huawei', instead({ [`wrappingKey_${huawei}_20261124140700`]: spki('huawei'), [`importToken_${huawei}_20261124140701`]: token })],
  ['Huawei: names with two key ids', 'KEK-FILES-AGREE', 'huawei', instead({ [`wrappingKey_${huawei}_20261124140700`]: spki('huawei'), [`importToken_${other}_20261124140700`]: token })],
  ['Huawei: names of another key', 'INBOUND-FOR-PLANNED-KEY', 'huawei', instead({ [`wrappingKey_${other}_20261124140700`]: spki('huawei'), [`importToken_${other}_20261124140700`]: token })],
  ['Huawei: JSON of another key', 'INBOUND-FOR-PLANNED-KEY', 'huawei', set({ key_id: other })],
  ['Google: another import job', 'INBOUND-FOR-PLANNED-KEY', 'google', set({ name: `${job}/other-job` })],
  ['Alibaba: JSON of another key', 'INBOUND-FOR-PLANNED-KEY', 'alibaba', set({ KeyId: 'key-other' })],
  ['Tencent: JSON of another key', 'INBOUND-FOR-PLANNED-KEY', 'tencent', set({ 'Response.KeyId': 'other' })],
  ['OCI: JSON and PEM of two vaults', 'INBOUND-ONE-CANDIDATE', 'oci', beside({ 'key.pem': pem(spki('vault')) })],
  ['Vault: JSON and PEM of two mounts', 'INBOUND-ONE-CANDIDATE', 'vault', beside({ 'key.pem': pem(spki('oci')) })],
];

// prettier-ignore
const numbers: readonly Fault[] = [
  ['IBM: a nonce of 11 bytes', 'IMPORT-NONCE-SIZED', 'ibm', set({ nonce: base64(token.subarray(0, 11)) })],
  ['IBM: a nonce of 13 bytes', 'IMPORT-NONCE-SIZED', 'ibm', set({ nonce: base64(token.subarray(0, 13)) })],
  ['IBM: a nonce of no bytes', 'IMPORT-NONCE-SIZED', 'ibm', set({ nonce: '' })],
  ['AWS: a wrapping key of 1024 bits', 'KEK-SIZE-ALLOWED', 'aws', set({ PublicKey: base64(tiny) })],
  ['AWS: a wrapping key on a curve', 'KEK-ALGORITHM-RSA', 'aws', set({ PublicKey: base64(makePair('ec-p256').spki) })],
  ['AWS: an import token of no bytes', 'IMPORT-TOKEN-SIZED', 'aws', set({ ImportToken: '' })],
  ['Huawei: a wrapping key of 3072 bits', 'KEK-SIZE-ALLOWED', 'huawei', set({ public_key: base64(testKek(3072).spki) })],
  ['IBM: a wrapping key of 2048 bits', 'KEK-SIZE-ALLOWED', 'ibm', set({ payload: base64(testKek(2048).pem) })],
  ['OCI: a wrapping key of 2048 bits', 'KEK-SIZE-ALLOWED', 'oci', set({ 'data.public-key': testKek(2048).pem })],
  ['Vault: a wrapping key of 2048 bits', 'KEK-SIZE-ALLOWED', 'vault', set({ 'data.public_key': testKek(2048).pem })],
  ['Alibaba: a wrapping key of 3072 bits', 'KEK-SIZE-ALLOWED', 'alibaba', set({ PublicKey: base64(testKek(3072).spki) })],
  ['Tencent: a wrapping key of 4096 bits', 'KEK-SIZE-ALLOWED', 'tencent', set({ 'Response.PublicKey': base64(testKek(4096).spki) })],
  ['Google: a wrapping key of 2048 bits', 'KEK-SIZE-ALLOWED', 'google', set({ 'publicKey.pem': testKek(2048).pem })],
  ['Google: a method of 4096 bits with a key of 3072', 'IMPORT-JOB-METHOD-FITS', 'google', set({ importMethod: 'RSA_OAEP_4096_SHA256_AES_256' })],
  ['Google: a direct method for a key pair', 'IMPORT-JOB-METHOD-FITS', 'google', set({ importMethod: 'RSA_OAEP_3072_SHA256' })],
  ['Google: a job that is not ready', 'IMPORT-JOB-ACTIVE', 'google', set({ state: 'PENDING_GENERATION', publicKey: null, expireTime: null })],
  ['Google: a job that has expired', 'IMPORT-JOB-ACTIVE', 'google', set({ state: 'EXPIRED', expireTime: iso(-1) })],
  ['OCI: a wrapping key that is disabled', 'KEK-IN-FORCE', 'oci', set({ 'data.lifecycle-state': 'DISABLED' })],
];

// prettier-ignore
const zips: readonly Fault[] = [
  ['a zip that leads out of the folder', 'INBOUND-ZIP-PLAIN', 'aws', zip([keyFile, { ...tokenFile, name: '../ImportToken.bin' }])],
  ['a zip that leads out of the folder by backslashes', 'INBOUND-ZIP-PLAIN', 'aws', zip([keyFile, { ...tokenFile, name: '..\\ImportToken.bin' }])],
  ['a zip with an absolute path', 'INBOUND-ZIP-PLAIN', 'aws', zip([keyFile, { ...tokenFile, name: '/ImportToken.bin' }])],
  ['a zip with two files of one name', 'INBOUND-ZIP-PLAIN', 'aws', zip([keyFile, tokenFile, { ...tokenFile, content: token.toReversed() }])],
  ['a zip with an encrypted file', 'INBOUND-ZIP-PLAIN', 'aws', zip([keyFile, { ...tokenFile, flags: 1, packed: Buffer.concat([token.subarray(0, 12), token]) }])],
  ['a zip with a link', 'INBOUND-ZIP-PLAIN', 'aws', zip([keyFile, { ...tokenFile, attributes: (0o120777 << 16) >>> 0 }])],
  ['a zip with a zip', 'INBOUND-ZIP-PLAIN', 'aws', zip([{ name: 'inner.zip', content: zipOf([keyFile, tokenFile]) }])],
  ['a bomb', 'INBOUND-ZIP-SMALL', 'aws', zip([keyFile, { name: 'ImportToken.bin', content: zeros }])],
  ['a bomb that says it is small', 'INBOUND-ZIP-SMALL', 'aws', zip([keyFile, { name: 'ImportToken.bin', content: zeros, size: 1824 }])],
  ['a zip of nine files', 'INBOUND-ZIP-SMALL', 'aws', zip(Array.from({ length: 9 }, (_, n) => ({ ...keyFile, name: `${n}.bin` })))],
  ['a zip that was cut', 'INBOUND-ZIP-WHOLE', 'aws', instead({ 'console.zip': zipOf([keyFile, tokenFile]).subarray(0, -30) })],
  ['a zip with a bit that turned', 'INBOUND-ZIP-WHOLE', 'aws', zip([keyFile, { ...tokenFile, packed: token.with(900, 1 ^ (token[900] ?? 0)) }])],
  ['a zip behind something else', 'INBOUND-ZIP-WHOLE', 'aws', zip([keyFile, tokenFile], { between: token })],
];

/** For the folder of every key. */
const everywhere = (name: string, rule: RuleId, plant: (id: CarryInId) => Plant): readonly Fault[] =>
  carryInIds.map((id) => [`${id}: ${name}`, rule, id, plant(id)] as const);
const noPrivateKey = 'INBOUND-NO-PRIVATE-KEY';

// prettier-ignore
const secrets: readonly Fault[] = [
  ...everywhere('a private key in PEM', noPrivateKey, () => beside({ 'kek.pem': secretPem })),
  ...everywhere('a private key in DER', noPrivateKey, () => beside({ 'kek.der': secret })),
  ...everywhere('a private key in base64', noPrivateKey, () => beside({ 'kek.b64': base64(secret) })),
  ...everywhere('a private key as a JWK in the JSON', noPrivateKey, () => set({ note: { keys: [{ kty: 'EC', crv: 'P-256', d: 'AQAB' }] } })),
  ...everywhere('a private key in base64 in a member that nobody reads', noPrivateKey, () => set({ note: base64(secret) })),
  ...everywhere('a private key in a README', noPrivateKey, () => beside({ 'README.txt': `Keep this safe.\n${secretPem}` })),
  ...everywhere('a private key as a JWK named like a README', noPrivateKey, () => beside({ 'README.json': JSON.stringify({ kty: 'EC', crv: 'P-256', d: 'AQAB' }) })),
  ['AWS: a private key as ImportToken.bin', noPrivateKey, 'aws', instead({ ...key('WrappingPublicKey.bin'), 'ImportToken.bin': secret })],
  ['AWS: a private key as PublicKey', noPrivateKey, 'aws', set({ PublicKey: base64(secret) })],
  ['AWS: a private key as ImportToken', noPrivateKey, 'aws', set({ ImportToken: base64(secret) })],
  ['AWS: a private key in the zip', noPrivateKey, 'aws', zip([keyFile, tokenFile, { name: 'key.bin', content: secret }])],
  ['AWS: a private key in PEM in the zip', noPrivateKey, 'aws', zip([keyFile, tokenFile, { name: 'README.txt', content: Buffer.from(secretPem) }])],
  ['AWS: a private key in UTF-16', noPrivateKey, 'aws', beside({ 'kek.txt': Buffer.from(`\ufeff${secretPem}`, 'utf16le') })],
  ['Huawei: a private key as importToken', noPrivateKey, 'huawei', instead({ wrappingKey: spki('huawei'), importToken: secret })],
  ['Huawei: a private key as public_key', noPrivateKey, 'huawei', set({ public_key: base64(secret) })],
  ['Alibaba: a private key as PublicKey', noPrivateKey, 'alibaba', set({ PublicKey: base64(secret) })],
  ['Tencent: a private key as PublicKey', noPrivateKey, 'tencent', set({ 'Response.PublicKey': base64(secret) })],
  ['IBM: a private key in the payload, as PEM', noPrivateKey, 'ibm', set({ payload: base64(secretPem) })],
  ['IBM: a private key in the payload, as base64 twice', noPrivateKey, 'ibm', set({ payload: base64(base64(secret)) })],
  ['IBM: a private key as nonce', noPrivateKey, 'ibm', set({ nonce: base64(secret) })],
  ['Google: a private key as publicKey', noPrivateKey, 'google', set({ 'publicKey.pem': secretPem })],
  ['OCI: a private key as public-key', noPrivateKey, 'oci', set({ 'data.public-key': secretPem })],
  ['Vault: a private key as public_key', noPrivateKey, 'vault', set({ 'data.public_key': secretPem })],
  ['Azure: the private member of the JWK', noPrivateKey, 'azure', set({ 'key.d': 'AQAB' })],
];

// prettier-ignore
const wrongFiles: readonly Fault[] = [
  ...everywhere('a file that nobody recognises', 'INBOUND-FILES-RECOGNISED', () => beside({ 'notes.txt': 'Dear people in the room' })),
  ...everywhere('JSON twice', 'INBOUND-ONE-CANDIDATE', (id) => beside({ 'again.json': Object.values(sound[id].handout.files)[0] ?? '' })),
  ...everywhere('no folder', 'INBOUND-FOLDER-PER-KEY', () => instead({})),
  ...everywhere('JSON of another cloud', 'INBOUND-JSON-MEMBERS', (id) => instead(sound[id === 'azure' ? 'ibm' : 'azure'].handout.files)),
  ...everywhere('JSON that was cut', 'INBOUND-JSON-STRICT', () => changed((text) => text.slice(0, -3))),
  ...everywhere('a member given twice', 'INBOUND-JSON-STRICT', () => changed((text) => text.replace('{', '{"x": 1, "x": 2,'))),
  ...everywhere('UTF-16 without its mark', 'INBOUND-TEXT-ENCODING', () => changed((text) => Buffer.from(text, 'utf16le'))),
  ['AWS: a wrapping key without its token', 'INBOUND-FILES-COMPLETE', 'aws', instead(key('WrappingPublicKey.bin'))],
  ['AWS: a token without its wrapping key', 'INBOUND-FILES-COMPLETE', 'aws', instead({ 'ImportToken.bin': token })],
  ['AWS: a zip without the token', 'INBOUND-FILES-COMPLETE', 'aws', zip([keyFile])],
  ['AWS: the zip beside the JSON', 'INBOUND-ONE-CANDIDATE', 'aws', beside({ 'console.zip': zipOf([keyFile, tokenFile]) })],
  ['AWS: the zip beside what was in it', 'INBOUND-ONE-CANDIDATE', 'aws', beside({ ...key('WrappingPublicKey.bin'), 'console.zip': zipOf([keyFile, tokenFile]) })],
  ['AWS: base64 that was cut', 'INBOUND-BASE64-CANONICAL', 'aws', set({ ImportToken: base64(token).slice(0, -1) })],
  ['AWS: bytes behind the wrapping key', 'INBOUND-DER-CANONICAL', 'aws', set({ PublicKey: base64(Uint8Array.of(...spki('aws'), 0)) })],
  ['AWS: a file above 64 KiB', 'INBOUND-SIZE-CAPPED', 'aws', beside({ 'ImportToken.bin': new Uint8Array(65_537) })],
  ['Huawei: a wrapping key without its token', 'INBOUND-FILES-COMPLETE', 'huawei', instead({ 'key.txt': base64(spki('huawei')) })],
  ['Huawei: a token without its wrapping key', 'INBOUND-FILES-COMPLETE', 'huawei', instead({ 'token.txt': base64(token) })],
  ['Huawei: a token file beside the JSON', 'INBOUND-ONE-CANDIDATE', 'huawei', beside({ importToken: token })],
  ['OCI: text before the PEM', 'INBOUND-PEM-ONE-PUBLIC-KEY', 'oci', instead({ 'key.pem': `Dear room\n${pem(spki('oci'))}` })],
  ['Vault: two PEM blocks', 'INBOUND-PEM-ONE-PUBLIC-KEY', 'vault', instead({ 'key.pem': pem(spki('vault')).repeat(2) })],
];

/** Judged after every key is sound by itself. */
const reused: Fault = ['AWS: the wrapping key of another key of the plan', 'KEK-REUSE-DECIDED', 'aws-two', set({ PublicKey: base64(spki('aws')) })]; // prettier-ignore

const faults = [...ends, ...mixedUp, ...numbers, ...zips, ...secrets, ...wrongFiles];

/** Finds the end of the only ceremony's log: the event that a refusal left, and the exception that it opened. */
function lastEvents(desk: Desk): unknown[] {
  const [ceremony = '', ...others] = readdirSync(join(desk.profile, 'ceremonies'));
  expect(others).toEqual([]);
  return readLog(join(desk.profile, 'ceremonies', ceremony, 'log.sqlite'))
    .slice(-2)
    .map(({ event }) => event);
}

const bringSound = (desk: Desk, ids: readonly CarryInId[]): void =>
  ids.forEach((id) => bringOnly(desk, id, sound[id].handout.files));
const keysOf = (ids: readonly CarryInId[]): readonly object[] => ids.map((id) => sound[id].planned);

describe('in a ceremony for every destination, media with a fault', () => {
  let scratch: ReturnType<typeof scratchFolder>;
  let desk: Desk;
  let ceremony: InboundCeremony;

  beforeAll(async () => {
    scratch = scratchFolder();
    desk = new Desk(scratch.folder);
    // The last key is refused as long as no other is, so that the ceremony stays at this step whatever is accepted.
    desk.plan(planWith([...keysOf(carryInIds), azureKey('last')], fewPeople));
    bringSound(desk, carryInIds);
    bringOnly(desk, 'last', set({ 'key.kid': plannedKid.slice(0, -33) })(sound.azure.handout.files));
    ceremony = await InboundCeremony.open(desk);
  });

  afterAll(async () => {
    await ceremony.close();
    scratch.remove();
  });

  it.each(faults)('%s: %s', async (_, rule, id, plant) => {
    bringOnly(desk, id, plant(sound[id].handout.files));
    const { refusal, step } = await ceremony.read();
    bringSound(desk, [id]);
    expect([refusal?.rule, step?.id]).toEqual([rule, 'bring-in.read']);
    // Every folder may hold a file of the same name.
    expect(refusal?.cause).toContain(id);
    expect(refusal?.cause).toMatch(/^\S.*\.$/u);
    expect(refusal?.remedy).toMatch(/^\S.*\.$/u);
    expect(desk.written()).toEqual([]);
    const left = [
      { type: 'effect-failed', refusal: { rule } },
      { type: 'exception-opened', rule },
    ];
    expect(lastEvents(desk)).toMatchObject(left);
  });

  it('are the only ones refused: without the faults they are accepted', async () => {
    expect((await ceremony.read()).refusal?.rule).toBe('AZURE-KID-VERSIONED');
    bringOnly(desk, 'last', sound.azure.handout.files);
    const { refusal, step } = await ceremony.read();
    expect([refusal, step?.id]).toEqual([null, 'bring-in.compare.aws']);
  });
});

describe('npm run rehearse refuses', () => {
  let scratch: ReturnType<typeof scratchFolder>;
  let desk: Desk;

  beforeEach(() => {
    scratch = scratchFolder();
    desk = new Desk(scratch.folder);
  });

  afterEach(() => scratch.remove());

  function expectRefused(rule: RuleId): void {
    const { code, stdout, stderr } = desk.rehearse();
    const [refused = '', ...more] = stderr.trimEnd().split('\n').filter((line) => !line.startsWith('notice: ')); // prettier-ignore
    // Cause and remedy are sentences, with the code of the part that refused between them where there is one.
    expect(refused).toMatch(/^refused: [A-Z0-9-]+: \S.*\.(?: \[[^\]]+\])? \S.*\.$/u);
    expect([refused.split(': ')[1], more, code, stdout]).toEqual([rule, [], 1, '']);
    expect(desk.written()).toEqual([]);
    const left = [
      { type: 'effect-failed', refusal: { rule } },
      { type: 'exception-opened', rule },
    ];
    expect(lastEvents(desk)).toMatchObject(left);
  }

  /** Rules that bad-input.test.ts has the command refuse by. */
  const elsewhere: readonly RuleId[] = ['INBOUND-PEM-ONE-PUBLIC-KEY', 'INBOUND-DER-CANONICAL', 'INBOUND-JSON-STRICT', 'INBOUND-SIZE-CAPPED', 'INBOUND-FILES-RECOGNISED', 'INBOUND-FOLDER-PER-KEY']; // prettier-ignore
  const lastOfEachRule = faults.filter(
    ([, rule], index) => !elsewhere.includes(rule) && faults.findLastIndex((fault) => fault[1] === rule) === index,
  );

  it.each([...lastOfEachRule, reused])('%s: %s', (_, rule, id, plant) => {
    const ids: readonly CarryInId[] = id === 'aws-two' ? ['aws', id] : [id];
    desk.plan(planWith(keysOf(ids), fewPeople));
    bringSound(desk, ids);
    bringOnly(desk, id, plant(sound[id].handout.files));
    expectRefused(rule);
  });

  it.each([
    ['a token that ends within the longer time that a plan wants', 30, seconds(20)],
    ['a token that has ended, in a plan that wants no time', 0, seconds(-0.01)],
  ])('%s', (_, uploadMarginHours, expiration_time) => {
    desk.plan(planWith(keysOf(['huawei']), { ...fewPeople, uploadMarginHours }));
    bringOnly(desk, 'huawei', set({ expiration_time })(sound.huawei.handout.files));
    expectRefused('IMPORT-TOKEN-IN-FORCE');
  });
});
