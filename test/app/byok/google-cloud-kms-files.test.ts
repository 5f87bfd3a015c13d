import { createHash } from 'node:crypto';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { nothingCarried, type KeyToCarry, type OutboundFile, type WrappedParts } from '../../../app/byok/format.ts';
import type { GoogleDestination } from '../../../app/byok/google/destination.ts';
import { googleCloudKms } from '../../../app/byok/google-cloud-kms.ts';
import { wayOf } from '../../../app/byok/ways.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { googleCloudKmsCloud } from '../../support/clouds/google-cloud-kms.ts';
import { testKek } from '../../support/inbound-files.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { commandsOf, runPosix, unquoted } from '../../support/upload-shell.ts';
import { wrapOutside } from '../../support/wrap-outside.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const name = 'wrapped-key.bin';
const generator = 'Keyferry 0.2.0; SoftHSM v2 2.6.1';
const hybrid = 'rsa-oaep-4096-sha256-aes-256';
const direct = 'rsa-oaep-4096-sha256';

function key(spec: KeySpec, option = hybrid, changes: object = {}): KeyToCarry<GoogleDestination> {
  const order = { spec, option, name: 'root' };
  const destination = parse(googleCloudKms.schema, { ...googleCloudKmsCloud.destination(order), ...changes });
  const way = wayOf(destination, spec, { option });
  if (way === undefined) throw new Error(`no way ${option} for ${spec}`);
  const kek = { id: destination.importJob, bits: way.kekBits[0] ?? 0 };
  return { keyId: 'payroll', spec, destination, kek, wrap: way.wrap };
}

const parts = (ephemeral: number | null, wrapped: number): WrappedParts => ({
  wrappedEphemeral: ephemeral === null ? null : new Uint8Array(ephemeral).fill(0xfb),
  wrappedKey: new Uint8Array(wrapped).fill(0xef),
  sealedNonce: null,
});
const assemble = (carried: KeyToCarry<GoogleDestination>, given: WrappedParts): readonly OutboundFile[] =>
  googleCloudKms.assemble(carried, given, nothingCarried, generator);
const rule = (carried: KeyToCarry<GoogleDestination>, given: WrappedParts): string | null =>
  ruleOf(() => assemble(carried, given));

describe('wrapped-key.bin', () => {
  it('is both parts in one piece, or the RSA part alone', () => {
    const [both] = assemble(key('aes-256'), parts(512, 40));
    expect(both).toEqual({ name, bytes: new Uint8Array([...Buffer.alloc(512, 0xfb), ...Buffer.alloc(40, 0xef)]) });
    const [one] = assemble(key('aes-256', direct), parts(null, 512));
    expect(one).toEqual({ name, bytes: new Uint8Array(512).fill(0xef) });
  });

  it('is summed up by its parts', () => {
    const summary = googleCloudKms.inspect(key('aes-256'), assemble(key('aes-256'), parts(512, 40)));
    expect(summary).toEqual({
      bytes: 552,
      parts: [
        { sha256: sha256(Buffer.alloc(512, 0xfb)), bytes: 512 },
        { sha256: sha256(Buffer.alloc(40, 0xef)), bytes: 40 },
      ],
      importTokenSha256: null,
    });
    const one = googleCloudKms.inspect(key('aes-256', direct), assemble(key('aes-256', direct), parts(null, 512)));
    expect(one.parts).toEqual([{ sha256: sha256(Buffer.alloc(512, 0xef)), bytes: 512 }]);
  });

  it.each<[string, KeyToCarry<GoogleDestination>, WrappedParts]>([
    ['an RSA part too short', key('aes-256'), parts(384, 40)],
    ['an RSA part too long', key('aes-256'), parts(520, 40)],
    ['no RSA part', key('aes-256'), parts(null, 40)],
    ['no key part', key('aes-256'), parts(512, 0)],
    ['a key part that is no multiple of 8', key('aes-256'), parts(512, 41)],
    ['the key part of another key', key('aes-256'), parts(512, 32)],
    ['two parts where one belongs', key('aes-256', direct), parts(512, 40)],
    ['one part of another modulus', key('aes-256', direct), parts(null, 384)],
    ['a blank RSA part', key('aes-256'), { ...parts(512, 40), wrappedEphemeral: new Uint8Array(512) }],
    ['a blank key part', key('aes-256'), { ...parts(512, 40), wrappedKey: new Uint8Array(40) }],
    ['a blank single part', key('aes-256', direct), { ...parts(null, 512), wrappedKey: new Uint8Array(512) }],
  ])('with %s is refused', (_, carried, given) => expect(rule(carried, given)).toBe('BLOB-SHAPE-VALID'));

  it('is the only file', () => {
    const [file] = assemble(key('aes-256'), parts(512, 40));
    if (file === undefined) return expect.unreachable();
    const inspect = (files: OutboundFile[]): string | null =>
      ruleOf(() => googleCloudKms.inspect(key('aes-256'), files));
    expect(inspect([{ ...file, name: 'key.bin' }])).toBe('BLOB-SHAPE-VALID');
    expect(inspect([file, { ...file, name: 'more' }])).toBe('BLOB-SHAPE-VALID');
    expect(inspect([])).toBe('BLOB-SHAPE-VALID');
    expect(inspect([file])).toBeNull();
  });

  it('of real keys is accepted, and opens with the job’s private key', () => {
    const pair = makePair('ec-secp256k1');
    const secret = openssl(['rand', '32']);
    const keks = { 3072: makePair('rsa-3072'), 4096: makePair('rsa-4096') } as const;
    const cases: [KeySpec, string, Uint8Array, 3072 | 4096][] = [
      ['ec-secp256k1', hybrid, pair.pkcs8, 4096],
      ['ec-secp256k1', 'rsa-oaep-3072-sha1-aes-256', pair.pkcs8, 3072],
      ['hmac-256', direct, secret, 4096],
    ];
    for (const [spec, option, target, bits] of cases) {
      const carried = key(spec, option);
      const [file] = assemble(carried, wrapOutside(target, keks[bits].spki, carried.wrap));
      const order = { spec, option, name: 'root' };
      const handout = googleCloudKmsCloud.handOut(keks[bits], order, new Date('2026-11-26'));
      const opened = googleCloudKmsCloud.open(() => file?.bytes ?? new Uint8Array(), keks[bits], order, handout, {
        ...carried.wrap,
        performed: 'composed',
      });
      expect(opened).toEqual(target);
    }
  }, 60_000);
});

const section = (carried: KeyToCarry<GoogleDestination>) =>
  googleCloudKms.upload({ ...carried, after: 'destroy' }, 'keys/payroll');
const ring = ['--project', 'contoso-prod', '--location', 'europe-west3', '--keyring', 'payroll'];

/** Plays gcloud: lists two versions, newest first, tells the job's level, and writes what is asked for. */
const gcloud = `case "$*" in
  *'versions list'*) printf '12\\n9\\n' ;;
  *'import-jobs describe'*) echo HSM_SINGLE_TENANT ;;
  *get-public-key*) cat ../bundle/keys/payroll/public-key.pem > ../payroll.cloud.pem ;;
  *raw-encrypt*) printf 'BLOCK' > ../payroll.cloud.block ;;
esac`;

describe('the upload', () => {
  it('makes the key for the job, and imports the file', () => {
    const [create, count, run] = section(key('rsa-4096')).upload.map(
      ({ posix }) => runPosix(posix, 'gcloud', gcloud).calls,
    );
    expect(create).toEqual([
      ['gcloud', 'kms', 'import-jobs', 'describe', 'root-job', ...ring, '--format', 'value(protectionLevel)'],
      [
        ...['gcloud', 'kms', 'keys', 'create', 'root', ...ring, '--purpose', 'asymmetric-signing'],
        ...['--default-algorithm', 'rsa-sign-pkcs1-4096-sha512', '--protection-level', 'hsm-single-tenant'],
        ...['--skip-initial-version-creation', '--import-only'],
      ],
    ]);
    expect(count?.map((call) => call.slice(0, 5))).toEqual([['gcloud', 'kms', 'keys', 'versions', 'list']]);
    expect(run).toEqual([
      [
        ...['gcloud', 'kms', 'keys', 'versions', 'import', '--import-job', 'root-job', ...ring, '--key', 'root'],
        ...['--algorithm', 'rsa-sign-pkcs1-4096-sha512', '--wrapped-key-file', 'keys/payroll/wrapped-key.bin'],
      ],
    ]);
  });

  it('looks at the version that was made last', () => {
    const [list, describeIt] = section(key('aes-256')).checks.map(
      ({ posix }) => runPosix(posix, 'gcloud', gcloud).calls,
    );
    expect(list?.[0]?.slice(0, 5)).toEqual(['gcloud', 'kms', 'keys', 'versions', 'list']);
    expect(list?.[0]?.join(' ')).not.toContain('limit');
    expect(describeIt?.[0]).toContain('~createTime');
    expect(describeIt?.[1]?.slice(0, 6)).toEqual(['gcloud', 'kms', 'keys', 'versions', 'describe', '12']);
    expect(describeIt?.[1]?.join(' ')).toContain('importFailureReason');
  });

  it('compares the public keys', () => {
    const { pem, spki } = testKek(4096);
    const compare = section(key('rsa-4096')).checks.at(-1)?.posix ?? '';
    const { output, calls } = runPosix(compare, 'gcloud', gcloud, { 'keys/payroll/public-key.pem': pem });
    expect(output.match(/[0-9a-f]{64}|SAME/g)).toEqual([sha256(spki), sha256(spki), 'SAME']);
    expect(calls.at(-1)?.slice(4, 6)).toEqual(['get-public-key', '12']);
    expect(calls.at(-1)).toContain('../payroll.cloud.pem');
  });

  it.each(['aes-256-cbc', 'aes-256-ctr'])('compares the key check value of a key for %s', (algorithm) => {
    const check = section(key('aes-256', hybrid, { algorithm })).checks.at(-1)?.posix ?? '';
    const { output, calls } = runPosix(check, 'gcloud', gcloud);
    expect(output.trim()).toBe('424C4F');
    const [zeros, block] = ['../payroll.cloud.zeros', '../payroll.cloud.block'];
    expect(calls.at(-1)).toEqual([
      ...['gcloud', 'kms', 'raw-encrypt', ...ring, '--key', 'root', '--version', '12'],
      ...['--plaintext-file', zeros, '--initialization-vector-file', zeros, '--ciphertext-file', block],
    ]);
  });

  it.each([
    ['rsa-4096', 3],
    ['aes-256', 2],
    ['hmac-512', 2],
  ] as const)('of %s has %i checks', (spec, count) => expect(section(key(spec)).checks).toHaveLength(count));

  it('never takes a key in the clear, and has no placeholder and no name outside quotes', () => {
    const ring2 = 'projects/qqproject/locations/qqlocation/keyRings/QQring';
    const names = { importJob: `${ring2}/importJobs/QQjob`, cryptoKey: `${ring2}/cryptoKeys/QQkey` };
    for (const spec of ['rsa-4096', 'aes-256', 'hmac-256', 'ec-p256'] as const) {
      for (const { posix, powershell } of commandsOf(section(key(spec, hybrid, names)))) {
        for (const text of [posix, powershell]) {
          expect(text).not.toMatch(/target-key-file|<|…|\.\.\./);
          expect(unquoted(text)).not.toMatch(/qq/i);
        }
        expect(powershell).not.toMatch(/\\\n|\bhead\b|\btr\b/);
      }
    }
  });

  it('warns of the job’s end, and of what nobody can prove', () => {
    const warnings = (spec: KeySpec, changes: object = {}): number =>
      section(key(spec, hybrid, changes)).warnings.length;
    expect(section(key('rsa-4096')).warnings.join()).toContain('root-job');
    expect(warnings('hmac-256')).toBe(warnings('rsa-4096') + 1);
    expect(warnings('aes-256')).toBe(warnings('rsa-4096') + 2);
    expect(warnings('aes-256', { algorithm: 'aes-256-ctr' })).toBe(warnings('rsa-4096'));
    expect(section(key('rsa-4096')).undated).toBeNull();
    expect(section(key('rsa-4096')).failures.length).toBeGreaterThan(3);
  });
});
