import type { UploadCommand } from '../format.ts';

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
 * The strongest check there is: the cloud's public key is the one that the HSM gave.
 * @param keyId - from the plan
 * @param folder - the key's folder, relative to the top of the bundle
 * @param fetch - commands that write the cloud's public key as PEM to {@link fetchedFile} of the key
 */
export function comparePublicKeys(
  keyId: string,
  folder: string,
  fetch: { readonly posix: string; readonly powershell: string },
): UploadCommand {
  const files = [fetchedFile(keyId, 'pem'), `${folder}/public-key.pem`];
  const digests = files.map((file) => `openssl pkey -pubin -in '${file}' -outform DER | sha256sum`);
  const quoted = files.map((file) => `'${file}'`).join(', ');
  return {
    purpose: `Compare the public keys by SHA-256: the key in the cloud, ${folder}/public-key.pem, and publicKey.spkiSha256 in MANIFEST.json are the same.`,
    posix: [fetch.posix, ...digests].join('\n'),
    // Windows has no OpenSSL: without its first and last line, a PEM file is base64 of the DER.
    powershell: [
      fetch.powershell,
      `${quoted} | ForEach-Object {`,
      "  $der = [Convert]::FromBase64String(((Get-Content $_) -notmatch '-----') -join '')",
      "  ([BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($der)) -replace '-').ToLower()",
      '}',
    ].join('\n'),
  };
}
