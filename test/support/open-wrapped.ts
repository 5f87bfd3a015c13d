import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openssl } from './openssl.ts';
import { scratchFolder } from './token.ts';

/** OpenSSL reads keys and RFC 5649 input from files only; a scratch folder of its own holds them for a moment. */
function withFile<T>(bytes: Uint8Array, use: (file: string) => T): T {
  const { folder, remove } = scratchFolder();
  const file = join(folder, 'input');
  try {
    writeFileSync(file, bytes, { mode: 0o600 });
    return use(file);
  } finally {
    rmSync(file, { force: true });
    remove();
  }
}

/**
 * Opens what RSA wrapped, through the OpenSSL command line.
 * @param part - as long as the modulus
 * @param pkcs8 - the private half of a test KEK
 * @param oaepHash - `sha1`, `sha256`, ... for OAEP with MGF1 of the same hash; null for RSAES-PKCS1-v1_5
 */
export function openRsaPart(part: Uint8Array, pkcs8: Uint8Array, oaepHash: string | null): Uint8Array {
  const options =
    oaepHash === null
      ? ['rsa_padding_mode:pkcs1']
      : ['rsa_padding_mode:oaep', `rsa_oaep_md:${oaepHash}`, `rsa_mgf1_md:${oaepHash}`];
  const given = options.flatMap((option) => ['-pkeyopt', option]);
  return withFile(pkcs8, (file) => openssl(['pkeyutl', '-decrypt', '-keyform', 'DER', '-inkey', file, ...given], part));
}

/**
 * Opens RFC 5649 through the OpenSSL command line.
 * @param part - the wrapped key
 * @param ephemeral - 32 bytes
 */
export function openKwpPart(part: Uint8Array, ephemeral: Uint8Array): Uint8Array {
  const hex = Buffer.from(ephemeral).toString('hex');
  return withFile(part, (file) =>
    openssl(['enc', '-d', '-id-aes256-wrap-pad', '-iv', 'A65959A6', '-K', hex, '-in', file]),
  );
}

/**
 * Opens both parts of a hybrid wrap in one piece.
 * @param blob - RSA part, then RFC 5649 part
 * @param rsaBytes - length of the modulus
 */
export function openHybrid(blob: Uint8Array, rsaBytes: number, pkcs8: Uint8Array, oaepHash: string | null): Uint8Array {
  const ephemeral = openRsaPart(blob.subarray(0, rsaBytes), pkcs8, oaepHash);
  if (ephemeral.length !== 32) throw new Error(`the ephemeral key has ${ephemeral.length} bytes`);
  return openKwpPart(blob.subarray(rsaBytes), ephemeral);
}
