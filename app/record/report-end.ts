import type { ReportedKey } from './report-keys.ts';
import type { ReportedPerson } from './report-people.ts';
import { ofType, type Timed } from './timed.ts';

/** How a ceremony ended, as far as the entries tell; `under-way` for a record that ends before its end. */
export type ReportedEnd = 'under-way' | 'completed' | 'aborted-clean' | 'aborted-with-keys-present';

const signOffs = ['close.sign-off', 'abort.sign-off'];

/**
 * How the ceremony ended.
 * @param events - the log
 * @param people - of its roll call
 * @param keys - what became of them
 */
export function endOf(
  events: readonly Timed[],
  people: readonly ReportedPerson[],
  keys: readonly ReportedKey[],
): ReportedEnd {
  const [abort, ...others] = ofType(events, 'ceremony-stopped');
  const isSignedOff = ofType(events, 'step-confirmed').some(({ event }) => signOffs.includes(event.step));
  if (abort === undefined) return isSignedOff ? 'completed' : 'under-way';
  // An abort is the end by itself before everybody can sign, and when it is the second one.
  const canSign = people.length > 0 && people.every(({ approvalKeySha256 }) => approvalKeySha256 !== null);
  if (!isSignedOff && others.length === 0 && canSign) return 'under-way';
  const isClean = keys.every(({ state }) => state !== 'in-token') && !wasMaking(events, abort.entry);
  return isClean ? 'aborted-clean' : 'aborted-with-keys-present';
}

/** A key that was being made when it was aborted may be in the token: nobody may call that clean. */
function wasMaking(events: readonly Timed[], until: number): boolean {
  const before = events.filter(({ entry }) => entry < until);
  const last = ofType(before, 'effect-requested').at(-1)?.event;
  const ended = before.some(
    ({ event }) =>
      (event.type === 'effect-completed' || event.type === 'effect-failed') && event.effect === last?.effect,
  );
  return last?.request.kind === 'make-key' && !ended;
}
