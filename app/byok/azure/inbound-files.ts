import * as v from 'valibot';
import { refuse } from '../../rules/refusal.ts';
import { notRecognised, parseMembers } from '../inbound/candidates.ts';
import type { Recognised } from '../inbound/recognise.ts';
import type { PublicKey } from '../../keys/spki.ts';

/** Null stands for an absent value: azure-cli prints every member of its models, mostly as null. */
const text = v.nullish(v.string(), null);
const moment = v.nullish(v.union([v.string(), v.pipe(v.number(), v.safeInteger())]), null);
const operations = v.nullish(v.array(v.string()), null);

/**
 * `az keyvault key show -o json` and the REST key bundle, as far as they are used: azure-cli spells `keyOps`, `expires`
 * and `notBefore` (ISO 8601), REST `key_ops`, `exp` and `nbf` (seconds since 1970).
 */
const keyBundle = v.looseObject({
  key: v.looseObject({ kid: v.string(), kty: v.string(), n: text, e: text, keyOps: operations, key_ops: operations }),
  attributes: v.nullish(
    v.pipe(
      v.unknown(),
      // An array would pass for an object without any of these.
      v.check((value) => !Array.isArray(value), 'an array stands where an object belongs'),
      v.looseObject({
        enabled: v.nullish(v.boolean(), null),
        expires: moment,
        exp: moment,
        notBefore: moment,
        nbf: moment,
      }),
    ),
    null,
  ),
});

export type KeyBundle = v.InferOutput<typeof keyBundle>;

/** One inbound file as Azure's. */
export type AzureFile = { readonly file: string } & (
  | { readonly kind: 'bundle'; readonly bundle: KeyBundle }
  | { readonly kind: 'pem'; readonly publicKey: PublicKey }
  | { readonly kind: 'kid'; readonly kid: string }
  | { readonly kind: 'readme' }
);

/**
 * Says what a recognised file is for Azure.
 * @param found - the file
 * @returns what it is; whether its values are good is not yet known
 * @throws Refused with INBOUND-JSON-MEMBERS, INBOUND-TEXT-ENCODING or INBOUND-FILES-RECOGNISED
 */
export function asAzureFile(found: Recognised): AzureFile {
  const { file } = found;
  switch (found.kind) {
    case 'json':
      return { file, kind: 'bundle', bundle: parseMembers(keyBundle, found.value, file) };
    case 'key':
      if (found.form === 'PEM') return { file, kind: 'pem', publicKey: found.publicKey };
      return notRecognised(found, 'a DER public key, which Azure does not download by default; bring PEM');
    case 'text': {
      // `--query key.kid` prints the kid in quotes unless `-o tsv` is given.
      const kid = /^"?(https:\/\/[!-~]+?)"?$/i.exec(found.text)?.[1];
      return kid === undefined ? unknown(found) : { file, kind: 'kid', kid };
    }
    case 'bytes':
      return refuse('INBOUND-TEXT-ENCODING', `${file} is neither UTF-8 nor UTF-16 text with a mark.`);
    case 'readme':
      return { file, kind: 'readme' };
  }
}

function unknown(found: Recognised): never {
  return notRecognised(found, 'neither key JSON, nor a PEM public key, nor a key identifier');
}
