import * as v from 'valibot';
import { mostMarginHours } from '../audit/entry.ts';
import { keySpecNames } from '../keys/specs.ts';
import { roles } from './roles.ts';

const people = 'a number of people is a whole number from 0 to 20';
const count = v.pipe(v.number(people), v.integer(people), v.minValue(0, people), v.maxValue(20, people));
const counts = v.strictObject({
  administrator: v.optional(count, 0),
  operator: v.optional(count, 0),
  custodian: v.optional(count, 0),
  witness: v.optional(count, 0),
  auditor: v.optional(count, 0),
});

const titleGrammar = 'a title has 1 to 127 letters, digits, spaces, ".", "_" and "-", no "-" first';
/** Titles end up in file headings and printed pages: letters, digits, `.`, `_`, `-` and spaces, no leading `-`. */
const title = v.pipe(
  v.string(),
  v.regex(/^(?!-)[\p{L}\p{N}._ -]{1,127}$/u, titleGrammar),
  v.regex(/\S/u, 'a title is more than spaces'),
);

const purposeGrammar = 'a purpose has at most 500 printable characters on one line';
const purpose = v.pipe(
  v.string(),
  v.maxLength(500, purposeGrammar),
  v.regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, purposeGrammar),
);

const keyId = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]{1,40}$/u, 'an id of a key has 1 to 40 lower-case letters, digits and "-"'),
);
const ckaId = v.pipe(v.string(), v.regex(/^(?:[0-9a-fA-F]{2}){1,64}$/u, 'a CKA_ID is 1 to 64 bytes in hex'));

const media = 'a plan has 1 to 4 copies';
const copies = v.pipe(v.number(media), v.integer(media), v.minValue(1, media), v.maxValue(4, media));
const hours = 'the time for the upload is 0 to 8760 hours';
const uploadMarginHours = v.pipe(v.number(hours), v.minValue(0, hours), v.maxValue(mostMarginHours, hours));

const plannedKey = v.strictObject({
  id: keyId,
  spec: v.picklist(keySpecNames),
  source: v.union([v.literal('generate'), v.strictObject({ existing: v.strictObject({ ckaId }) })]),
  after: v.picklist(['destroy', 'keep']),
  /** The format of the type parses the rest of it. */
  destination: v.looseObject({ type: v.string() }),
});

/** Plan format 1, but for what each destination says of itself and for what several members say together. */
export const planSchema = v.strictObject({
  keyferryPlan: v.literal(1),
  title,
  purpose: v.optional(purpose, ''),
  roles: counts,
  quorum: counts,
  copies: v.optional(copies, 1),
  uploadMarginHours: v.optional(uploadMarginHours, 2),
  separate: v.optional(v.array(v.pipe(v.array(v.picklist(roles)), v.minLength(2)))),
  keys: v.pipe(v.array(plannedKey), v.minLength(1), v.maxLength(100)),
});
