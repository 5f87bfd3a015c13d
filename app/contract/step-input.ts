import * as v from 'valibot';
import { roles } from '../ceremony/roles.ts';
import { id, ids, pin } from './parts.ts';

const text = v.string();

const namedPerson = v.strictObject({
  name: v.pipe(text, v.maxLength(200)),
  organisation: v.pipe(text, v.maxLength(200)),
  roles: v.pipe(v.array(v.picklist(roles)), v.maxLength(roles.length)),
  initials: v.pipe(text, v.maxLength(20)),
  identifiedBy: v.pipe(text, v.maxLength(200)),
});

/** How a PIN is given: typed by one person, in parts that main has passed on already, or on the token's own pad. */
export const pinInputSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('pin'), pin, by: id, finalTryAccepted: v.boolean() }),
  v.strictObject({ kind: v.literal('pin-parts'), by: ids, finalTryAccepted: v.boolean() }),
  v.strictObject({ kind: v.literal('pin-pad'), by: id, finalTryAccepted: v.boolean() }),
]);

/** What a person gives a step in the window. Folders are named by the id under which main offered them, never by path. */
export const stepInputSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('none') }),
  v.strictObject({ kind: v.literal('people'), people: v.pipe(v.array(namedPerson), v.maxLength(100)) }),
  pinInputSchema,
  v.strictObject({ kind: v.literal('media'), media: v.pipe(v.array(id), v.maxLength(4)) }),
  v.strictObject({
    kind: v.literal('key-ids'),
    keyIds: v.pipe(v.array(v.pipe(text, v.maxLength(60))), v.maxLength(100)),
  }),
]);

export type StepInput = v.InferOutput<typeof stepInputSchema>;
export type PinInput = v.InferOutput<typeof pinInputSchema>;
