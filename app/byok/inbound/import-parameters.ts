import { refuse } from '../../rules/refusal.ts';
import type { InboundFile, InboundReading, Kek, Notice, RoomTime } from '../format.ts';
import type { PublicKey } from '../../keys/spki.ts';
import { notRecognised, onlyOne, readmeLabel } from './candidates.ts';
import { checkDeadline, momentOf } from './deadline.ts';
import { encodingNotices, readKey, recogniseFile, type Recognised } from './recognise.ts';
import { checkedToken, exponentNotices, inboundBase64, rsaKek } from './rsa-kek.ts';

/**
 * GetParametersForImport: a wrapping key, and the import token made with it for one key. AWS has it, and the clouds that
 * follow its API, as JSON under names of their own.
 */
export interface ImportParameters {
  /** The key that the token was made for, as the cloud names it. */
  readonly keyId: string;
  /** Base64 of SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** Base64. */
  readonly importToken: string;
  /** When both end: ISO 8601, or seconds since 1970. */
  readonly validTo: string | number;
}

/** What a destination calls a member, for causes. */
export type ParameterNames = Readonly<Record<keyof ImportParameters, string>>;

/** Names of the members as AWS and Tencent write them; Alibaba differs in one. */
export const parameterNames: ParameterNames = {
  keyId: 'KeyId',
  publicKey: 'PublicKey',
  importToken: 'ImportToken',
  validTo: 'ParametersValidTo',
};

/** The parameters after every check that needs no plan. */
export interface CheckedParameters {
  readonly publicKey: PublicKey;
  readonly importToken: Uint8Array;
  /** ISO 8601 with `Z`. */
  readonly deadline: string;
  readonly notices: readonly Notice[];
}

/**
 * Decodes and checks the members of one answer.
 * @param parameters - members of the right type
 * @param names - what the cloud calls them
 * @param file - the file they stand in
 * @param room - the room's time, and the hours that the upload may take
 * @throws Refused with INBOUND-BASE64-CANONICAL, INBOUND-NO-PRIVATE-KEY, INBOUND-DER-CANONICAL, IMPORT-TOKEN-SIZED,
 * INBOUND-JSON-MEMBERS or IMPORT-TOKEN-IN-FORCE
 */
export function checkParameters(
  { publicKey, importToken, validTo }: ImportParameters,
  names: ParameterNames,
  file: string,
  room: RoomTime,
): CheckedParameters {
  const [keyPlace, tokenPlace] = [`${file}: ${names.publicKey}`, `${file}: ${names.importToken}`];
  return {
    publicKey: readKey(inboundBase64(publicKey, keyPlace), keyPlace),
    importToken: checkedToken(inboundBase64(importToken, tokenPlace), tokenPlace),
    ...checkDeadline(momentOf(validTo, `${file}: ${names.validTo}`), 'the import token', file, room),
  };
}

/** What tells one cloud's answer from another's. */
export interface ParametersFile {
  /** What the file is called on the screen. */
  readonly label: string;
  readonly names: ParameterNames;
  /** @throws Refused with INBOUND-JSON-MEMBERS */
  readonly parse: (value: unknown, file: string) => ImportParameters;
  /** Modulus sizes of the cloud's wrapping keys. */
  readonly kekBits: readonly number[];
}

/**
 * Reads what was carried in for one key where the cloud's answer in JSON is all there is.
 * @param files - every file of the key's folder
 * @param keyId - the key of the plan
 * @param cloud - how its answer is read
 * @param room - the room's time, and the hours that the upload may take
 * @throws Refused with an INBOUND, KEK or IMPORT rule
 */
export function readParametersFile(
  files: readonly InboundFile[],
  keyId: string,
  cloud: ParametersFile,
  room: RoomTime,
): InboundReading {
  const recognised = files.map(recogniseFile);
  const found = recognised.map((each) => asParameters(each, cloud));
  const answer = onlyOne(found, 'parameters', cloud.label);
  if (answer === undefined) return refuse('INBOUND-FILES-COMPLETE', `There is no ${cloud.label}.`);
  const { file, parameters } = answer;
  if (parameters.keyId !== keyId) {
    refuse(
      'INBOUND-FOR-PLANNED-KEY',
      `${file} is for the key "${parameters.keyId.slice(0, 200)}", not for "${keyId}".`,
    );
  }
  const { publicKey, importToken, deadline, notices } = checkParameters(parameters, cloud.names, file, room);
  const place = `${file}: ${cloud.names.publicKey}`;
  const kek: Kek = { ...rsaKek(publicKey, cloud.kekBits, place), id: keyId, deadline, option: null };
  return {
    kek,
    carried: { importToken, nonce: null },
    recognised: found.map((each) => ({ file: each.file, as: each.kind === 'readme' ? readmeLabel : cloud.label })),
    notices: [...encodingNotices(recognised), ...exponentNotices(kek, place), ...notices],
  };
}

type Found = { readonly file: string } & (
  { readonly kind: 'parameters'; readonly parameters: ImportParameters } | { readonly kind: 'readme' }
);

function asParameters(found: Recognised, { label, parse }: ParametersFile): Found {
  const { file } = found;
  switch (found.kind) {
    case 'json':
      return { file, kind: 'parameters', parameters: parse(found.value, file) };
    case 'readme':
      return { file, kind: 'readme' };
    case 'key':
    case 'text':
    case 'bytes':
      return notRecognised(found, `no ${label}`);
  }
}
