import { base64ToBytes, base64UrlToBytes, equalBytes } from '../../keys/bytes.ts';
import { refuser } from '../../keys/refuser.ts';
import type { PublicKey } from '../../keys/spki.ts';
import { refuse } from '../../rules/refusal.ts';
import {
  nothingCarried,
  type InboundFile,
  type InboundReading,
  type Kek,
  type Notice,
  type RoomTime,
} from '../format.ts';
import { onlyOne, readmeLabel } from '../inbound/candidates.ts';
import { encodingNotices, recogniseFile } from '../inbound/recognise.ts';
import { exponentNotices, rsaKek } from '../inbound/rsa-kek.ts';
import { supportMatrix } from '../support-matrix.ts';
import { placeOf, type AzureDestination, type AzurePlace } from './destination.ts';
import { asAzureFile, type AzureFile } from './inbound-files.ts';
import { checkInForce } from './validity.ts';

type RsaPublicKey = Extract<PublicKey, { kind: 'rsa' }>;
type FileOf<K extends AzureFile['kind']> = Extract<AzureFile, { kind: K }>;

/** What each kind of file is called on the screen. */
const labels: Readonly<Record<AzureFile['kind'], string>> = {
  bundle: 'Azure key JSON',
  pem: 'PEM public key',
  kid: 'key identifier',
  readme: readmeLabel,
};

/** Sizes Azure makes key exchange keys of; Microsoft's pages create 4096. */
const [{ kekBits: kekSizes }] = supportMatrix['azure-key-vault'];

/**
 * Reads what was carried in for one key: the JSON of `az keyvault key show`, or a PEM public key and a text file with
 * the kid. More of them may be there; then they must agree.
 * @param files - every file of the key's folder
 * @param destination - parsed by the schema
 * @param room - the room's time, and the hours that the upload may take
 * @throws Refused with an INBOUND, KEK or AZURE rule
 */
export function readAzureInbound(
  files: readonly InboundFile[],
  destination: AzureDestination,
  room: RoomTime,
): InboundReading {
  const recognised = files.map(recogniseFile);
  const found = recognised.map(asAzureFile);
  const bundle = onlyOne(found, 'bundle', labels.bundle);
  const pem = onlyOne(found, 'pem', labels.pem);
  const kid = onlyOne(found, 'kid', labels.kid);
  if (bundle === undefined && (pem === undefined || kid === undefined)) {
    return refuse('INBOUND-FILES-COMPLETE', 'There is neither key JSON nor a PEM public key with a key identifier.');
  }
  const id = agreedKid(bundle, kid);
  checkKid(id, placeOf(destination));
  const validity = bundle === undefined ? [] : checkMetadata(bundle, room);
  const place = pem?.file ?? bundle?.file ?? '';
  const kek: Kek = { ...rsaKek(agreedKey(bundle, pem), kekSizes, place), id, deadline: null, option: null };
  return {
    kek,
    carried: nothingCarried,
    recognised: found.map(({ file, kind }) => ({ file, as: labels[kind] })),
    notices: [
      ...encodingNotices(recognised),
      ...metadataNotices(bundle, pem),
      ...exponentNotices(kek, place),
      ...validity,
    ],
  };
}

function agreedKid(bundle: FileOf<'bundle'> | undefined, kid: FileOf<'kid'> | undefined): string {
  const inBundle = bundle?.bundle.key.kid;
  const id = inBundle ?? kid?.kid ?? '';
  if (kid === undefined || kid.kid === id) return id;
  return refuse('KEK-FILES-AGREE', `${kid.file} names another wrapping key than ${bundle?.file ?? ''}.`);
}

/** Host and version of a key identifier; a host alone when it has no version. */
const kidPattern = /^https:\/\/([0-9a-z.-]+)\/keys\/[0-9a-z-]{1,127}(?:\/([0-9a-f]{32}))?$/i;

/**
 * Tells whether a text is a key identifier with its version, of the planned vault.
 * @param kid - any text
 */
export function isPlannedKid(kid: string, { hosts }: AzurePlace): boolean {
  const [, host, version] = kidPattern.exec(kid) ?? [];
  return host !== undefined && version !== undefined && hosts.includes(host.toLowerCase());
}

/** The kid is a URL of the planned vault with the version: Azure unwraps with exactly that version. */
function checkKid(kid: string, place: AzurePlace): void {
  const shown = kid.slice(0, 200);
  const [, host, version] = kidPattern.exec(kid) ?? [];
  if (host === undefined) refuse('AZURE-KID-VERSIONED', `"${shown}" is not an Azure key identifier.`);
  if (version === undefined) refuse('AZURE-KID-VERSIONED', `"${shown}" has no version.`);
  if (!place.hosts.includes(host.toLowerCase())) {
    refuse(
      'AZURE-KID-OF-PLANNED-VAULT',
      `The wrapping key lives at ${host}; the plan says ${place.hosts.join(' or ')}.`,
    );
  }
}

/** What only the JSON tells. */
function checkMetadata({ bundle, file }: FileOf<'bundle'>, room: RoomTime): Notice[] {
  const { kty, keyOps, key_ops: keyOpsRest } = bundle.key;
  if (kty !== 'RSA-HSM') refuse('AZURE-KEK-TYPE', `${file}: kty is "${kty.slice(0, 20)}".`);
  const operations = keyOps ?? keyOpsRest ?? [];
  const isOther = (list: readonly string[] | null): boolean =>
    list !== null && (list.length !== 1 || list[0] !== 'import');
  if (operations.length === 0 || isOther(keyOps) || isOther(keyOpsRest)) {
    refuse('AZURE-KEK-ONLY-IMPORTS', `${file}: the operations are [${operations.join(', ').slice(0, 100)}].`);
  }
  if (bundle.attributes !== null) return checkInForce(bundle.attributes, file, room);
  const text = `${file} has no attributes: whether the wrapping key is enabled, and until when, was not checked.`;
  return [{ rule: 'AZURE-KEK-METADATA-SEEN', text }];
}

function agreedKey(bundle: FileOf<'bundle'> | undefined, pem: FileOf<'pem'> | undefined): RsaPublicKey {
  const inPem = pem === undefined ? undefined : rsaOf(pem);
  const inBundle = bundle === undefined ? undefined : numbersOf(bundle);
  const isSame =
    inPem === undefined ||
    inBundle === undefined ||
    (equalBytes(inPem.modulus, inBundle.modulus) && equalBytes(inPem.exponent, inBundle.exponent));
  const key = inBundle ?? inPem;
  if (isSame && key !== undefined) return key;
  return refuse('KEK-FILES-AGREE', `n and e of ${bundle?.file ?? ''} are not those of ${pem?.file ?? ''}.`);
}

function rsaOf({ publicKey, file }: FileOf<'pem'>): RsaPublicKey {
  return publicKey.kind === 'rsa' ? publicKey : refuse('KEK-ALGORITHM-RSA', `${file} holds an elliptic curve key.`);
}

function numbersOf({ bundle, file }: FileOf<'bundle'>): RsaPublicKey {
  const { n, e } = bundle.key;
  return { kind: 'rsa', modulus: numberOf(n, `${file}: key.n`), exponent: numberOf(e, `${file}: key.e`) };
}

/** azure-cli prints base64 with padding, REST gives base64url without (RFC 7518 section 6.3.1). */
function numberOf(text: string | null, place: string): Uint8Array {
  if (text === null) return refuse('INBOUND-JSON-MEMBERS', `${place} is missing.`);
  const bytes = base64ToBytes(text) ?? base64UrlToBytes(text);
  if (bytes === null) return refuser('INBOUND-BASE64-CANONICAL', place)('it is not canonical base64 or base64url');
  return bytes[0] === 0 ? refuser('INBOUND-BASE64-CANONICAL', place)('the number has a leading zero byte') : bytes;
}

function metadataNotices(bundle: FileOf<'bundle'> | undefined, pem: FileOf<'pem'> | undefined): Notice[] {
  if (bundle !== undefined || pem === undefined) return [];
  const text = `${pem.file} came without key JSON: type, operations and expiry of the wrapping key were not checked.`;
  return [{ rule: 'AZURE-KEK-METADATA-SEEN', text }];
}
