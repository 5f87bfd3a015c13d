import type * as v from 'valibot';

/**
 * Says what a schema has against a document, without the words of its library.
 * @param issue - the first one; one of our schemas with a message of its own keeps it
 * @returns a clause without a full stop
 */
export function sayIssue(issue: v.BaseIssue<unknown>): string {
  const isOfMembers = issue.type === 'strict_object' || issue.type === 'loose_object';
  if (!isOfMembers || issue.message !== defaultMessage(issue)) return issue.message;
  if (issue.expected === 'never') return 'there is no such member';
  return issue.received === 'undefined' ? 'it is missing' : issue.message;
}

/** What Valibot writes where the schema has no message. */
function defaultMessage({ path, expected, received }: v.BaseIssue<unknown>): string {
  const what = path?.at(-1)?.origin === 'key' ? 'Invalid key' : 'Invalid type';
  return `${what}: Expected ${expected ?? ''} but received ${received}`;
}
