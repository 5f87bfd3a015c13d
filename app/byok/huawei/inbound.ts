import type { PublicKey } from '../../keys/spki.ts';
import { refuse } from '../../rules/refusal.ts';
import type { InboundFile, InboundReading, Kek, Notice, RoomTime } from '../format.ts';
import { onlyOne, readmeLabel } from '../inbound/candidates.ts';
import { checkParameters, type ParameterNames } from '../inbound/import-parameters.ts';
import { encodingNotices, recogniseFile } from '../inbound/recognise.ts';
import { exponentNotices, rsaKek } from '../inbound/rsa-kek.ts';
import { supportMatrix } from '../support-matrix.ts';
import { isTokenSized, keyIdsIn, tokenCharacters, type HuaweiDestination } from './destination.ts';
import { asHuaweiFile, downloadName, type HuaweiAnswer, type HuaweiFile } from './inbound-files.ts';

const labels: Readonly<Record<HuaweiFile['kind'], string>> = {
  answer: 'JSON of get-parameters-for-import',
  key: 'wrapping key',
  token: 'import token',
  readme: readmeLabel,
};

const names: ParameterNames = {
  keyId: 'key_id',
  publicKey: 'public_key',
  importToken: 'import_token',
  validTo: 'expiration_time',
};

/** "The returned public key type is RSA_2048" (get-parameters-for-import). */
const [{ kekBits }] = supportMatrix['huawei-kms'];

type FileOf<K extends HuaweiFile['kind']> = Extract<HuaweiFile, { readonly kind: K }>;

/** Wrapping key and import token of one call, wherever they stood. */
interface Pair {
  readonly publicKey: PublicKey;
  /** File, and member where there is one, for the causes. */
  readonly keyPlace: string;
  readonly token: Uint8Array;
  readonly tokenPlace: string;
  readonly deadline: string | null;
  readonly notices: readonly Notice[];
}

/**
 * Reads what was carried in for one key: the JSON of get-parameters-for-import, or wrapping key and import token as two
 * files.
 * @param files - every file of the key's folder
 * @param destination - parsed by the schema
 * @param room - the room's time, and the hours that the upload may take
 * @throws Refused with an INBOUND, KEK or IMPORT rule
 */
export function readHuaweiInbound(
  files: readonly InboundFile[],
  destination: HuaweiDestination,
  room: RoomTime,
): InboundReading {
  const recognised = files.map(recogniseFile);
  const found = recognised.map(asHuaweiFile);
  const answer = onlyOne(found, 'answer', labels.answer);
  const key = onlyOne(found, 'key', labels.key);
  const token = onlyOne(found, 'token', labels.token);
  refuseBeside(answer, key ?? token);
  checkDownloadNames([key, token], destination);
  const pair = answer === undefined ? fromFiles(key, token) : fromAnswer(answer, destination, room);
  checkTokenSize(pair);
  const kek: Kek = {
    ...rsaKek(pair.publicKey, kekBits, pair.keyPlace),
    id: destination.keyId,
    deadline: pair.deadline,
    option: null,
  };
  return {
    kek,
    carried: { importToken: pair.token, nonce: null },
    recognised: found.map(({ file, kind }) => ({ file, as: labels[kind] })),
    notices: [
      ...encodingNotices(recognised),
      ...exponentNotices(kek, pair.keyPlace),
      ...tokenNotices(pair, destination),
      ...pair.notices,
    ],
  };
}

/** Names of the older console generation carry key id and download time: those of one download are the same. */
function checkDownloadNames(files: readonly (HuaweiFile | undefined)[], { keyId }: HuaweiDestination): void {
  const [first, second] = files.flatMap((each) => (each === undefined ? [] : (downloadName(each.file) ?? [])));
  if (first === undefined) return;
  if (second !== undefined && (first.keyId !== second.keyId || first.time !== second.time)) {
    refuse('KEK-FILES-AGREE', `By their names, ${first.file} and ${second.file} are of two downloads.`);
  }
  if (first.keyId !== keyId) {
    refuse('INBOUND-FOR-PLANNED-KEY', `By its name, ${first.file} is for another key than ${keyId}.`);
  }
}

function fromAnswer({ answer, file }: FileOf<'answer'>, { keyId }: HuaweiDestination, room: RoomTime): Pair {
  if (answer.key_id !== keyId) {
    refuse('INBOUND-FOR-PLANNED-KEY', `${file} is for the key "${answer.key_id.slice(0, 200)}", not for "${keyId}".`);
  }
  const { importToken, ...checked } = checkParameters(parametersOf(answer), names, file, room);
  return {
    ...checked,
    keyPlace: `${file}: ${names.publicKey}`,
    token: importToken,
    tokenPlace: `${file}: ${names.importToken}`,
  };
}

function parametersOf(answer: HuaweiAnswer) {
  return {
    keyId: answer.key_id,
    publicKey: answer.public_key,
    importToken: answer.import_token,
    validTo: answer.expiration_time,
  };
}

function fromFiles(key: FileOf<'key'> | undefined, token: FileOf<'token'> | undefined): Pair {
  if (key === undefined) {
    const there = token === undefined ? 'neither JSON of get-parameters-for-import nor' : 'an import token without';
    return refuse('INBOUND-FILES-COMPLETE', `There is ${there} a wrapping key.`);
  }
  if (token === undefined) {
    const cause = `${key.file} is a wrapping key without its import token, which the console of today does not hand out.`;
    const remedy =
      'Have the online desk call get-parameters-for-import and bring its JSON: a token of another call does not fit this wrapping key.';
    return refuse('INBOUND-FILES-COMPLETE', cause, { remedy });
  }
  const text = `${key.file} and ${token.file} do not say when the import token ends.`;
  return {
    publicKey: key.publicKey,
    keyPlace: key.file,
    token: token.token,
    tokenPlace: token.file,
    deadline: null,
    notices: [{ rule: 'IMPORT-DEADLINE-KNOWN', text }],
  };
}

/** Two candidates for the same thing: nobody should have to guess which of them counts, even where they agree today. */
function refuseBeside(answer: FileOf<'answer'> | undefined, loose: HuaweiFile | undefined): void {
  if (answer === undefined || loose === undefined) return;
  refuse('INBOUND-ONE-CANDIDATE', `${answer.file} and ${loose.file} both hold the ${labels[loose.kind]}.`);
}

function checkTokenSize({ token, tokenPlace }: Pair): void {
  if (isTokenSized(token)) return;
  const { least, most } = tokenCharacters;
  const wanted = `Huawei's have ${least} to ${most} characters of base64`;
  refuse('IMPORT-TOKEN-SIZED', `${tokenPlace}: an import token of ${token.length} bytes; ${wanted}.`);
}

/**
 * The published token of Open Telekom Cloud holds an id of that shape in the clear; what it is, no page says. So it is
 * worth a word, never a refusal.
 */
function tokenNotices({ token, tokenPlace }: Pair, { keyId }: HuaweiDestination): Notice[] {
  const ids = keyIdsIn(Array.from(token, (byte) => String.fromCharCode(byte)).join(''));
  const [other] = ids;
  if (other === undefined || ids.includes(keyId)) return [];
  const text = `${tokenPlace} holds the id ${other}, and not ${keyId}, the key of the plan.`;
  return [{ rule: 'IMPORT-TOKEN-NAMES-KEY', text }];
}
