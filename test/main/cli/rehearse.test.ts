import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseManifest, type Manifest } from '../../../app/bundle/manifest.ts';
import { azureKey, fewPeople, planWith } from '../../support/walk.ts';
import { openssl } from '../../support/openssl.ts';
import { Desk, makeKek, openByok, plannedKid, runCli, type Run, type TestKek } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';

let kek: TestKek;
let scratch: ReturnType<typeof scratchFolder>;
let desk: Desk;

beforeAll(() => {
  kek = makeKek();
});

beforeEach(() => {
  scratch = scratchFolder();
  desk = new Desk(scratch.folder);
});

afterEach(() => scratch.remove());

function bundleOf(run: Run): { readonly folder: string; readonly manifest: Manifest } {
  expect(run.stderr.split('\n').filter((line) => line.startsWith('refused'))).toEqual([]);
  expect(run.code).toBe(0);
  const lines = run.stdout.trim().split('\n');
  expect(lines).toHaveLength(1);
  const { bundle, bundles } = JSON.parse(lines[0] ?? '') as { bundle: string; bundles: string[] };
  expect(bundles[0]).toBe(bundle);
  return { folder: bundle, manifest: parseManifest(new Uint8Array(readFileSync(join(bundle, 'MANIFEST.json')))) };
}

const refusedBy = (run: Run): string | undefined => /^refused: ([A-Z0-9-]+): \S/mu.exec(run.stderr)?.[1];

describe('a rehearsal to an Azure vault', () => {
  const specs = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521', 'ec-secp256k1'];

  it('writes key transfer files that OpenSSL opens to exactly the key in the manifest', () => {
    desk.plan(planWith(specs.map((spec) => azureKey(spec, { spec }))));
    for (const spec of specs) desk.bring(spec, 'kek.json', kek.json());
    const { folder, manifest } = bundleOf(desk.rehearse());
    expect(manifest.keys.map((key) => key.id)).toEqual(specs);
    for (const key of manifest.keys) {
      const { payload, byok } = openByok(
        join(folder, 'keys', key.id, `KeyTransferPackage-${key.id}.byok`),
        kek,
        scratch.folder,
      );
      expect(byok.header).toEqual({ kid: plannedKid, alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP' });
      // OpenSSL writes the same PKCS#8 again: not a byte of padding or of anything else is in the payload.
      const asn1 = Buffer.from(openssl(['asn1parse', '-inform', 'DER'], payload)).toString();
      const [, header, length] = /hl=(\d)\s+l=\s*(\d+)/u.exec(asn1) ?? [];
      expect(Number(header) + Number(length)).toBe(payload.length);
      const spki = openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], payload);
      expect(createHash('sha256').update(spki).digest('hex')).toBe(key.publicKey?.spkiSha256);
    }
  }, 600_000);
});

describe('a rehearsal to a Managed HSM', () => {
  it('carries AES keys of every size, raw, with the check value that OpenSSL computes', () => {
    const sizes = [128, 192, 256];
    const destination = (keyName: string): object => ({
      type: 'azure-key-vault',
      managedHsm: 'contoso-hsm',
      keyName,
      operations: ['wrapKey'],
    });
    desk.plan(
      planWith(
        sizes.map((size) => azureKey(`aes-${size}`, { spec: `aes-${size}`, destination: destination(`aes-${size}`) })),
        fewPeople,
      ),
    );
    const kid = 'https://contoso-hsm.managedhsm.azure.net/keys/kek/0123456789abcdef0123456789abcdef';
    for (const size of sizes) desk.bring(`aes-${size}`, 'kek.json', kek.json({ 'key.kid': kid }));
    const { folder, manifest } = bundleOf(desk.rehearse());
    for (const [index, key] of manifest.keys.entries()) {
      const { payload } = openByok(
        join(folder, 'keys', key.id, `KeyTransferPackage-${key.id}.byok`),
        kek,
        scratch.folder,
      );
      expect(payload.length * 8).toBe(sizes[index]);
      const block = openssl(
        ['enc', `-aes-${payload.length * 8}-ecb`, '-nopad', '-K', Buffer.from(payload).toString('hex')],
        new Uint8Array(16),
      );
      expect(key.keyCheckValues).toEqual([
        { method: 'aes-ecb-zero-block', value: Buffer.from(block.subarray(0, 3)).toString('hex').toUpperCase() },
      ]);
      expect(key.publicKey).toBeNull();
    }
  }, 600_000);
});

describe('a rehearsal', () => {
  beforeEach(() => {
    desk.plan(planWith([azureKey('root')], fewPeople));
    desk.bring('root', 'kek.json', kek.json());
  });

  it('says of itself that it is one, in the manifest, the folder and the instructions', () => {
    const { folder, manifest } = bundleOf(desk.rehearse());
    expect(manifest.mode).toBe('rehearsal');
    expect(folder).toMatch(/keyferry-rehearsal-[0-9-]+[0-9a-f]{6}$/u);
    expect(readFileSync(join(folder, 'UPLOAD.md'), 'utf8')).toContain('REHEARSAL');
  });

  it('leaves a bundle that verifies, and one that does not when any file is changed', () => {
    const { folder, manifest } = bundleOf(desk.rehearse());
    expect(runCli('verify', [folder]).code).toBe(0);
    for (const path of ['MANIFEST.json', ...manifest.files.map((file) => file.path)]) {
      const file = join(folder, path);
      const whole = readFileSync(file);
      const middle = Math.floor(whole.length / 2);
      writeFileSync(file, Buffer.from(whole.map((byte, index) => (index === middle ? byte ^ 1 : byte))));
      expect([path, runCli('verify', [folder]).code]).toEqual([path, 1]);
      writeFileSync(file, whole);
    }
  }, 600_000);

  it('writes the same bytes to every copy', () => {
    desk.plan(planWith([azureKey('root')], { ...fewPeople, copies: 2 }));
    const run = desk.rehearse(['--outbound', scratch.folder]);
    const { bundles } = JSON.parse(run.stdout) as { bundles: [string, string] };
    const hashes = bundles.map((folder) =>
      createHash('sha256')
        .update(readFileSync(join(folder, 'MANIFEST.json')))
        .digest('hex'),
    );
    expect(hashes[0]).toBe(hashes[1]);
    expect(runCli('verify', [bundles[1]]).code).toBe(0);
  });

  it('keeps no wrapped key, and no key that was to be destroyed, on the workstation', () => {
    bundleOf(desk.rehearse());
    const left = readdirSync(desk.profile, { recursive: true }).map(String);
    expect(left.filter((path) => path.includes('wrapped'))).toEqual([]);
    // SoftHSM keeps one file per object besides the token's own.
    expect(left.filter((path) => path.endsWith('.object') && !path.endsWith('token.object'))).toEqual([]);
  });

  it('takes a file that PowerShell wrote in UTF-16, with a notice everywhere', () => {
    desk.bring('root', 'kek.json', Buffer.from(`\ufeff${kek.json()}`, 'utf16le'));
    const run = desk.rehearse();
    const { folder } = bundleOf(run);
    const [, rule] = /^notice: (INBOUND-[A-Z-]+): \S/mu.exec(run.stderr) ?? [];
    expect(rule).toBe('INBOUND-TEXT-ENCODING');
    expect(readFileSync(join(folder, 'UPLOAD.md'), 'utf8')).toContain('INBOUND-TEXT-ENCODING');
    expect(readFileSync(join(folder, 'record', 'log.jsonl'), 'utf8')).toContain('INBOUND-TEXT-ENCODING');
  });
});

describe('a rehearsal is refused, and media B stays empty,', () => {
  const faults: readonly [string, string, () => void][] = [
    ['when the wrapping key may do more than import', 'AZURE-KEK-ONLY-IMPORTS', () => desk.bring('root', 'kek.json', kek.json({ 'key.keyOps': ['import', 'wrapKey'] }))], // prettier-ignore
    ['when the wrapping key is of another vault', 'AZURE-KID-OF-PLANNED-VAULT', () => desk.bring('root', 'kek.json', kek.json({ 'key.kid': plannedKid.replace('contoso', 'mallory') }))], // prettier-ignore
    ['when the key id has no version', 'AZURE-KID-VERSIONED', () => desk.bring('root', 'kek.json', kek.json({ 'key.kid': plannedKid.slice(0, -33) }))], // prettier-ignore
    ['when a private key came along', 'INBOUND-NO-PRIVATE-KEY', () => desk.bring('root', 'kek.pem', kek.privatePem())], // prettier-ignore
    ['when the key has no folder', 'INBOUND-FOLDER-PER-KEY', () => desk.plan(planWith([azureKey('other')], fewPeople))],
    ['when the plan asks for AES in a vault', 'PLAN-DESTINATION-TAKES-SPEC', () => desk.plan(planWith([azureKey('root', { spec: 'aes-256' })], fewPeople))], // prettier-ignore
    [
      'when there are too few media',
      'MEDIA-ENOUGH',
      () => desk.plan(planWith([azureKey('root')], { ...fewPeople, copies: 2 })),
    ],
  ];

  it.each(faults)('%s', (_, rule, plant) => {
    desk.plan(planWith([azureKey('root')], fewPeople));
    desk.bring('root', 'kek.json', kek.json());
    plant();
    const run = desk.rehearse();
    expect([run.code, refusedBy(run), run.stdout]).toEqual([1, rule, '']);
    expect(desk.written()).toEqual([]);
  });

  it('when the second medium fails: the first copy is taken off again', () => {
    desk.plan(planWith([azureKey('root')], { ...fewPeople, copies: 2 }));
    desk.bring('root', 'kek.json', kek.json());
    const run = desk.rehearse(['--outbound', join(scratch.folder, 'not-there')]);
    expect([run.code, refusedBy(run)]).toEqual([1, 'MEDIA-PRESENT']);
    expect(desk.written()).toEqual([]);
  });
});

describe('wrong usage', () => {
  it.each([
    ['no plan', ['--inbound', '/a', '--outbound', '/b']],
    ['an unknown option', ['--plan', '/p', '--inbound', '/a', '--outbound', '/b', '--pin', '1234']],
    ['a module without a serial', ['--plan', '/p', '--inbound', '/a', '--outbound', '/b', '--module', '/m']],
  ])('exits with 2: %s', (_, args) => {
    const run = runCli('rehearse', args);
    expect([run.code, run.stdout]).toEqual([2, '']);
  });
});
