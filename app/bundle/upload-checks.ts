import type { UploadCommand } from '../byok/format.ts';

/** Sets the hash out as the room prints it: capitals, in groups of four. */
const hashManifest: UploadCommand = {
  purpose: 'Compare the hash of MANIFEST.json with the one that the room read out or printed.',
  posix: "openssl dgst -sha256 -r MANIFEST.json | cut -c 1-64 | tr 'a-f' 'A-F' | sed 's/..../& /g'",
  powershell: "(Get-FileHash -Algorithm SHA256 -LiteralPath MANIFEST.json).Hash -replace '....', '$0 '",
};

/** Says on which bytes of the bundle the upload rests. Both commands name every file, and say which differs. */
const compareFiles: UploadCommand = {
  purpose: 'Compare every file with MANIFEST.json. Go on only when each one is OK.',
  // macOS has shasum, and sha256sum only of late.
  posix: [
    `awk -F'"' '$2=="path"{p=$4} $2=="sha256"{print $4"  "p}' MANIFEST.json |`,
    '  if command -v sha256sum > /dev/null; then sha256sum -c -; else shasum -a 256 -c -; fi',
  ].join('\n'),
  powershell: [
    '(Get-Content -Raw MANIFEST.json | ConvertFrom-Json).files | ForEach-Object {',
    "  $same = (Get-FileHash -Algorithm SHA256 -LiteralPath $_.path).Hash -eq $_.sha256; '{0}: {1}' -f $_.path, $(if ($same) { 'OK' } else { 'DIFFERS' })",
    '}',
  ].join('\n'),
};

/** What the online desk does before anything is uploaded. */
export const checksBefore: readonly UploadCommand[] = [hashManifest, compareFiles];
