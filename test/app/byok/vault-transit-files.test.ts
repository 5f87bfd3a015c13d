import { createHash } from 'node:crypto';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { nothingCarried, type KeyToCarry, type OutboundFile, type WrappedParts } from '../../../app/byok/format.ts';
import type { VaultDestination } from '../../../app/byok/vault/destination.ts';
import { vaultTransit } from '../../../app/byok/vault-transit.ts';
import { wayOf } from '../../../app/byok/ways.ts';
import { keySpecNames, type KeySpec } from '../../../app/keys/specs.ts';
import { vaultTransitCloud } from '../../support/clouds/vault-transit.ts';
import { testKek } from '../../support/inbound-files.ts';
import { makePair } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { commandsOf, runPosix, unquoted } from '../../support/upload-shell.ts';
import { wrapOutside } from '../../support/wrap-outside.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const name = 'wrapped.b64';

function key(spec: KeySpec, changes: object = {}): KeyToCarry<VaultDestination> {
  const order = { spec, option: 'SHA256', name: 'root' };
  const destination = parse(vaultTransit.schema, { ...vaultTransitCloud.destination(order), ...changes });
  const way = wayOf(destination, spec, { option: null });
  if (way === undefined) throw new Error(`no way for ${spec}`);
  return { keyId: 'payroll', spec, destination, kek: { id: null, bits: 4096 }, wrap: way.wrap };
}

const parts = (ephemeral: number | null, wrapped: number): WrappedParts => ({
  wrappedEphemeral: ephemeral === null ? null : new Uint8Array(ephemeral).fill(0xfb),
  wrappedKey: new Uint8Array(wrapped).fill(0xef),
  sealedNonce: null,
});
const assemble = (carried: KeyToCarry<VaultDestination>, given: WrappedParts): readonly OutboundFile[] =>
  vaultTransit.assemble(carried, given, nothingCarried, 'Keyferry 0.2.0; SoftHSM v2 2.6.1');
const text = (files: readonly OutboundFile[]): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(files[0]?.bytes);

describe('wrapped.b64', () => {
  it('is base64 of both parts, without a line end', () => {
    const files = assemble(key('aes-256'), parts(512, 40));
    expect(files.map((file) => file.name)).toEqual([name]);
    const blob = Buffer.concat([Buffer.alloc(512, 0xfb), Buffer.alloc(40, 0xef)]);
    expect(text(files)).toBe(blob.toString('base64'));
    expect(vaultTransit.inspect(key('aes-256'), files)).toEqual({
      bytes: 736,
      parts: [
        { sha256: sha256(blob.subarray(0, 512)), bytes: 512 },
        { sha256: sha256(blob.subarray(512)), bytes: 40 },
      ],
      importTokenSha256: null,
    });
  });

  it.each<[string, WrappedParts]>([
    ['an RSA part too short', parts(384, 40)],
    ['an RSA part too long', parts(520, 40)],
    ['no RSA part', parts(null, 40)],
    ['the key part of another key', parts(512, 24)],
    ['a blank RSA part', { ...parts(512, 40), wrappedEphemeral: new Uint8Array(512) }],
    ['a blank key part', { ...parts(512, 40), wrappedKey: new Uint8Array(40) }],
  ])('with %s is refused', (_, given) =>
    expect(ruleOf(() => assemble(key('aes-256'), given))).toBe('BLOB-SHAPE-VALID'),
  );

  it.each<[string, (good: string) => string | Uint8Array]>([
    ['a line end', (good) => `${good}\n`],
    ['a byte order mark', (good) => `\ufeff${good}`],
    ['a line end inside', (good) => `${good.slice(0, 64)}\n${good.slice(64)}`],
    ['base64url', (good) => good.replaceAll('+', '-').replaceAll('/', '_')],
    ['a character missing', (good) => good.slice(1)],
    ['a group missing', (good) => good.slice(4)],
    ['a group more', (good) => `AAAA${good}`],
    ['nothing', () => ''],
    ['raw bytes', () => new Uint8Array(552).fill(0xef)],
  ])('that holds %s is refused', (_, change) => {
    const changed = change(text(assemble(key('aes-256'), parts(512, 40))));
    const bytes = typeof changed === 'string' ? new TextEncoder().encode(changed) : changed;
    expect(ruleOf(() => vaultTransit.inspect(key('aes-256'), [{ name, bytes }]))).toBe('BLOB-SHAPE-VALID');
  });

  it('is the only file', () => {
    const [file] = assemble(key('aes-256'), parts(512, 40));
    if (file === undefined) return expect.unreachable();
    const rule = (files: OutboundFile[]): string | null => ruleOf(() => vaultTransit.inspect(key('aes-256'), files));
    expect(rule([{ ...file, name: 'wrapped.txt' }])).toBe('BLOB-SHAPE-VALID');
    expect(rule([file, { ...file, name: 'more' }])).toBe('BLOB-SHAPE-VALID');
    expect(rule([])).toBe('BLOB-SHAPE-VALID');
  });

  it('of a real key is accepted, and opens as Vault opens it, with every hash', () => {
    const kek = makePair('rsa-4096');
    const { pkcs8 } = makePair('ec-p521');
    for (const option of ['SHA1', 'SHA256', 'SHA384', 'SHA512']) {
      const carried = key('ec-p521', { hash: option });
      const [file] = assemble(carried, wrapOutside(pkcs8, kek.spki, carried.wrap));
      const order = { spec: 'ec-p521' as const, option, name: 'root' };
      const handout = vaultTransitCloud.handOut(kek, order, new Date());
      const wrap = { ...carried.wrap, performed: 'composed' as const };
      const opened = vaultTransitCloud.open(() => file?.bytes ?? new Uint8Array(), kek, order, handout, wrap);
      expect(opened).toEqual(pkcs8);
    }
  }, 60_000);
});

const section = (carried: KeyToCarry<VaultDestination>) =>
  vaultTransit.upload({ ...carried, after: 'destroy' }, 'keys/payroll');
const path = 'teams/payroll/keys/root';

/** Plays `vault read -format=json` for a key with the public key of the bundle. */
const vault = `case "$*" in
  *-format=json*)
    printf '{\\n  "data": {\\n    "keys": {\\n      "1": {\\n        "name": "rsa-2048",\\n        "public_key": "%s"\\n' \\
      "$(awk '{ printf "%s\\\\n", $0 }' keys/payroll/public-key.pem)"
    printf '      }\\n    },\\n    "latest_version": 1\\n  }\\n}\\n' ;;
  status) echo "$VAULT_ADDR" ;;
esac`;

describe('the upload', () => {
  it.each([
    ['aes-128', 'aes128-gcm96'],
    ['aes-256', 'aes256-gcm96'],
    ['hmac-224', 'hmac'],
    ['hmac-512', 'hmac'],
    ['rsa-2048', 'rsa-2048'],
    ['rsa-3072', 'rsa-3072'],
    ['rsa-4096', 'rsa-4096'],
    ['ec-p256', 'ecdsa-p256'],
    ['ec-p384', 'ecdsa-p384'],
    ['ec-p521', 'ecdsa-p521'],
  ] as const)('imports %s as %s', (spec, type) => {
    const [run] = section(key(spec, { hash: 'SHA384' })).upload.map(
      ({ posix }) => runPosix(posix, 'vault', vault).calls,
    );
    expect(run).toEqual([
      [
        'vault',
        'write',
        `${path}/import`,
        'ciphertext=@keys/payroll/wrapped.b64',
        'hash_function=SHA384',
        `type=${type}`,
      ],
    ]);
  });

  it('has a type for every spec that has a way', () => {
    const specs = keySpecNames.filter((spec) =>
      vaultTransit.ways(key('aes-256').destination).some((way) => way.specs.includes(spec)),
    );
    expect(specs.map((spec) => section(key(spec)).upload.length)).toEqual(specs.map(() => 1));
  });

  it('names the server first, to the product’s own command line', () => {
    const [server] = section(key('aes-256')).signIn;
    const { output, calls } = runPosix(server?.posix ?? '', 'vault', vault);
    expect([output.trim(), calls]).toEqual([
      'https://vault.contoso.example:8200',
      [
        ['vault', 'status'],
        ['vault', 'login'],
      ],
    ]);
    expect(server?.powershell.split('\n')[0]).toBe("$env:VAULT_ADDR = 'https://vault.contoso.example:8200'");
    const openbao = commandsOf(section(key('rsa-2048', { product: 'openbao' })));
    const texts = openbao.flatMap(({ posix, powershell }) => [posix, powershell]).join('\n');
    expect(texts).toContain('BAO_ADDR=');
    expect(texts).toContain(`bao write '${path}/import'`);
    expect(texts).not.toMatch(/vault (write|read|status)|VAULT_/);
  });

  it('looks at the key, and compares the public keys', () => {
    const { pem, spki } = testKek(2048);
    const files = { 'keys/payroll/public-key.pem': pem };
    const [show, compare] = section(key('rsa-2048')).checks.map(({ posix }) => runPosix(posix, 'vault', vault, files));
    expect(show?.calls).toEqual([['vault', 'read', path]]);
    expect(compare?.calls).toEqual([['vault', 'read', '-format=json', path]]);
    expect(compare?.output.match(/[0-9a-f]{64}|SAME/g)).toEqual([sha256(spki), sha256(spki), 'SAME']);
  });

  it('has nothing to compare for secret keys, and says so', () => {
    const { warnings } = section(key('rsa-2048'));
    for (const spec of ['aes-256', 'hmac-256'] as const) {
      expect(section(key(spec)).checks).toHaveLength(1);
      expect(section(key(spec)).warnings).toHaveLength(warnings.length + 1);
    }
    expect(section(key('aes-256')).undated).toBeNull();
    expect(section(key('aes-256')).failures.map(({ message }) => message)).toContain(
      'the import path cannot be used with an existing key',
    );
  });

  it('names the version that imports for Vault only', () => {
    const said = (product: string): string => JSON.stringify(section(key('aes-256', { product })));
    expect(said('vault')).toContain('1.11');
    expect(said('openbao')).not.toContain('1.11');
  });

  it('has no placeholder, no name outside quotes, and leaves the key unexportable', () => {
    const names = { address: 'https://qqserver.example', mount: 'qq/mount', keyName: 'QQname' };
    for (const { posix, powershell } of commandsOf(section(key('rsa-2048', names)))) {
      for (const command of [posix, powershell]) {
        expect(command).not.toMatch(/<|…|\.\.\.|exportable=|plaintext_backup=/);
        expect(unquoted(command)).not.toMatch(/qq/i);
      }
      expect(powershell).not.toMatch(/\\\n|\bsed\b|printf|sha256sum|export /);
    }
  });
});
