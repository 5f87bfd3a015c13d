import type { InShells, UploadCommand } from '../format.ts';
import { inOneBlock, removeFile } from './shell.ts';

/**
 * Where the online desk puts what it fetches from the cloud: one level above the bundle, since a file more inside would
 * fail its verification. By the key id, which is the plan's only name for one key.
 * @param keyId - from the plan
 * @param ending - `pem`
 */
export function fetchedFile(keyId: string, ending: string): string {
  return `../${keyId}.cloud.${ending}`;
}

/**
 * The strongest check there is: the cloud's public key is the one that the HSM gave. Both hashes are shown, for the eye and
 * for MANIFEST.json; what counts is the last line. No key at all is not the same as no key at all.
 * @param keyId - from the plan
 * @param folder - the key's folder, relative to the top of the bundle
 * @param fetch - commands that write the cloud's public key as PEM to {@link fetchedFile} of the key
 */
export function comparePublicKeys(keyId: string, folder: string, fetch: InShells): UploadCommand {
  const [cloud, ours] = [fetchedFile(keyId, 'pem'), `${folder}/public-key.pem`];
  const clean = removeFile(cloud);
  return {
    purpose: `Compare the public keys: the last line says SAME. Above it stand the SHA-256 of the key in the cloud and that of ${ours}; publicKey.spkiSha256 in MANIFEST.json is the same. DIFFERENT: stop, and put the key in the cloud to no use.`,
    posix: [
      clean.posix,
      fetch.posix,
      `CLOUD=$(openssl pkey -pubin -in '${cloud}')`,
      `OURS=$(openssl pkey -pubin -in '${ours}')`,
      'for KEY in "$CLOUD" "$OURS"; do printf \'%s\\n\' "$KEY" | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r; done',
      'test -n "$CLOUD" && test "$CLOUD" = "$OURS" && echo SAME || echo DIFFERENT',
    ].join('\n'),
    // Windows has no OpenSSL: without its first and last line, a PEM file is base64 of the DER.
    powershell: inOneBlock(
      clean.powershell,
      fetch.powershell,
      `$cloud, $ours = '${cloud}', '${ours}' | ForEach-Object {`,
      "  $der = [Convert]::FromBase64String(((Get-Content $_) -notmatch '-----') -join '')",
      "  ([BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($der)) -replace '-').ToLower()",
      '}',
      "$cloud; $ours; if ($cloud -eq $ours) { 'SAME' } else { 'DIFFERENT' }",
    ),
  };
}
