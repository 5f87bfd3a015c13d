import { expect } from 'vitest';
import { Refused, type Refusal } from '../../app/rules/refusal.ts';

/**
 * Awaits something that should be refused.
 * @returns the refusal; any other outcome fails the test
 */
export async function refusalFrom(answer: Promise<unknown>): Promise<Refusal> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
  return expect.unreachable('it was not refused');
}
