import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { azureKeyVault } from '../../../app/byok/azure-key-vault.ts';
import type { AzureDestination } from '../../../app/byok/azure/destination.ts';
import { nothingCarried, type KeyToCarry, type OutboundFile, type WrappedParts } from '../../../app/byok/format.ts';
import { bytesToHex } from '../../../app/keys/bytes.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { plannedKid } from '../../support/azure-kek.ts';
import { makePair, openssl, pairSpecs } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { jsonVector } from '../../vectors/read-vectors.ts';

const { keyPart } = jsonVector('azure-sizes.json') as { keyPart: Record<KeySpec, number[]> };
const sizes = Object.entries(keyPart).flatMap(([spec, lengths]) =>
  lengths.map((length) => [spec as KeySpec, length] as const),
);
const destination = parse(azureKeyVault.schema, {
  type: 'azure-key-vault',
  managedHsm: 'contoso-prod',
  keyName: 'Payroll-Root',
  operations: ['sign'],
});
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const name = 'KeyTransferPackage-Payroll-Root.byok';
const generator = 'Keyferry 0.1.0; SoftHSM v2 2.6.1';

function key(spec: KeySpec, bits = 2048, id: string | null = plannedKid): KeyToCarry<AzureDestination> {
  const wrap = { method: 'rsa-aes', oaepHash: 'sha1' } as const;
  return { keyId: 'payroll-root', spec, destination, kek: { id, bits }, wrap };
}

function parts(keyPartBytes: number, rsaPartBytes = 256): WrappedParts {
  return {
    wrappedEphemeral: new Uint8Array(rsaPartBytes).fill(0xfb),
    wrappedKey: new Uint8Array(keyPartBytes).fill(0xef),
    sealedNonce: null,
  };
}

const assemble = (spec: KeySpec, length: number): readonly OutboundFile[] =>
  azureKeyVault.assemble(key(spec), parts(length), nothingCarried, generator);
const jsonOf = (files: readonly OutboundFile[]): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(files[0]?.bytes);
const inspectText = (spec: KeySpec, text: string): string | null =>
  ruleOf(() => azureKeyVault.inspect(key(spec), [{ name, bytes: new TextEncoder().encode(text) }]));

describe('the .byok file', () => {
  it('has the members of the specification in their order, and nothing else', () => {
    const files = assemble('ec-p256', 152);
    expect(files.map((file) => file.name)).toEqual([name]);
    expect(JSON.stringify(JSON.parse(jsonOf(files)))).toBe(
      JSON.stringify({
        schema_version: '1.0.0',
        header: { kid: plannedKid, alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP' },
        ciphertext: Buffer.concat([Buffer.alloc(256, 0xfb), Buffer.alloc(152, 0xef)]).toString('base64url'),
        generator,
      }),
    );
    expect(files[0]?.bytes[0]).toBe(0x7b);
  });

  it('keeps the kid as the cloud wrote it', () => {
    const shouted = plannedKid.toUpperCase();
    const files = azureKeyVault.assemble(key('ec-p256', 2048, shouted), parts(152), nothingCarried, generator);
    expect(JSON.parse(jsonOf(files))).toMatchObject({ header: { kid: shouted } });
  });

  it('names its generator in 256 characters at most, however many bytes each of them has', () => {
    const named = (count: number) =>
      azureKeyVault.assemble(key('ec-p256'), parts(152), nothingCarried, '🗝'.repeat(count));
    expect(ruleOf(() => azureKeyVault.inspect(key('ec-p256'), named(256)))).toBeNull();
    expect(ruleOf(() => azureKeyVault.inspect(key('ec-p256'), named(257)))).not.toBeNull();
  });

  it.each(sizes)('of %s holds a key part of %i bytes under every KEK', (spec, length) => {
    for (const bits of [2048, 3072, 4096]) {
      const files = azureKeyVault.assemble(key(spec, bits), parts(length, bits / 8), nothingCarried, generator);
      expect(azureKeyVault.inspect(key(spec, bits), files)).toEqual({
        bytes: files[0]?.bytes.length,
        parts: [
          { sha256: sha256(Buffer.alloc(bits / 8, 0xfb)), bytes: bits / 8 },
          { sha256: sha256(Buffer.alloc(length, 0xef)), bytes: length },
        ],
        importTokenSha256: null,
      });
    }
  });

  it.each(sizes)('of %s (%i bytes) is not taken for any key of another size', (spec, length) => {
    const others = sizes.filter(([, otherLength]) => Math.abs(otherLength - length) > 60).map(([other]) => other);
    expect(others.filter((other) => ruleOf(() => assemble(other, length)) !== 'BLOB-SHAPE-VALID')).toEqual([]);
    expect(ruleOf(() => assemble(spec, length))).toBeNull();
  });

  it.each<[string, KeySpec, number]>([
    ['an AES key of 8 bytes more', 'aes-256', 48],
    ['an AES key of 8 bytes less', 'aes-256', 32],
    ['no key part', 'aes-128', 0],
    ['a key part of 8 bytes', 'aes-128', 8],
    ['a length that is no multiple of 8', 'ec-p256', 153],
    ['a length that is no multiple of 8, shorter', 'ec-p256', 151],
  ])('with %s is refused', (_, spec, length) => expect(ruleOf(() => assemble(spec, length))).toBe('BLOB-SHAPE-VALID'));

  it('leaves room for what tokens leave out or add', () => {
    // RFC 5915 without the public point, and with the curve named twice.
    expect(
      [80, 96, 112].map((length, index) =>
        ruleOf(() => assemble((['ec-p256', 'ec-p384', 'ec-p521'] as const)[index] ?? 'aes-128', length)),
      ),
    ).toEqual([null, null, null]);
    expect(
      [72, 160].map((length) => ruleOf(() => assemble(length === 72 ? 'ec-secp256k1' : 'ec-p256', length))),
    ).toEqual([null, null]);
    expect(ruleOf(() => assemble('rsa-2048', 1216))).toBeNull();
    expect(ruleOf(() => assemble('rsa-2048', 1240))).toBeNull();
  });

  it('of a real key is accepted and holds what OpenSSL wrapped', () => {
    const kek = makePair('rsa-2048');
    const ephemeral = openssl(['rand', '32']);
    for (const spec of pairSpecs.filter((pair) => pair.startsWith('ec'))) {
      const { pkcs8 } = makePair(spec);
      const wrappedKey = openssl(['enc', '-id-aes256-wrap-pad', '-K', bytesToHex(ephemeral), '-iv', 'A65959A6'], pkcs8);
      const files = azureKeyVault.assemble(
        key(spec),
        { wrappedEphemeral: kek.spki.slice(0, 256), wrappedKey, sealedNonce: null },
        nothingCarried,
        generator,
      );
      expect(azureKeyVault.inspect(key(spec), files).parts[1]).toEqual({
        sha256: sha256(wrappedKey),
        bytes: wrappedKey.length,
      });
    }
  });
});

describe('inspection refuses', () => {
  const good = jsonOf(assemble('ec-p256', 152));
  const edit = (from: string | RegExp, to: string): string | null => inspectText('ec-p256', good.replace(from, to));

  it('nothing that was not changed', () => expect(inspectText('ec-p256', good)).toBeNull());

  it.each<[string, string | RegExp, string]>([
    ['another schema version', '"1.0.0"', '"1.0.1"'],
    ['another kid', '/kek/', '/kek2/'],
    ['a kid in other letters', 'contoso', 'Contoso'],
    ['another alg', '"dir"', '"RSA"'],
    ['another enc', 'KEY_WRAP"', 'KEY_WRAP_PAD"'],
    ['padding', /("ciphertext": "[^"]+)"/, '$1="'],
    ['a line end in the ciphertext', '-_v7', '-_\\nv7'],
    ['the other alphabet', '-_v7', '+/v7'],
    ['an empty ciphertext', /("ciphertext": ")[^"]+/, '$1'],
    ['no generator', generator, ''],
    ['a missing member', /,\n {2}"generator": "[^"]*"/, ''],
    ['one member more', '"1.0.0"', '"1.0.0", "extra": 1'],
    ['a member twice', '"alg": "dir"', '"alg": "dir", "alg": "dir"'],
    ['other white space', '\n  "', '\n\t"'],
    ['a byte order mark', '{', '\ufeff{'],
    ['an escape for a plain letter', 'Keyferry', '\\u004beyferry'],
    ['text after it', /$/, '\n'],
    ['a number for a text', '"dir"', '1'],
  ])('%s', (_, from, to) => {
    expect(good.replace(from, to)).not.toBe(good);
    expect(edit(from, to)).toBe('BLOB-SHAPE-VALID');
  });

  it('members in another order', () => {
    const { generator: last, ...rest } = JSON.parse(good) as Record<string, unknown>;
    expect(inspectText('ec-p256', `${JSON.stringify({ generator: last, ...rest }, null, 2)}\n`)).toBe(
      'BLOB-SHAPE-VALID',
    );
  });

  it('a generator that is no longer a name', () => expect(edit(generator, 'x'.repeat(257))).toBe('BLOB-SHAPE-VALID'));

  it('parts that are all zero', () => {
    const blank = (ephemeral: number, wrapped: number): string | null =>
      ruleOf(() =>
        azureKeyVault.assemble(
          key('aes-256'),
          {
            wrappedEphemeral: new Uint8Array(256).fill(ephemeral),
            wrappedKey: new Uint8Array(40).fill(wrapped),
            sealedNonce: null,
          },
          nothingCarried,
          generator,
        ),
      );
    expect([blank(0, 1), blank(1, 0), blank(1, 1)]).toEqual(['BLOB-SHAPE-VALID', 'BLOB-SHAPE-VALID', null]);
  });

  it('parts without the RSA part, and a KEK without kid', () => {
    const direct = { wrappedEphemeral: null, wrappedKey: new Uint8Array(256).fill(1), sealedNonce: null };
    expect(ruleOf(() => azureKeyVault.assemble(key('aes-256'), direct, nothingCarried, generator))).toBe(
      'BLOB-SHAPE-VALID',
    );
    expect(ruleOf(() => azureKeyVault.assemble(key('aes-256', 2048, null), parts(40), nothingCarried, generator))).toBe(
      'BLOB-SHAPE-VALID',
    );
  });

  it('another file name, a file more, no file', () => {
    const [file] = assemble('aes-256', 40);
    if (file === undefined) return expect.unreachable();
    const rule = (files: OutboundFile[]): string | null => ruleOf(() => azureKeyVault.inspect(key('aes-256'), files));
    expect(rule([{ ...file, name: 'x.byok' }])).toBe('BLOB-SHAPE-VALID');
    expect(rule([file, file])).toBe('BLOB-SHAPE-VALID');
    expect(rule([])).toBe('BLOB-SHAPE-VALID');
    expect(rule([file])).toBeNull();
  });

  it('the KEK size it was not made for', () => {
    const files = assemble('ec-p256', 152);
    expect(ruleOf(() => azureKeyVault.inspect(key('ec-p256', 3072), files))).toBe('BLOB-SHAPE-VALID');
  });

  it('or accepts, never crashes, whatever byte changed', () => {
    const bytes = new TextEncoder().encode(good);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(3), (at, byte, cut) => {
        const changed = bytes.slice(0, bytes.length - cut);
        changed[Math.min(at, changed.length - 1)] = byte;
        expect([null, 'BLOB-SHAPE-VALID']).toContain(
          ruleOf(() => azureKeyVault.inspect(key('ec-p256'), [{ name, bytes: changed }])),
        );
      }),
    );
  });
});
