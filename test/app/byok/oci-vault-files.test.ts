import { createHash } from 'node:crypto';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { nothingCarried, type KeyToCarry, type OutboundFile, type WrappedParts } from '../../../app/byok/format.ts';
import type { OciDestination } from '../../../app/byok/oci/destination.ts';
import { ociVault } from '../../../app/byok/oci-vault.ts';
import { wayOf } from '../../../app/byok/ways.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { ociVaultCloud } from '../../support/clouds/oci-vault.ts';
import { testKek } from '../../support/inbound-files.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { commandsOf, runPosix, unquoted } from '../../support/upload-shell.ts';
import { wrapOutside } from '../../support/wrap-outside.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hybrid = 'RSA_OAEP_AES_SHA256';
const direct = 'RSA_OAEP_SHA256';

function key(spec: KeySpec, option = hybrid, changes: object = {}): KeyToCarry<OciDestination> {
  const planned = { ...ociVaultCloud.destination({ spec, option, name: 'root' }), ...changes };
  const destination = parse(ociVault.schema, planned);
  const way = wayOf(destination, spec, { option: null });
  if (way === undefined) throw new Error(`no way ${option} for ${spec}`);
  return { keyId: 'payroll', spec, destination, kek: { id: null, bits: 4096 }, wrap: way.wrap };
}

const parts = (ephemeral: number | null, wrapped: number): WrappedParts => ({
  wrappedEphemeral: ephemeral === null ? null : new Uint8Array(ephemeral).fill(0xfb),
  wrappedKey: new Uint8Array(wrapped).fill(0xef),
  sealedNonce: null,
});
const assemble = (carried: KeyToCarry<OciDestination>, given: WrappedParts): readonly OutboundFile[] =>
  ociVault.assemble(carried, given, nothingCarried, 'Keyferry 0.2.0; SoftHSM v2 2.6.1');
const text = (bytes: Uint8Array | undefined): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

describe('the files for OCI', () => {
  it.each([
    ['aes-128', hybrid, 24, 'AES', 16],
    ['aes-192', hybrid, 32, 'AES', 24],
    ['aes-256', hybrid, 40, 'AES', 32],
    ['rsa-2048', hybrid, 1232, 'RSA', 256],
    ['rsa-3072', hybrid, 1808, 'RSA', 384],
    ['rsa-4096', hybrid, 2384, 'RSA', 512],
  ] as const)('of %s by %s say its shape and hold %i bytes of it', (spec, option, bytes, algorithm, length) => {
    const [shape, material] = assemble(key(spec, option), parts(512, bytes));
    expect([shape?.name, material?.name]).toEqual(['key-shape.json', 'wrapped-import-key.json']);
    expect(text(shape?.bytes)).toBe(`${JSON.stringify({ algorithm, length }, null, 2)}\n`);
    const keyMaterial = Buffer.concat([Buffer.alloc(512, 0xfb), Buffer.alloc(bytes, 0xef)]).toString('base64');
    expect(text(material?.bytes)).toBe(`${JSON.stringify({ keyMaterial, wrappingAlgorithm: option }, null, 2)}\n`);
  });

  it('are summed up by their parts', () => {
    const files = assemble(key('aes-256'), parts(512, 40));
    expect(ociVault.inspect(key('aes-256'), files)).toEqual({
      bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
      parts: [
        { sha256: sha256(Buffer.alloc(512, 0xfb)), bytes: 512 },
        { sha256: sha256(Buffer.alloc(40, 0xef)), bytes: 40 },
      ],
      importTokenSha256: null,
    });
    const one = ociVault.inspect(key('aes-256', direct), assemble(key('aes-256', direct), parts(null, 512)));
    expect(one.parts).toEqual([{ sha256: sha256(Buffer.alloc(512, 0xef)), bytes: 512 }]);
  });

  it.each<[string, KeyToCarry<OciDestination>, WrappedParts]>([
    ['an RSA part too short', key('aes-256'), parts(384, 40)],
    ['the key part of another key', key('aes-256'), parts(512, 32)],
    ['a key part that is no multiple of 8', key('rsa-2048'), parts(512, 1231)],
    ['no RSA part', key('aes-256'), parts(null, 40)],
    ['two parts where one belongs', key('aes-256', direct), parts(512, 40)],
    ['a blank part', key('aes-256'), { ...parts(512, 40), wrappedKey: new Uint8Array(40) }],
  ])('with %s are refused', (_, carried, given) =>
    expect(ruleOf(() => assemble(carried, given))).toBe('BLOB-SHAPE-VALID'),
  );

  it('of real keys are accepted, and open with the vault’s private key', () => {
    const kek = makePair('rsa-4096');
    const cases: [KeySpec, string, Uint8Array][] = [
      ['rsa-2048', hybrid, makePair('rsa-2048').pkcs8],
      ['aes-256', direct, openssl(['rand', '32'])],
    ];
    for (const [spec, option, target] of cases) {
      const carried = key(spec, option);
      const files = assemble(carried, wrapOutside(target, kek.spki, carried.wrap));
      const order = { spec, option, name: 'root' };
      const delivered = (name: string): Uint8Array =>
        files.find((file) => file.name === name)?.bytes ?? new Uint8Array();
      const handout = ociVaultCloud.handOut(kek, order, new Date());
      const wrap = { ...carried.wrap, performed: 'composed' as const };
      expect(ociVaultCloud.open(delivered, kek, order, handout, wrap)).toEqual(target);
    }
  }, 60_000);
});

describe('inspection refuses', () => {
  const [shape, material] = assemble(key('aes-256'), parts(512, 40)).map(({ name, bytes }) => ({
    name,
    text: text(bytes),
  }));
  if (shape === undefined || material === undefined) throw new Error('there are two files');
  const write = ({ name, text: content }: { name: string; text: string }): OutboundFile => ({
    name,
    bytes: new TextEncoder().encode(content),
  });
  const rule = (...files: { name: string; text: string }[]): string | null =>
    ruleOf(() => ociVault.inspect(key('aes-256'), files.map(write)));

  it('nothing that was not changed', () => {
    expect(rule(shape, material)).toBeNull();
    expect(rule(material, shape)).toBeNull();
  });

  it.each<[string, string, string]>([
    ['another algorithm', '"AES"', '"RSA"'],
    ['another length', '32', '16'],
    ['the length in bits', '32', '256'],
    ['a length in quotes', '32', '"32"'],
    ['a member more', '32', '32,\n  "curveId": "NIST_P256"'],
    ['a member twice', '32', '32,\n  "length": 32'],
    ['other white space', '  "', '\t"'],
    ['another order', '"algorithm": "AES",\n  "length": 32', '"length": 32,\n  "algorithm": "AES"'],
    ['a byte order mark', '{', '\ufeff{'],
  ])('%s in key-shape.json', (_, from, to) => {
    expect(shape.text).toContain(from);
    expect(rule({ ...shape, text: shape.text.replace(from, to) }, material)).toBe('BLOB-SHAPE-VALID');
  });

  it.each<[string, string | RegExp, string]>([
    ['another wrapping algorithm', hybrid, direct],
    ['other material', '+/v7', '+/v'],
    ['material in base64url', '+/v7', '-_v7'],
    ['a line end in the material', '+/v7', '+/v7\\n'],
    ['no material', /("keyMaterial": ")[^"]+/, '$1'],
    ['a missing member', /,\n {2}"wrappingAlgorithm": "[^"]*"/, ''],
    ['a line end more', /$/, '\n'],
  ])('%s in wrapped-import-key.json', (_, from, to) => {
    const changed = material.text.replace(from, to);
    expect(changed).not.toBe(material.text);
    expect(rule(shape, { ...material, text: changed })).toBe('BLOB-SHAPE-VALID');
  });

  it('a file more, a file less, another name', () => {
    expect(rule(shape)).toBe('BLOB-SHAPE-VALID');
    expect(rule(shape, material, { name: 'wrapped.bin', text: 'x' })).toBe('BLOB-SHAPE-VALID');
    expect(rule(shape, { ...material, name: 'wrapped.json' })).toBe('BLOB-SHAPE-VALID');
  });
});

const section = (carried: KeyToCarry<OciDestination>) =>
  ociVault.upload({ ...carried, after: 'destroy' }, 'keys/payroll');
const endpoint = ['--endpoint', 'https://exampleaaacu2-management.kms.us-ashburn-1.oraclecloud.com'];
const compartment = ['--compartment-id', 'ocid1.compartment.oc1..aaaaaaaaexample'];

/** Plays the OCI CLI with its `--query` done. */
const oci = `case "$*" in
  *'key list'*) echo ocid1.key.oc1.iad.new ;;
  *current-key-version*) echo ocid1.keyversion.oc1.iad.first ;;
  *'key-version get'*) cat keys/payroll/public-key.pem ;;
esac`;

describe('the upload', () => {
  it('imports both files, into the HSM', () => {
    const [run] = section(key('rsa-2048')).upload.map(({ posix }) => runPosix(posix, 'oci', oci).calls);
    expect(run).toEqual([
      [
        ...['oci', 'kms', 'management', 'key', 'import', ...compartment, '--display-name', 'Payroll root'],
        ...['--key-shape', 'file://keys/payroll/key-shape.json'],
        ...[
          '--wrapped-import-key',
          'file://keys/payroll/wrapped-import-key.json',
          '--protection-mode',
          'HSM',
          ...endpoint,
        ],
      ],
    ]);
  });

  it('looks at the newest key of that name', () => {
    const [check] = section(key('aes-256')).checks.map(({ posix }) => runPosix(posix, 'oci', oci).calls);
    expect(check?.[0]).toEqual([
      ...['oci', 'kms', 'management', 'key', 'list', ...compartment, '--all', ...endpoint, '--query'],
      `sort_by(data[?"display-name"=='Payroll root'], &"time-created")[-1].id`,
      '--raw-output',
    ]);
    expect(check?.[1]).toEqual([
      'oci',
      'kms',
      'management',
      'key',
      'get',
      '--key-id',
      'ocid1.key.oc1.iad.new',
      ...endpoint,
    ]);
  });

  it('compares the public keys', () => {
    const { pem, spki } = testKek(2048);
    const compare = section(key('rsa-2048')).checks.at(-1)?.posix ?? '';
    const { output, calls } = runPosix(compare, 'oci', oci, { 'keys/payroll/public-key.pem': pem });
    expect(output.match(/[0-9a-f]{64}|SAME/g)).toEqual([sha256(spki), sha256(spki), 'SAME']);
    expect(calls.at(-1)?.slice(3, 9)).toEqual([
      ...['key-version', 'get', '--key-id', 'ocid1.key.oc1.iad.new'],
      ...['--key-version-id', 'ocid1.keyversion.oc1.iad.first'],
    ]);
  });

  it('has nothing to compare for AES, and says so', () => {
    expect(section(key('aes-128')).checks).toHaveLength(1);
    expect(section(key('rsa-2048')).checks).toHaveLength(2);
    const warnings = (spec: KeySpec): number => section(key(spec)).warnings.length;
    expect([warnings('aes-128') - warnings('rsa-2048'), warnings('aes-256') - warnings('aes-128')]).toEqual([1, 1]);
    expect(section(key('aes-128')).undated).toBeNull();
    expect(section(key('aes-128')).failures.length).toBeGreaterThan(2);
  });

  it('has no placeholder, and no name outside quotes', () => {
    const names = {
      compartment: 'ocid1.compartment.oc1..qqcompartment',
      managementEndpoint: 'https://qqvault-management.kms.eu-frankfurt-1.oraclecloud.com',
      displayName: 'Qq name',
    };
    for (const { posix, powershell } of commandsOf(section(key('rsa-2048', hybrid, names)))) {
      for (const command of [posix, powershell]) {
        expect(command).not.toMatch(/<|…|\.\.\./);
        expect(unquoted(command)).not.toMatch(/qq/i);
      }
      // Windows PowerShell 5.1 loses double quotes inside the arguments of programs.
      expect(powershell).not.toMatch(/--query|\\\n|sha256sum/);
    }
  });
});
