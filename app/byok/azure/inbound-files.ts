import * as v from 'valibot';
import { maxInboundBytes, maxPublicKeyFileBytes } from '../../keys/limits.ts';
import { readPublicKeyPem } from '../../keys/pem.ts';
import { holdsPrivateJwk, holdsPrivateKey } from '../../keys/private-key.ts';
import { refuser } from '../../keys/refuser.ts';
import { readSpki, type PublicKey } from '../../keys/spki.ts';
import { parseStrictJsonText } from '../../keys/strict-json.ts';
import { decodeText, type InboundText } from '../../keys/text.ts';
import { refuse } from '../../rules/refusal.ts';
import type { InboundFile } from '../format.ts';

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
    v.looseObject({
      enabled: v.nullish(v.boolean(), null),
      expires: moment,
      exp: moment,
      notBefore: moment,
      nbf: moment,
    }),
    null,
  ),
});

export type KeyBundle = v.InferOutput<typeof keyBundle>;

/** One inbound file after recognition. */
export type AzureFile = { readonly file: string; readonly encoding: InboundText['encoding'] } & (
  | { readonly kind: 'bundle'; readonly bundle: KeyBundle }
  | { readonly kind: 'pem'; readonly publicKey: PublicKey }
  | { readonly kind: 'kid'; readonly kid: string }
);

/**
 * Recognises one inbound file by its content.
 * @param inbound - the file as the media gave it
 * @returns what it is, parsed strictly; whether its values are good is not yet known
 * @throws Refused with one of the INBOUND rules
 */
export function recogniseFile(inbound: InboundFile): AzureFile {
  const { name: file, bytes } = inbound;
  if (bytes.length > maxInboundBytes) refuse('INBOUND-SIZE-CAPPED', `${file} has ${bytes.length} bytes.`);
  if (holdsPrivateKey(bytes)) refuse('INBOUND-NO-PRIVATE-KEY', `${file} holds a private key.`);
  const decoded = decodeText(bytes);
  const content = decoded?.text.trim() ?? '';
  const encoding = decoded?.encoding ?? 'UTF-8';
  if (content.startsWith('{')) return { file, encoding, kind: 'bundle', bundle: readBundle(content, file) };
  if (content.includes('-----BEGIN ')) {
    if (bytes.length > maxPublicKeyFileBytes) refuse('INBOUND-SIZE-CAPPED', `${file} has ${bytes.length} bytes.`);
    const der = readPublicKeyPem(content, file);
    return { file, encoding, kind: 'pem', publicKey: readSpki(der, refuser('INBOUND-DER-CANONICAL', file)) };
  }
  // `--query key.kid` prints the kid in quotes unless `-o tsv` is given.
  const kid = /^"?(https:\/\/[!-~]+?)"?$/i.exec(content)?.[1];
  if (kid !== undefined) return { file, encoding, kind: 'kid', kid };
  if (decoded === null) refuse('INBOUND-TEXT-ENCODING', `${file} is neither UTF-8 nor UTF-16 text with a mark.`);
  return refuse('INBOUND-FILES-RECOGNISED', `${file} is neither key JSON, nor a PEM public key, nor a key identifier.`);
}

function readBundle(content: string, file: string): KeyBundle {
  const value = parseStrictJsonText(content, refuser('INBOUND-JSON-STRICT', file));
  if (holdsPrivateJwk(value)) refuse('INBOUND-NO-PRIVATE-KEY', `${file} holds a private key in JSON form.`);
  const parsed = v.safeParse(keyBundle, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return refuse('INBOUND-JSON-MEMBERS', `${file}: member "${v.getDotPath(issue) ?? ''}": ${issue.message}`);
}
