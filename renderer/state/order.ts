import type { CeremonyView } from '../../app/contract/view.ts';
import { wantedBy } from './wanted.ts';

/**
 * Says whether a view may replace the one on screen. Replies and notices travel separately, so an older view can
 * arrive last; the log only grows, and tells them apart.
 * @returns false when `next` shows an earlier state of the same ceremony
 */
export function mayReplace(current: CeremonyView | null, next: CeremonyView): boolean {
  return current?.ceremony !== next.ceremony || next.room.log.size >= current.room.log.size;
}

/**
 * Says whether what the people did so far is void: on another step, when something else is wanted of them than before
 * (who confirmed that the token is opened has not confirmed the step), when a key was left out (who confirmed for all keys
 * has not confirmed for the others), before and after a break or an exception, and after work that was refused.
 * @returns true when the people start afresh
 */
export function voidsDraft(current: CeremonyView | null, next: CeremonyView): boolean {
  if (current?.ceremony !== next.ceremony || current.step?.id !== next.step?.id) return true;
  if (wantedBy(current) !== wantedBy(next) || current.leftOut.length !== next.leftOut.length) return true;
  // Whatever is refused opens an exception: the same cause again is another refusal.
  const isNew = next.refusal?.cause !== current.refusal?.cause || next.exceptions.length > current.exceptions.length;
  return next.refusal !== null && isNew;
}
