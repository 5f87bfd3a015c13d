import * as v from 'valibot';
import { refuse } from '../../rules/refusal.ts';
import { sayIssue } from '../../rules/schema-issue.ts';
import type { Recognised } from './recognise.ts';

/** Something that a destination has recognised, in the file that holds it. */
export interface Candidate<K extends string> {
  readonly file: string;
  readonly kind: K;
}

/** What a README of a cloud is called on the screen. */
export const readmeLabel = 'the cloud’s README, left alone';

/**
 * Takes the one file of a kind.
 * @param found - what the destination recognised
 * @param kind - the kind that is wanted
 * @param label - what it is called on the screen
 * @returns undefined when there is none
 * @throws Refused with INBOUND-ONE-CANDIDATE when there are two
 */
export function onlyOne<K extends string, C extends Candidate<string>>(
  found: readonly C[],
  kind: K,
  label: string,
): Extract<C, { readonly kind: K }> | undefined {
  const [first, second] = found.filter(
    (candidate): candidate is Extract<C, { readonly kind: K }> => candidate.kind === kind,
  );
  if (second === undefined) return first;
  return refuse('INBOUND-ONE-CANDIDATE', `${first?.file ?? ''} and ${second.file} are both: ${label}.`);
}

/**
 * Refuses a file that a destination does not know.
 * @param found - the file
 * @param known - what it takes, as a clause: `neither key JSON nor a PEM public key`
 */
export function notRecognised({ file }: Recognised, known: string): never {
  return refuse('INBOUND-FILES-RECOGNISED', `${file} is ${known}.`);
}

/**
 * Takes the members that are needed from JSON of a cloud; others may be there.
 * @param schema - loose objects of the members used
 * @throws Refused with INBOUND-JSON-MEMBERS, naming the member
 */
export function parseMembers<S extends v.GenericSchema>(schema: S, value: unknown, file: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return refuse('INBOUND-JSON-MEMBERS', `${file}: member "${v.getDotPath(issue) ?? ''}": ${sayIssue(issue)}.`);
}
