import type * as v from 'valibot';

/**
 * Says what a schema has against a document, without the words of its library for members.
 * @param issue - the first one; a message of one of our schemas stands as it is
 * @returns a clause without a full stop
 */
export function sayIssue({ type, expected, received, message }: v.BaseIssue<unknown>): string {
  // Valibot reports both faults of members at the object that has them, and our objects have no messages of their own.
  if (type !== 'strict_object' && type !== 'loose_object') return message;
  if (expected === 'never') return 'there is no such member';
  return received === 'undefined' ? 'it is missing' : message;
}
