import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs the OpenSSL 3 command line, the outside answer to our own code.
 * @param args - arguments; only throw-away test keys
 * @param input - standard input
 * @returns standard output
 */
export function openssl(args: readonly string[], input: Uint8Array = new Uint8Array()): Uint8Array {
  return new Uint8Array(execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'ignore'] }));
}

/** What `openssl genpkey` is told for each kind of key pair. */
const genpkey = {
  'rsa-1024': ['RSA', 'rsa_keygen_bits:1024'],
  'rsa-2048': ['RSA', 'rsa_keygen_bits:2048'],
  'rsa-3072': ['RSA', 'rsa_keygen_bits:3072'],
  'rsa-4096': ['RSA', 'rsa_keygen_bits:4096'],
  'ec-p256': ['EC', 'ec_paramgen_curve:P-256'],
  'ec-p384': ['EC', 'ec_paramgen_curve:P-384'],
  'ec-p521': ['EC', 'ec_paramgen_curve:P-521'],
  'ec-secp256k1': ['EC', 'ec_paramgen_curve:secp256k1'],
} as const;

export type PairSpec = keyof typeof genpkey;
/** The pairs that a plan may name; the 1024-bit one only shows what is too small. */
export const pairSpecs = (Object.keys(genpkey) as PairSpec[]).filter((spec) => spec !== 'rsa-1024');

/** A throw-away key pair: PKCS#8 and SubjectPublicKeyInfo, both DER. */
export function makePair(spec: PairSpec): { pkcs8: Uint8Array; spki: Uint8Array } {
  const [algorithm, option] = genpkey[spec];
  const made = openssl(['genpkey', '-algorithm', algorithm, '-pkeyopt', option, '-outform', 'DER']);
  const pkcs8 = openssl(['pkcs8', '-topk8', '-nocrypt', '-inform', 'DER', '-outform', 'DER'], made);
  return { pkcs8, spki: openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], pkcs8) };
}

/**
 * Whether OpenSSL takes a signature: ECDSA over SHA-256.
 * @param pem - public key
 * @param message - what was signed
 * @param signature - DER
 */
export function isSignedForOpenssl(pem: string, message: Uint8Array, signature: Uint8Array): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-openssl-'));
  try {
    const [key, sig] = [join(folder, 'key.pem'), join(folder, 'signature')];
    writeFileSync(key, pem);
    writeFileSync(sig, signature);
    return (
      spawnSync('openssl', ['dgst', '-sha256', '-verify', key, '-signature', sig], { input: message }).status === 0
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
