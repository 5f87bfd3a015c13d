import * as v from 'valibot';
import { refuse } from '../../rules/refusal.ts';
import type { PublicKey } from '../../keys/spki.ts';
import type { InboundFile, InboundReading, Kek, Notice, RoomTime } from '../format.ts';
import { notRecognised, onlyOne, parseMembers, readmeLabel } from '../inbound/candidates.ts';
import { checkParameters, parameterNames, type ImportParameters } from '../inbound/import-parameters.ts';
import { encodingNotices, recogniseFile, type Recognised } from '../inbound/recognise.ts';
import { checkedToken, exponentNotices, rsaKek } from '../inbound/rsa-kek.ts';
import { supportMatrix } from '../support-matrix.ts';
import { isInChina, isKeyName, readKeyName, type AwsDestination } from './destination.ts';
import { callOf, isOneCall, isTokenName, requirePlannedKey } from './file-names.ts';

/** What `get-parameters-for-import` prints. The time is a number by the API and CLI 1, ISO 8601 by CLI 2. */
const parametersSchema = v.pipe(
  v.looseObject({
    KeyId: v.string(),
    ImportToken: v.string(),
    PublicKey: v.string(),
    ParametersValidTo: v.union([v.string(), v.number()]),
  }),
  v.transform((answer): ImportParameters => ({
    keyId: answer.KeyId,
    publicKey: answer.PublicKey,
    importToken: answer.ImportToken,
    validTo: answer.ParametersValidTo,
  })),
);

/** One inbound file as AWS's. */
type AwsFile = { readonly file: string } & (
  | { readonly kind: 'parameters'; readonly parameters: ImportParameters }
  | { readonly kind: 'key'; readonly publicKey: PublicKey }
  | { readonly kind: 'token'; readonly token: Uint8Array }
  | { readonly kind: 'readme' }
);

type FileOf<K extends AwsFile['kind']> = Extract<AwsFile, { kind: K }>;

/** What each kind of file is called on the screen. */
const labels: Readonly<Record<AwsFile['kind'], string>> = {
  parameters: 'JSON of get-parameters-for-import',
  key: 'wrapping public key',
  token: 'import token',
  readme: readmeLabel,
};

const [{ kekBits }] = supportMatrix['aws-kms'];

/** What a wrapping key and a token are together, in whichever form they came. */
interface Pair {
  readonly publicKey: PublicKey;
  /** File and member of the key. */
  readonly place: string;
  readonly importToken: Uint8Array;
  readonly deadline: string | null;
  readonly notices: readonly Notice[];
}

/**
 * Reads what was carried in for one key: the JSON of the API, or the two files of the console, packed or not.
 * @param files - every file of the key's folder; those of a zip are named `<zip>/<file>`
 * @param destination - parsed by the schema
 * @param room - the room's time, and the hours that the upload may take
 * @throws Refused with an INBOUND, KEK or IMPORT rule
 */
export function readAwsInbound(
  files: readonly InboundFile[],
  destination: AwsDestination,
  room: RoomTime,
): InboundReading {
  const recognised = files.map(recogniseFile);
  const found = recognised.map(asAwsFile);
  const { publicKey, place, importToken, deadline, notices } = pairOf(found, destination, room);
  const kek: Kek = { ...rsaKek(publicKey, kekBits, place), id: destination.keyId, deadline, option: null };
  return {
    kek,
    carried: { importToken, nonce: null },
    recognised: found.map(({ file, kind }) => ({ file, as: labels[kind] })),
    notices: [
      ...encodingNotices(recognised.filter(({ kind }) => kind === 'json')),
      ...exponentNotices(kek, place),
      ...notices,
    ],
  };
}

function asAwsFile(found: Recognised): AwsFile {
  const { file } = found;
  switch (found.kind) {
    case 'json':
      return { file, kind: 'parameters', parameters: parseMembers(parametersSchema, found.value, file) };
    case 'key':
      if (found.form === 'DER') return { file, kind: 'key', publicKey: found.publicKey };
      return notRecognised(found, 'a PEM public key, while AWS hands out DER; bring its own file');
    case 'text':
    case 'bytes':
      return asToken(found);
    case 'readme':
      return { file, kind: 'readme' };
  }
}

/** Only its name says that a file is a token. */
function asToken(found: Extract<Recognised, { readonly kind: 'text' | 'bytes' }>): AwsFile {
  const { file, bytes } = found;
  if (!isTokenName(file)) {
    return notRecognised(found, 'neither JSON, nor a DER public key, nor named like an import token');
  }
  // Somebody's decoding undone: it would be encoded a second time on its way back.
  if (found.kind === 'text' && /^[A-Za-z0-9+/_\s-]{100,}={0,2}$/.test(found.text)) {
    return notRecognised(found, 'an import token in base64, while the console hands out bytes; bring its own file');
  }
  return { file, kind: 'token', token: bytes };
}

function pairOf(found: readonly AwsFile[], destination: AwsDestination, room: RoomTime): Pair {
  const parameters = onlyOne(found, 'parameters', labels.parameters);
  const key = onlyOne(found, 'key', labels.key);
  const token = onlyOne(found, 'token', labels.token);
  if (parameters === undefined) {
    if (key !== undefined && token !== undefined) return consolePair(key, token, destination);
    return refuse('INBOUND-FILES-COMPLETE', `There is no ${missing(key, token)}.`);
  }
  const loose = key ?? token;
  if (loose === undefined) return apiPair(parameters, destination, room);
  return refuse('INBOUND-ONE-CANDIDATE', `${parameters.file} and ${loose.file} both hold the ${labels[loose.kind]}.`);
}

function missing(key: FileOf<'key'> | undefined, token: FileOf<'token'> | undefined): string {
  if (key !== undefined) return `${labels.token} beside ${key.file}`;
  if (token !== undefined) return `${labels.key} beside ${token.file}`;
  return `${labels.parameters}, nor the ${labels.key} and ${labels.token} of the console`;
}

function apiPair({ file, parameters }: FileOf<'parameters'>, destination: AwsDestination, room: RoomTime): Pair {
  requireAnsweredKey(file, parameters.keyId, destination.keyId);
  return { ...checkParameters(parameters, parameterNames, file, room), place: `${file}: ${parameterNames.publicKey}` };
}

/** The answer names the key by its ARN, the plan perhaps only by its id. */
function requireAnsweredKey(file: string, answered: string, planned: string): void {
  if (!isKeyName(answered))
    refuse('INBOUND-FOR-PLANNED-KEY', `${file}: ${parameterNames.keyId} is no key id or key ARN.`);
  const [there, here] = [readKeyName(answered), readKeyName(planned)];
  const isSamePlace = there.arn === null || here.arn === null || answered === planned;
  if (there.id !== here.id || !isSamePlace) {
    refuse('INBOUND-FOR-PLANNED-KEY', `${file} is for the key "${answered}", not for "${planned}".`);
  }
  // AWS in China wraps otherwise, and only an ARN tells the plan so.
  if (isInChina(answered) && !isInChina(planned)) {
    refuse('INBOUND-FOR-PLANNED-KEY', `${file} is for a key in China; the plan must then name it by its ARN.`);
  }
}

/** The files of the console say nothing of themselves but what their names say. */
function consolePair(key: FileOf<'key'>, token: FileOf<'token'>, { keyId }: AwsDestination): Pair {
  const { id } = readKeyName(keyId);
  for (const { file } of [key, token]) requirePlannedKey(file, id);
  if (!isOneCall(callOf(key.file), callOf(token.file))) {
    refuse('KEK-FILES-AGREE', `${key.file} and ${token.file} were not downloaded together.`);
  }
  const text = `${token.file} does not say when it ends: 24 hours after its download.`;
  return {
    publicKey: key.publicKey,
    place: key.file,
    importToken: checkedToken(token.token, token.file),
    deadline: null,
    notices: [{ rule: 'IMPORT-DEADLINE-KNOWN', text }],
  };
}
