import * as v from 'valibot';
import type { KeySpec } from '../../keys/specs.ts';
import { httpsOrigin } from '../names.ts';
import { supportMatrix } from '../support-matrix.ts';

/** Where the secrets engine is mounted: plain segments joined by `/`, none of dots only. */
const mountPath = v.pipe(
  v.string(),
  v.maxLength(127),
  v.regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/,
    'a mount has letters, digits, ".", "_" and "-", and "/" between its parts',
  ),
);

/** framework.GenericNameRegex (hashicorp/vault, sdk/framework/path.go), at most 127. */
const keyName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,125}[A-Za-z0-9_])?$/,
    'a key name has 1 to 127 letters, digits, "_", "." and "-", neither "." nor "-" at its ends',
  ),
);

/** Servers with this engine that a plan may name. */
export const vaultProducts = ['vault', 'openbao'] as const;

/** The plan's `destination` member for the transit secrets engine of HashiCorp Vault and OpenBao. */
export const vaultSchema = v.strictObject({
  type: v.literal('vault-transit'),
  address: httpsOrigin,
  mount: v.optional(mountPath, 'transit'),
  keyName,
  product: v.picklist(vaultProducts),
  hash: v.optional(v.picklist(supportMatrix['vault-transit'].map(({ option }) => option)), 'SHA256'),
});

export type VaultDestination = v.InferOutput<typeof vaultSchema>;

/** What each product and its command line are called, which variable names the server, and since when it imports keys. */
export const products = {
  vault: {
    name: 'Vault',
    command: 'vault',
    addressVariable: 'VAULT_ADDR',
    namespaceVariable: 'VAULT_NAMESPACE',
    since: '1.11',
  },
  // Every version: it began as a copy of a Vault that imports.
  openbao: {
    name: 'OpenBao',
    command: 'bao',
    addressVariable: 'BAO_ADDR',
    namespaceVariable: 'BAO_NAMESPACE',
    since: null,
  },
} as const;

const keyTypes: Readonly<Partial<Record<KeySpec, string>>> = {
  'aes-128': 'aes128-gcm96',
  'aes-256': 'aes256-gcm96',
  'hmac-224': 'hmac',
  'hmac-256': 'hmac',
  'hmac-384': 'hmac',
  'hmac-512': 'hmac',
  'rsa-2048': 'rsa-2048',
  'rsa-3072': 'rsa-3072',
  'rsa-4096': 'rsa-4096',
  'ec-p256': 'ecdsa-p256',
  'ec-p384': 'ecdsa-p384',
  'ec-p521': 'ecdsa-p521',
};

/**
 * What transit calls a key of a spec.
 * @param spec - one that has a way there
 */
export function keyTypeOf(spec: KeySpec): string {
  const type = keyTypes[spec];
  if (type === undefined) throw new Error(`transit has no key type for ${spec}`);
  return type;
}
