import { createPublicKey } from 'node:crypto';

export const plannedKid = 'https://contoso-prod.vault.azure.net/keys/kek/0123456789abcdef0123456789abcdef';

/** Dotted member names and the values they get. */
export type Changes = Readonly<Record<string, unknown>>;

/**
 * What `az keyvault key show -o json` prints for a KEK: every member of the models, mostly null.
 * @param spki - DER SubjectPublicKeyInfo of an RSA key
 * @param changes - members to set to something else
 * @param numbers - how n and e are written: base64 by azure-cli, base64url by REST
 */
export function keyBundle(
  spki: Uint8Array,
  changes: Changes = {},
  numbers: 'base64' | 'base64url' = 'base64',
): Record<string, unknown> {
  const jwk = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'jwk' });
  const write = (text = ''): string => Buffer.from(text, 'base64url').toString(numbers);
  const absent = {
    crv: null,
    d: null,
    dp: null,
    dq: null,
    k: null,
    p: null,
    q: null,
    qi: null,
    t: null,
    x: null,
    y: null,
  };
  const bundle: Record<string, unknown> = {
    attributes: {
      created: '2026-11-20T09:12:44+00:00',
      enabled: true,
      expires: null,
      exportable: false,
      notBefore: null,
      recoverableDays: 90,
      recoveryLevel: 'Recoverable+Purgeable',
      updated: '2026-11-20T09:12:44+00:00',
    },
    key: { ...absent, e: write(jwk.e), keyOps: ['import'], kid: plannedKid, kty: 'RSA-HSM', n: write(jwk.n) },
    managed: null,
    releasePolicy: null,
    tags: null,
  };
  for (const [path, value] of Object.entries(changes)) setMember(bundle, path.split('.'), value);
  return bundle;
}

function setMember(target: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) target[name] = value;
  else setMember(target[name] as Record<string, unknown>, rest, value);
}
