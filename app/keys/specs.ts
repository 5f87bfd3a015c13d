/** What kind of key a spec names. Sizes in bits; EC curves by their JOSE name and the DER of their OID (SEC 2, RFC 5480). */
export type KeySpecInfo =
  | { readonly kind: 'rsa'; readonly bits: 2048 | 3072 | 4096 }
  | { readonly kind: 'ec'; readonly curve: CurveName }
  | { readonly kind: 'aes'; readonly bits: 128 | 192 | 256 }
  | { readonly kind: 'hmac'; readonly bits: 224 | 256 | 384 | 512 };

export type CurveName = 'P-256' | 'P-384' | 'P-521' | 'secp256k1';

/** Every key spec a plan may name. */
export const keySpecs = {
  'rsa-2048': { kind: 'rsa', bits: 2048 },
  'rsa-3072': { kind: 'rsa', bits: 3072 },
  'rsa-4096': { kind: 'rsa', bits: 4096 },
  'ec-p256': { kind: 'ec', curve: 'P-256' },
  'ec-p384': { kind: 'ec', curve: 'P-384' },
  'ec-p521': { kind: 'ec', curve: 'P-521' },
  'ec-secp256k1': { kind: 'ec', curve: 'secp256k1' },
  'aes-128': { kind: 'aes', bits: 128 },
  'aes-192': { kind: 'aes', bits: 192 },
  'aes-256': { kind: 'aes', bits: 256 },
  'hmac-224': { kind: 'hmac', bits: 224 },
  'hmac-256': { kind: 'hmac', bits: 256 },
  'hmac-384': { kind: 'hmac', bits: 384 },
  'hmac-512': { kind: 'hmac', bits: 512 },
} as const satisfies Record<string, KeySpecInfo>;

export type KeySpec = keyof typeof keySpecs;

/** All key specs, in the order of the table. */
export const keySpecNames = Object.keys(keySpecs) as readonly KeySpec[];

/** DER of the namedCurve OBJECT IDENTIFIER, hex: what CKA_EC_PARAMS and the AlgorithmIdentifier of an EC key carry. */
export const curveOids: Readonly<Record<CurveName, string>> = {
  'P-256': '06082a8648ce3d030107',
  'P-384': '06052b81040022',
  'P-521': '06052b81040023',
  secp256k1: '06052b8104000a',
};

/** All curves, in the order of the table. */
export const curveNames = Object.keys(curveOids) as readonly CurveName[];

/**
 * Says a spec as people do.
 * @param spec - the key spec
 * @returns `RSA 4096`, `EC P-256`, `AES 256`
 */
export function specInWords(spec: KeySpec): string {
  const info = keySpecs[spec];
  return `${info.kind.toUpperCase()} ${info.kind === 'ec' ? info.curve : info.bits}`;
}

/**
 * Tells whether a spec names a key pair, so that there is a public key to compare after the import.
 * @param spec - the key spec
 * @returns true for RSA and EC
 */
export function isAsymmetric(spec: KeySpec): boolean {
  const { kind } = keySpecs[spec];
  return kind === 'rsa' || kind === 'ec';
}
