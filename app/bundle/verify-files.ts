import { sha256Hex } from '../keys/fingerprint.ts';
import { isAsymmetric } from '../keys/specs.ts';
import { refuse } from '../rules/refusal.ts';
import { keyFolder, layout, manifestNoteFile, publicKeyPath, sealFolders, verifierFile } from './layout.ts';
import type { Manifest } from './manifest.ts';
import { fileOf, holds, requireEqual, type Finding, type Readings } from './verification.ts';

/** Every file of a bundle but the manifest and those of its keys. */
const { manifest: manifestFile, ...otherFiles } = layout;

/**
 * Whether every listed file is there with its size and hash.
 * @throws Refused with BUNDLE-FILES-AS-LISTED
 */
export function checkListed({ files: listed }: Manifest, files: Readings['files']): Finding {
  for (const { path, sha256, bytes } of listed) {
    const found = fileOf(files, path);
    if (found.length !== bytes) {
      refuse('BUNDLE-FILES-AS-LISTED', `${path} has ${found.length} bytes; the manifest lists ${bytes}.`);
    }
    if (sha256Hex(found) !== sha256)
      refuse('BUNDLE-FILES-AS-LISTED', `${path} has another SHA-256 than the manifest lists.`);
  }
  return holds(`${listed.length} files`);
}

/**
 * Whether every file that is there is listed.
 * @throws Refused with BUNDLE-NO-UNLISTED-FILE
 */
export function checkUnlisted({ files: listed }: Manifest, files: Readings['files']): Finding {
  const known = new Set<string>([manifestFile, manifestNoteFile, ...listed.map(({ path }) => path)]);
  const foreign = [...files.keys()].filter((path) => !known.has(path));
  if (foreign.length > 0) refuse('BUNDLE-NO-UNLISTED-FILE', `Not listed: ${foreign.join(', ')}`);
  return holds('nothing besides the listed files');
}

/**
 * Whether the manifest lists, besides what lies under `keys/`, exactly the files that every bundle has: whatever else is
 * listed was not made by Keyferry, and nothing would say what it is.
 * @throws Refused with BUNDLE-FILES-KNOWN
 */
export function checkKnownFiles({ files }: Manifest): Finding {
  const sealed = ['keys/', ...sealFolders];
  const listed = files
    .map(({ path }) => path)
    .filter((path) => path !== verifierFile && !sealed.some((folder) => path.startsWith(folder)));
  requireEqual('BUNDLE-FILES-KNOWN', 'files', listed, Object.values(otherFiles).toSorted());
  return holds(`${listed.join(', ')} besides the keys`);
}

/**
 * Whether each key lists exactly the files in its folder, and nothing but keys lies under `keys/`.
 * @throws Refused with BUNDLE-BLOBS-AS-LISTED
 */
export function checkKeyFiles({ keys, files }: Manifest): Finding {
  const present = files.map(({ path }) => path).filter((path) => path.startsWith('keys/'));
  for (const { id, spec, files: listed } of keys) {
    const inFolder = present.filter((path) => path.startsWith(`${keyFolder(id)}/`));
    requireEqual('BUNDLE-BLOBS-AS-LISTED', `keys.${id}.files`, listed.toSorted(), inFolder);
    if (isAsymmetric(spec) !== listed.includes(publicKeyPath(id))) {
      refuse('BUNDLE-BLOBS-AS-LISTED', `Key ${id} of spec ${spec} and ${publicKeyPath(id)} do not go together.`);
    }
  }
  const stray = present.find((path) => !keys.some(({ id }) => path.startsWith(`${keyFolder(id)}/`)));
  if (stray !== undefined) refuse('BUNDLE-BLOBS-AS-LISTED', `${stray} belongs to no key of the manifest.`);
  return holds(`${present.length} files for ${keys.length} keys`);
}
