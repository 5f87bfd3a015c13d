import * as v from 'valibot';
import { roles } from './roles.ts';

const text = v.string();

const person = v.strictObject({
  id: text,
  name: text,
  organisation: text,
  roles: v.array(v.picklist(roles)),
  initials: text,
  identifiedBy: text,
});

/** How the PIN comes to the token: typed by one person, in parts by several in this order, or on the token's own pad. */
export const credentialSchema = v.strictObject({
  kind: v.literal('credential'),
  how: v.picklist(['one', 'parts', 'pad']),
  /** Ids of the people who type, in the order in which they do. */
  by: v.array(text),
  /** True when they know that the token locks itself after one more wrong PIN. */
  finalTryAccepted: v.boolean(),
});

/** What a step was given, as far as it may be logged; a PIN leaves no trace here. */
export const loggedInputSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('none') }),
  v.strictObject({ kind: v.literal('people'), people: v.array(person) }),
  v.strictObject({ kind: v.literal('folders'), folders: v.array(text) }),
  credentialSchema,
  /** In the order of the step; an empty one says no to a weak wrap, or to a destruction after an abort. */
  v.strictObject({ kind: v.literal('key-ids'), keyIds: v.array(text) }),
]);

/** Who gave the PIN, and how; never the PIN. */
export type Credential = v.InferOutput<typeof credentialSchema>;
export type LoggedInput = v.InferOutput<typeof loggedInputSchema>;
