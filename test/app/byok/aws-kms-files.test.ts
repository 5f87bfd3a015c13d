import { createHash } from 'node:crypto';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { awsKms } from '../../../app/byok/aws-kms.ts';
import type { AwsDestination } from '../../../app/byok/aws/destination.ts';
import type { KeyToCarry, OutboundFile, WrappedParts } from '../../../app/byok/format.ts';
import { wrapPlanOf } from '../../../app/byok/ways.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { jsonVector } from '../../vectors/read-vectors.ts';

const { keyPart } = jsonVector('azure-sizes.json') as { keyPart: Record<KeySpec, number[]> };
const pairSizes = Object.entries(keyPart)
  .filter(([spec]) => /^(?:rsa|ec)-/u.test(spec))
  .flatMap(([spec, lengths]) => lengths.map((length) => [spec as KeySpec, length] as const));
const secrets = ['aes-256', 'hmac-224', 'hmac-256', 'hmac-384', 'hmac-512'] as const;
const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const token = new Uint8Array(1824).fill(0xa5);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function key(spec: KeySpec, bits = 2048): KeyToCarry<AwsDestination> {
  const wrappingAlgorithm = /^(?:rsa|ec)-/u.test(spec) ? 'RSA_AES_KEY_WRAP_SHA_256' : 'RSAES_OAEP_SHA_1';
  const destination = parse(awsKms.schema, { type: 'aws-kms', keyId, wrappingAlgorithm });
  const wrap = wrapPlanOf(destination, spec, { option: null });
  return { keyId: 'payroll', spec, destination, kek: { id: keyId, bits }, wrap };
}

const hybrid = (rsaBytes: number, keyBytes: number): WrappedParts => ({
  wrappedEphemeral: new Uint8Array(rsaBytes).fill(0xfb),
  wrappedKey: new Uint8Array(keyBytes).fill(0xef),
  sealedNonce: null,
});
const direct = (rsaBytes: number): WrappedParts => ({
  wrappedEphemeral: null,
  wrappedKey: new Uint8Array(rsaBytes).fill(0xfb),
  sealedNonce: null,
});
const assemble = (
  to: KeyToCarry<AwsDestination>,
  parts: WrappedParts,
  importToken: Uint8Array | null = token,
): readonly OutboundFile[] => awsKms.assemble(to, parts, { importToken, nonce: null }, 'Keyferry');
const sealed = (...args: Parameters<typeof assemble>): string | null => ruleOf(() => assemble(...args));

describe('the files', () => {
  it('are the wrapped key in one piece and the token, as bytes', () => {
    const files = assemble(key('ec-p256'), hybrid(256, 152));
    expect(files.map(({ name }) => name)).toEqual(['EncryptedKeyMaterial.bin', 'ImportToken.bin']);
    expect(files[0]?.bytes).toEqual(new Uint8Array(Buffer.concat([Buffer.alloc(256, 0xfb), Buffer.alloc(152, 0xef)])));
    expect(files[1]?.bytes).toEqual(token);
  });

  it.each(pairSizes)('of %s hold a key part of %i bytes under every KEK', (spec, length) => {
    for (const bits of [2048, 3072, 4096]) {
      const files = assemble(key(spec, bits), hybrid(bits / 8, length));
      expect(awsKms.inspect(key(spec, bits), files)).toEqual({
        bytes: bits / 8 + length + token.length,
        parts: [
          { sha256: sha256(new Uint8Array(bits / 8).fill(0xfb)), bytes: bits / 8 },
          { sha256: sha256(new Uint8Array(length).fill(0xef)), bytes: length },
        ],
        importTokenSha256: sha256(token),
      });
    }
  });

  it.each(secrets)('of %s hold one part as long as the modulus', (spec) => {
    for (const bits of [2048, 3072, 4096]) {
      const files = assemble(key(spec, bits), direct(bits / 8));
      expect(awsKms.inspect(key(spec, bits), files)).toEqual({
        bytes: bits / 8 + token.length,
        parts: [{ sha256: sha256(new Uint8Array(bits / 8).fill(0xfb)), bytes: bits / 8 }],
        importTokenSha256: sha256(token),
      });
    }
  });

  it.each<[string, KeyToCarry<AwsDestination>, WrappedParts, Uint8Array | null]>([
    ['no RSA part', key('ec-p256'), { ...hybrid(256, 152), wrappedEphemeral: null }, token],
    ['no key part', key('ec-p256'), hybrid(256, 0), token],
    ['a key part of another spec', key('ec-p521'), hybrid(256, 152), token],
    ['a key part that is no multiple of 8', key('ec-p256'), hybrid(256, 153), token],
    ['the KEK of another size', key('ec-p256', 3072), hybrid(256, 152), token],
    ['an RSA part too short', key('rsa-2048'), hybrid(255, 1224), token],
    ['a hybrid wrap of a secret key', key('aes-256'), hybrid(256, 40), token],
    ['a direct wrap of a key pair', key('ec-p256'), direct(256), token],
    ['a direct part too short', key('hmac-512'), direct(255), token],
    ['a direct part too long', key('hmac-512'), direct(257), token],
    ['a blank direct part', key('hmac-512'), { ...direct(0), wrappedKey: new Uint8Array(256) }, token],
    ['a blank RSA part', key('ec-p256'), { ...hybrid(0, 152), wrappedEphemeral: new Uint8Array(256) }, token],
    ['a blank key part', key('ec-p256'), { ...hybrid(256, 0), wrappedKey: new Uint8Array(152) }, token],
    ['no token', key('aes-256'), direct(256), null],
    ['an empty token', key('aes-256'), direct(256), new Uint8Array()],
    ['a token too long', key('aes-256'), direct(256), new Uint8Array(6145).fill(1)],
  ])('with %s are refused', (_, to, parts, importToken) =>
    expect(sealed(to, parts, importToken)).toBe('BLOB-SHAPE-VALID'),
  );

  it.each([1, 6144])('may hold a token of %i bytes', (bytes) =>
    expect(sealed(key('aes-256'), direct(256), new Uint8Array(bytes).fill(1))).toBeNull(),
  );

  it('are both there, under their names, and nothing else', () => {
    const [material, imported] = assemble(key('aes-256'), direct(256));
    if (material === undefined || imported === undefined) return expect.unreachable();
    const rule = (...files: OutboundFile[]): string | null => ruleOf(() => awsKms.inspect(key('aes-256'), files));
    expect(rule(imported, material)).toBeNull();
    expect(rule(material)).toBe('BLOB-SHAPE-VALID');
    expect(rule(imported)).toBe('BLOB-SHAPE-VALID');
    expect(rule(material, imported, { ...imported, name: 'README.txt' })).toBe('BLOB-SHAPE-VALID');
    expect(rule(material, { ...imported, name: 'importToken.bin' })).toBe('BLOB-SHAPE-VALID');
    expect(rule({ ...material, name: imported.name }, { ...imported, name: material.name })).toBe('BLOB-SHAPE-VALID');
  });
});
