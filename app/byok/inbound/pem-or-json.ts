import type { PublicKey } from '../../keys/spki.ts';
import { refuse } from '../../rules/refusal.ts';
import { nothingCarried, type InboundFile, type InboundReading } from '../format.ts';
import { notRecognised, onlyOne, readmeLabel } from './candidates.ts';
import { encodingNotices, recogniseFile, type Recognised } from './recognise.ts';
import { exponentNotices, rsaKek } from './rsa-kek.ts';

/** What is known of a service that hands out nothing but the public key of its wrapping key, without an end. */
export interface PublicKeySource {
  /** What its JSON is called on the screen. */
  readonly jsonLabel: string;
  /** Modulus sizes that it makes wrapping keys of. */
  readonly kekBits: readonly number[];
  /** Takes the public key out of its JSON; refuses what is none. */
  keyOf(value: unknown, file: string): PublicKey;
}

/** One inbound file as such a service's. */
type KeyFile = { readonly file: string } & (
  | { readonly kind: 'pem'; readonly publicKey: PublicKey }
  | { readonly kind: 'json'; readonly publicKey: PublicKey }
  | { readonly kind: 'readme' }
);

const pemLabel = 'PEM public key';

/**
 * Reads a wrapping key that was brought as PEM, or as the JSON of the service's API or CLI.
 * @param files - every file of the key's folder
 * @param source - the service
 * @throws Refused with an INBOUND or KEK rule
 */
export function readPemOrJson(files: readonly InboundFile[], source: PublicKeySource): InboundReading {
  const recognised = files.map(recogniseFile);
  const found = recognised.map((file) => asKeyFile(file, source));
  const pem = onlyOne(found, 'pem', pemLabel);
  const json = onlyOne(found, 'json', source.jsonLabel);
  const given = pem ?? json;
  if (given === undefined) {
    return refuse('INBOUND-FILES-COMPLETE', `There is neither ${pemLabel} nor ${source.jsonLabel}.`);
  }
  if (pem !== undefined && json !== undefined) {
    return refuse('INBOUND-ONE-CANDIDATE', `${pem.file} and ${json.file} both hold the wrapping key.`);
  }
  const numbers = rsaKek(given.publicKey, source.kekBits, given.file);
  const labels = { pem: pemLabel, json: source.jsonLabel, readme: readmeLabel };
  return {
    kek: { ...numbers, id: null, deadline: null, option: null },
    carried: nothingCarried,
    recognised: found.map(({ file, kind }) => ({ file, as: labels[kind] })),
    notices: [...encodingNotices(recognised), ...exponentNotices(numbers, given.file)],
  };
}

function asKeyFile(found: Recognised, source: PublicKeySource): KeyFile {
  const { file, kind } = found;
  switch (kind) {
    case 'json':
      return { file, kind, publicKey: source.keyOf(found.value, file) };
    case 'key':
      if (found.form === 'PEM') return { file, kind: 'pem', publicKey: found.publicKey };
      return notRecognised(found, `a DER public key; bring ${pemLabel} or ${source.jsonLabel}`);
    case 'readme':
      return { file, kind };
    case 'text':
    case 'bytes':
      return notRecognised(found, `neither ${pemLabel} nor ${source.jsonLabel}`);
  }
}
