import { createHash } from 'node:crypto';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { awsKms } from '../../../app/byok/aws-kms.ts';
import type { KeyToUpload, UploadSection } from '../../../app/byok/format.ts';
import { wrapPlanOf } from '../../../app/byok/ways.ts';
import { isAsymmetric, type KeySpec } from '../../../app/keys/specs.ts';
import { testKek } from '../../support/inbound-files.ts';
import { commandsOf, runPosix, unquoted } from '../../support/upload-shell.ts';

const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
const arn = `arn:aws:kms:eu-central-1:111122223333:key/${id}`;
const folder = 'keys/payroll';
const inRegion = ['--key-id', arn, '--region', 'eu-central-1'];
const files = [
  '--encrypted-key-material',
  `fileb://${folder}/EncryptedKeyMaterial.bin`,
  '--import-token',
  `fileb://${folder}/ImportToken.bin`,
];

function section(spec: KeySpec, changes: object = {}, after: KeyToUpload<unknown>['after'] = 'destroy'): UploadSection {
  const wrappingAlgorithm = isAsymmetric(spec) ? 'RSA_AES_KEY_WRAP_SHA_256' : 'RSAES_OAEP_SHA_256';
  const destination = parse(awsKms.schema, { type: 'aws-kms', keyId: arn, wrappingAlgorithm, ...changes });
  const wrap = wrapPlanOf(destination, spec, { option: null });
  return awsKms.upload({ keyId: 'payroll', spec, destination, kek: { id: arn, bits: 3072 }, wrap, after }, folder);
}

/** The arguments of every call that a sheet makes, by a stand-in for the CLI. */
const callsOf = (commands: UploadSection['upload']): readonly (readonly string[])[] =>
  commands.flatMap(({ posix }) => runPosix(posix, 'aws', ':').calls);

describe('the import', () => {
  it('sends the bytes of both files after a look at the key', () => {
    const [look, imported] = callsOf(section('aes-256').upload);
    expect(look?.slice(0, 7)).toEqual(['aws', 'kms', 'describe-key', ...inRegion]);
    expect(imported).toEqual([
      'aws',
      'kms',
      'import-key-material',
      ...inRegion,
      ...files,
      '--expiration-model',
      'KEY_MATERIAL_DOES_NOT_EXPIRE',
    ]);
  });

  it('sets the end that the plan names', () => {
    const [, imported] = callsOf(section('hmac-384', { validTo: '2027-01-31T00:00:00Z' }).upload);
    expect(imported?.slice(-4)).toEqual([
      '--expiration-model',
      'KEY_MATERIAL_EXPIRES',
      '--valid-to',
      '2027-01-31T00:00:00Z',
    ]);
  });

  it('leaves the region to the profile where the plan names none', () => {
    for (const call of callsOf(section('aes-256', { keyId: id }).upload)) {
      expect(call).not.toContain('--region');
      expect(call.slice(3, 5)).toEqual(['--key-id', id]);
    }
    expect(section('aes-256', { keyId: id }).warnings.length).toBe(section('aes-256').warnings.length + 1);
  });

  it.each<[KeySpec, string]>([
    ['rsa-3072', 'RSA_3072'],
    ['ec-p521', 'ECC_NIST_P521'],
    ['ec-secp256k1', 'ECC_SECG_P256K1'],
    ['aes-256', 'SYMMETRIC_DEFAULT'],
    ['hmac-224', 'HMAC_224'],
  ])('of %s looks for a key of the spec %s', (spec, name) => expect(section(spec).upload[0]?.purpose).toContain(name));

  it('is the same in both shells', () => {
    for (const { posix, powershell } of section('ec-p256').upload) expect(powershell).toBe(posix);
  });
});

describe('the checks', () => {
  it('compare the public key of a pair by its SHA-256', () => {
    const { spki, pem } = testKek(2048);
    const [compare] = section('rsa-2048').checks;
    const answer = `printf '%s\\n' '${Buffer.from(spki).toString('base64')}'`;
    const { output, calls } = runPosix(compare?.posix ?? '', 'aws', answer, { [`${folder}/public-key.pem`]: pem });
    const digest = createHash('sha256').update(spki).digest('hex');
    expect(output.trim().split(/ .*\n/u)).toEqual([digest, digest, 'SAME']);
    expect(calls).toEqual([['aws', 'kms', 'get-public-key', ...inRegion, '--query', 'PublicKey', '--output', 'text']]);
    expect(compare?.powershell).toContain(`aws kms get-public-key --key-id '${arn}' --region 'eu-central-1'`);
  });

  it.each<[KeySpec, string[]]>([
    ['ec-p256', ['get-public-key', 'describe-key']],
    ['hmac-256', ['describe-key']],
    ['aes-256', ['describe-key', 'describe-key']],
  ])('of %s are %j', (spec, operations) => {
    const { spki, pem } = testKek(2048);
    const answer = `printf '%s\\n' '${Buffer.from(spki).toString('base64')}'`;
    const found = section(spec).checks.flatMap(
      ({ posix }) => runPosix(posix, 'aws', answer, { [`${folder}/public-key.pem`]: pem }).calls,
    );
    expect(found.map(([, , operation]) => operation)).toEqual(operations);
  });

  it('tell another key at AWS from ours', () => {
    const [compare] = section('rsa-2048').checks;
    const answer = `printf '%s\\n' '${Buffer.from(testKek(3072).spki).toString('base64')}'`;
    const files = { [`${folder}/public-key.pem`]: testKek(2048).pem };
    expect(
      runPosix(compare?.posix ?? '', 'aws', answer, files)
        .output.trim()
        .split('\n')
        .at(-1),
    ).toBe('DIFFERENT');
  });

  it('name the state and the end that the plan wants', () => {
    const purpose = (changes: object): string => section('hmac-256', changes).checks[0]?.purpose ?? '';
    expect(purpose({})).toContain('KEY_MATERIAL_DOES_NOT_EXPIRE');
    expect(purpose({ validTo: '2027-01-31T00:00:00Z' })).toMatch(/KEY_MATERIAL_EXPIRES.*2027-01-31 00:00 UTC/u);
  });

  it('note the id of the material of an AES key', () =>
    expect(section('aes-256').checks.at(-1)?.posix).toContain('CurrentKeyMaterialId'));
});

describe('what else the online desk is told', () => {
  const all = (['rsa-2048', 'ec-p256', 'aes-256', 'hmac-512'] as const).map((spec) =>
    section(spec, { validTo: '2027-01-31T00:00:00Z' }),
  );

  it('names the algorithm and the size by which the token must have been fetched', () => {
    expect(section('aes-256').warnings.join('\n')).toMatch(/RSAES_OAEP_SHA_256.*RSA_3072/u);
  });

  it('says what an undated token lasts', () => expect(section('aes-256').undated).toContain('24 hours'));

  it('says of a multi-Region key that its replicas want the material too', () => {
    const replica = { keyId: 'mrk-1234abcd12ab34cd56ef1234567890ab' };
    expect(section('aes-256', replica).warnings.length).toBe(section('aes-256', { keyId: id }).warnings.length + 1);
  });

  it('knows the errors of ImportKeyMaterial', () => {
    const known = section('aes-256').failures.map(({ message }) => message);
    for (const name of ['ExpiredImportToken', 'InvalidImportToken', 'InvalidCiphertext', 'IncorrectKeyMaterial']) {
      expect(known).toContain(`${name}Exception`);
    }
  });

  it('hands out the adding of material for AES only, and as a decision', () => {
    const meaning = (spec: KeySpec): string =>
      section(spec).failures.find(({ message }) => message === 'IncorrectKeyMaterialException')?.meaning ?? '';
    expect(meaning('aes-256')).toMatch(/decision.*NEW_KEY_MATERIAL/u);
    for (const spec of ['rsa-2048', 'ec-p256', 'hmac-256'] as const)
      expect(meaning(spec)).not.toContain('--import-type');
  });

  it('knows whether the HSM still holds the key when the token has ended', () => {
    const [destroyed, kept] = (['destroy', 'keep'] as const).map(
      (after) => section('hmac-256', {}, after).failures.find(({ message }) => message.startsWith('Expired'))?.meaning,
    );
    expect(destroyed).toContain('destroys the key');
    expect(kept).toContain('wrap the key again');
    expect(section('hmac-256').warnings.join()).not.toContain('GenerateMac');
    expect(section('hmac-256', {}, 'keep').warnings.join()).toContain('GenerateMac');
  });

  it('looks at the account that it signs in to', () => {
    const [call] = callsOf(section('aes-256').signIn);
    expect(call?.slice(0, 3)).toEqual(['aws', 'sts', 'get-caller-identity']);
    expect(section('aes-256').signIn[0]?.purpose).toContain('111122223333');
  });

  it('leaves nothing of the plan outside quotes, and nothing that PowerShell takes for its own', () => {
    for (const { posix, powershell } of all.flatMap(commandsOf)) {
      expect(unquoted(posix)).not.toMatch(/1234abcd|eu-central|keys\/|2027/u);
      expect(unquoted(powershell)).not.toMatch(/1234abcd|eu-central|keys\/|2027|[<>`]/u);
    }
  });
});
