import { createPrivateKey, type KeyObject } from 'node:crypto';
import { Random } from './random.ts';

/** PKCS#8 of a key on P-256 (RFC 5208, RFC 5915) up to its scalar. */
const pkcs8Head = '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420';

/** A throw-away private key on P-256. */
function privateKey(random: Random): KeyObject {
  // The order of the curve begins with four bytes of ones: a first byte below that keeps the scalar in range.
  const scalar = Uint8Array.of(1 + random.below(254), ...random.bytes(31));
  const key = Buffer.concat([Buffer.from(pkcs8Head, 'hex'), scalar]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

const keys = Array.from({ length: 16 }, (_, seed) => privateKey(new Random(seed)));

/** Private keys in DER: PKCS#8, and as RFC 5915 has it. */
export const privateKeyBlobs: readonly Uint8Array[] = keys.flatMap((key) => [
  new Uint8Array(key.export({ format: 'der', type: 'pkcs8' })),
  new Uint8Array(key.export({ format: 'der', type: 'sec1' })),
]);

/** Private keys as text, in the ways in which people have one. */
export const privateKeyTexts: readonly string[] = keys.flatMap((key) => {
  const pem = String(key.export({ format: 'pem', type: 'pkcs8' }));
  const base64 = key.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  return [
    pem,
    String(key.export({ format: 'pem', type: 'sec1' })),
    base64,
    base64.replace(/.{64}/g, '$&\n'),
    Buffer.from(pem).toString('base64'),
    JSON.stringify(key.export({ format: 'jwk' })),
  ];
});

/**
 * Tells whether bytes are a private key that a library opens: DER of any kind, not encrypted.
 */
export function opensAsPrivateKey(bytes: Uint8Array): boolean {
  // A SEQUENCE that begins with a version; asking the library about everything else would take long.
  const [tag, length = 0] = bytes;
  if (tag !== 0x30 || bytes[length < 0x80 ? 2 : 2 + (length & 0x7f)] !== 0x02) return false;
  return (['pkcs8', 'pkcs1', 'sec1'] as const).some((type) => {
    try {
      createPrivateKey({ key: Buffer.from(bytes), format: 'der', type });
      return true;
    } catch {
      return false;
    }
  });
}
