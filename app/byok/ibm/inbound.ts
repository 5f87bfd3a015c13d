import * as v from 'valibot';
import { refuse } from '../../rules/refusal.ts';
import type { PublicKey } from '../../keys/spki.ts';
import type { InboundFile, InboundReading, Kek, RoomTime } from '../format.ts';
import { notRecognised, onlyOne, parseMembers, readmeLabel } from '../inbound/candidates.ts';
import { checkDeadline, momentOf } from '../inbound/deadline.ts';
import { encodingNotices, recogniseFile, type Recognised } from '../inbound/recognise.ts';
import { exponentNotices, inboundBase64, rsaKek } from '../inbound/rsa-kek.ts';
import { sealedNonceBytes } from '../outbound/wrapped-shape.ts';
import { supportMatrix } from '../support-matrix.ts';
import type { IbmDestination } from './destination.ts';

const labels = { token: 'JSON of GET /api/v2/import_token', readme: readmeLabel } as const;

/** The answer of GET /api/v2/import_token, as far as it is used (ibm-cloud-docs/key-protect, create-import-tokens.md). */
const importToken = v.looseObject({
  payload: v.string(),
  nonce: v.string(),
  // Null stands for an absent value: what is missing here deserves a remedy of its own.
  expirationDate: v.optional(v.nullable(v.string()), null),
});

type ImportToken = v.InferOutput<typeof importToken>;

type IbmFile = { readonly file: string } & (
  { readonly kind: 'token'; readonly token: ImportToken } | { readonly kind: 'readme' }
);

/** Import tokens have RSA-4096 keys, whose PEM text is `payload`. */
const [{ kekBits }] = supportMatrix['ibm-key-protect'];

/**
 * Reads what was carried in for one key. The answer does not name its instance, so that it cannot be compared with the
 * plan's.
 * @param files - every file of the key's folder
 * @param destination - parsed by the schema
 * @param room - the room's time, and the hours that the upload may take
 * @throws Refused with an INBOUND, KEK or IMPORT rule
 */
export function readIbmInbound(
  files: readonly InboundFile[],
  destination: IbmDestination,
  room: RoomTime,
): InboundReading {
  const recognised = files.map(recogniseFile);
  const found = recognised.map(asIbmFile);
  const answer = onlyOne(found, 'token', labels.token);
  if (answer === undefined) return refuse('INBOUND-FILES-COMPLETE', `There is no ${labels.token}.`);
  const { file, token } = answer;
  const { deadline, notices } = checkDeadline(endOf(token, file), 'the import token', file, room);
  const place = `${file}: payload`;
  const kek: Kek = {
    ...rsaKek(readPayload(token.payload, place), kekBits, place),
    id: destination.instance,
    deadline,
    option: null,
  };
  return {
    kek,
    carried: { importToken: null, nonce: readNonce(token.nonce, `${file}: nonce`) },
    recognised: found.map((each) => ({ file: each.file, as: labels[each.kind] })),
    notices: [...encodingNotices(recognised), ...exponentNotices(kek, place), ...notices],
  };
}

function asIbmFile(found: Recognised): IbmFile {
  const { file } = found;
  switch (found.kind) {
    case 'json':
      return { file, kind: 'token', token: parseMembers(importToken, found.value, file) };
    case 'readme':
      return { file, kind: 'readme' };
    case 'key':
    case 'text':
    case 'bytes':
      return notRecognised(found, `no ${labels.token}`);
  }
}

/** What `ibmcloud kp import-token show` prints has key and nonce but no end (key-protect-cli-commands.md). */
function endOf({ expirationDate }: ImportToken, file: string): number {
  if (expirationDate === null) {
    return refuse('INBOUND-JSON-MEMBERS', `${file}: member "expirationDate" is missing.`, {
      remedy: `Bring the ${labels.token}: what the command line of IBM shows does not say when the import token ends.`,
    });
  }
  const place = `${file}: expirationDate`;
  // RFC 3339 only: digits alone would be read as seconds since 1970.
  if (!expirationDate.includes('T')) refuse('INBOUND-JSON-MEMBERS', `${place} is not a moment of RFC 3339.`);
  return momentOf(expirationDate, place);
}

/** Base64 of PEM text, which is base64 itself: read as the file that it is. */
function readPayload(text: string, place: string): PublicKey {
  const found = recogniseFile({ name: place, bytes: inboundBase64(text, place) });
  if (found.kind === 'key' && found.form === 'PEM' && found.encoding === 'UTF-8') return found.publicKey;
  return refuse('INBOUND-PEM-ONE-PUBLIC-KEY', `${place} is not base64 of a PEM public key.`);
}

function readNonce(text: string, place: string): Uint8Array {
  const nonce = inboundBase64(text, place);
  if (nonce.length === sealedNonceBytes.nonce) return nonce;
  return refuse('IMPORT-NONCE-SIZED', `${place} has ${nonce.length} bytes.`);
}
