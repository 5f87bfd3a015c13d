import { refuser } from '../keys/refuser.ts';
import { keySpecs } from '../keys/specs.ts';
import type { DestinationFormat, Way } from './format.ts';
import { algorithmOf, googleSchema, namesOf, ringOf, type GoogleDestination } from './google/destination.ts';
import { readImportJob } from './google/import-job.ts';
import { googleUpload, wrappedKeyFile } from './google/upload.ts';
import { exactFiles } from './outbound/files.ts';
import { checkJoined, joinParts } from './outbound/joined-parts.ts';
import { summaryOf } from './outbound/wrapped-shape.ts';
import { supportMatrix } from './support-matrix.ts';

/**
 * Google Cloud KMS: an import job names the method, RSA-AES or RSA-OAEP, and gives a public key of its own for three
 * days. MGF1 has the hash of OAEP, the label is empty; the ephemeral key is AES-256; key pairs are PKCS#8, secret keys
 * raw. What goes back is raw bytes, at most 64 KiB by gcloud.
 * Sources: googleapis, google/cloud/kms/v1/{service,resources}.proto; docs.cloud.google.com/kms/docs/{key-import,
 * key-wrapping,importing-a-key,troubleshooting-failed-imports}; Google Cloud SDK 578.0.0 (2026-08-04).
 * UNCONFIRMED: import of post-quantum keys, which are not offered.
 */
export const googleCloudKms: DestinationFormat<GoogleDestination> = {
  type: 'google-cloud-kms',
  title: 'Google Cloud KMS',
  schema: googleSchema,

  ways: waysTo,

  // The import job decides, which is known when its JSON comes in.
  option: () => null,

  whyNot(destination, spec) {
    const info = keySpecs[spec];
    if (info.kind === 'aes' && info.bits !== 256)
      return 'Google imports AES keys of 256 bits for what Keyferry serves there';
    if (info.kind === 'ec' && info.curve === 'P-521') return 'Google has no algorithm for keys on P-521';
    return `the algorithm ${destination.algorithm} is for ${algorithmOf(destination).spec} keys`;
  },

  refusesNow: () => null,
  cautions: () => [],
  scope: ({ importJob }) => importJob,
  isKekId: ({ importJob }, id) => id === importJob,
  takesZip: false,

  // Two keys of one plan would become two versions of one key.
  target: ({ cryptoKey }) => cryptoKey,

  describe(destination) {
    const { job, key } = namesOf(destination);
    return {
      service: 'Google Cloud KMS',
      place: `${ringOf(destination.cryptoKey)}, by import job ${job}`,
      name: key,
      uses: `${algorithmOf(destination).purpose}, ${destination.algorithm}`,
      end: null,
      kekLabel: 'Of import job',
    };
  },

  readInbound: (files, destination, room) => readImportJob(files, destination, waysTo(destination), room),

  assemble(key, parts) {
    const files = [{ name: wrappedKeyFile, bytes: joinParts(parts) }];
    googleCloudKms.inspect(key, files);
    return files;
  },

  inspect(key, files) {
    const refuse = refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`);
    const [blob = new Uint8Array()] = exactFiles(files, [wrappedKeyFile], refuse);
    return summaryOf(files, checkJoined(blob, key, wrappedKeyFile, refuse), null);
  },

  upload: googleUpload,
};

/** The methods that carry keys of the planned algorithm: one algorithm fits one key spec. */
function waysTo(destination: GoogleDestination): readonly Way[] {
  const { spec } = algorithmOf(destination);
  return supportMatrix['google-cloud-kms']
    .map((way: Way) => ({ ...way, specs: way.specs.filter((each) => each === spec) }))
    .filter(({ specs }) => specs.length > 0);
}
