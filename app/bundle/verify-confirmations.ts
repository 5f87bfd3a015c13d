import * as v from 'valibot';
import { isBlank } from '../keys/text.ts';
import { refuse } from '../rules/refusal.ts';
import { followRoom, rolesOf } from './room.ts';
import type { ToldEntry, ToldEventOf } from './told-events.ts';
import type { OutcomeOf } from './told-work.ts';
import { isEnough, nothingTold, quorumPlanSchema, tell, type QuorumPlan, type Told } from './told.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-CONFIRMED-AS-PLANNED';

/** What became of the keys, as far as the log was followed. */
interface Fates {
  readonly wrapped: Set<string>;
  readonly leftOut: Set<string>;
}

/** What was told before an entry, of the work and of the people. */
interface Before {
  readonly told: Told;
  /** The roles of everybody named at roll call, by id. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly plan: QuorumPlan;
}

/**
 * Whether people confirmed before each wrap what they must, as the log tells it: two of them the comparison of that key's
 * wrapping key, then the quorum of the plan the acceptance, the weak way where there is one and the approval, then two people
 * the wrap itself, all of it after the wrapping keys were last read. And whether each key of the plan was wrapped, or left
 * out as it may be, in a ceremony that was not aborted.
 * @throws Refused with BUNDLE-CONFIRMED-AS-PLANNED
 */
export function checkConfirmations({ entries }: Readings): Finding {
  const opened = v.safeParse(v.object({ plan: quorumPlanSchema }), entries[0]?.event);
  if (!opened.success) return refuse(rule, 'The log holds no plan with keys and a quorum.');
  const { plan } = opened.output;
  const { wrapped, leftOut } = followed(entries, plan);
  const without = plan.keys.find(({ id }) => !wrapped.has(id) && !leftOut.has(id));
  if (without !== undefined) {
    refuse(rule, `The log does not tell of key ${without.id} that it was wrapped or left out.`);
  }
  return holds(
    `${plan.keys.length - leftOut.size} keys compared, accepted, approved and wrapped, ${leftOut.size} left out by the quorum`,
  );
}

/** Follows the log and judges every wrap, and every decision to go on without a key, by what was told before it. */
function followed(entries: readonly ToldEntry[], plan: QuorumPlan): Fates {
  const fates: Fates = { wrapped: new Set(), leftOut: new Set() };
  let told = nothingTold;
  followRoom(entries, ({ at, event, room }) => {
    const before = { told, roles: rolesOf(room), plan };
    if (event.type === 'ceremony-stopped') refuse(rule, 'The ceremony was aborted; nothing leaves it.');
    if (event.type === 'exception-closed') leaveOut(event, before, fates);
    if (event.type === 'effect-completed' && event.outcome.kind === 'wrap-key') takeWrap(event.outcome, before, fates);
    told = tell(told, event, at);
  });
  return fates;
}

function takeWrap({ key, proof }: OutcomeOf<'wrap-key'>, before: Before, fates: Fates): void {
  if (fates.leftOut.has(key)) refuse(rule, `Key ${key} was wrapped after it had been left out.`);
  checkWrap(key, proof.oaepHash === null, before);
  fates.wrapped.add(key);
}

function leaveOut(event: ToldEventOf<'exception-closed'>, before: Before, fates: Fates): void {
  const { decision, key } = event;
  if (decision !== 'leave-out' && key === null) return;
  const against = decision !== 'leave-out' ? 'the decision was another' : objectionTo(event, before, fates);
  if (key === null || against !== null) {
    return refuse(rule, `Key ${key ?? 'unknown'} was left out, but ${against ?? 'nobody named it'}.`);
  }
  fates.leftOut.add(key);
}

/** What stands against going on without a key at this point; a clause, null when nothing does. */
function objectionTo(
  { key, decided, confirmedBy }: ToldEventOf<'exception-closed'>,
  { told, roles, plan: { keys, quorum } }: Before,
  { leftOut }: Fates,
): string | null {
  if (key === null || !keys.some(({ id }) => id === key)) return 'the plan has no such key';
  if (leftOut.has(key)) return 'it had been left out before';
  if (leftOut.size + 1 === keys.length) return 'no other was left';
  if (isBlank(decided)) return 'nobody gave a reason';
  if (!told.steps.has('roll-call.present')) return 'there had been no roll call';
  if (told.failedKey !== key) return 'nothing had just failed because of it';
  return isEnough(confirmedBy, roles, quorum) ? null : 'by fewer people than the plan asks for';
}

/** A step that must have been confirmed before a wrap. */
interface Needed {
  readonly step: string;
  /** Index of an entry that it must come after, besides the step before it. */
  readonly after: number;
  readonly quorum: QuorumPlan['quorum'];
  readonly people: number;
  /** An id that must have been typed at it. */
  readonly typed: string | null;
}

/** What must have been confirmed before a key is wrapped, in this order. */
function neededFor(key: string, isWeak: boolean, { told, plan: { roles, quorum } }: Before): readonly Needed[] {
  const seats = Object.values(roles).reduce((sum, count) => sum + count, 0);
  const byQuorum = { after: told.readAt, quorum, people: 1, typed: null };
  // Alone only in a plan for one.
  const byTwo = { ...byQuorum, quorum: {}, people: Math.min(2, seats) };
  return [
    { ...byTwo, step: `bring-in.compare.${key}` },
    { ...byQuorum, step: 'bring-in.accept' },
    ...(isWeak ? [{ ...byQuorum, step: 'wrap.weak', typed: key }] : []),
    { ...byQuorum, step: 'wrap.approve' },
    // After a failure, which comes before every key left out, nothing more is wrapped until the people confirm again.
    { ...byTwo, step: 'wrap.wrap', after: told.waitsSince },
  ];
}

function checkWrap(key: string, isWeak: boolean, before: Before): void {
  const { told, roles } = before;
  let last = told.readAt;
  for (const { step, after, quorum, people, typed } of neededFor(key, isWeak, before)) {
    const confirmed = told.steps.get(step);
    if (told.readAt < 0 || confirmed === undefined || confirmed.at <= Math.max(last, after)) {
      return refuse(rule, `Key ${key} was wrapped, but ${step} was not confirmed in its place.`);
    }
    if (confirmed.by.length < people || !isEnough(confirmed.by, roles, quorum)) {
      refuse(rule, `${step} was not confirmed by people that the plan asks for.`);
    }
    if (typed !== null && !confirmed.keyIds.includes(typed)) refuse(rule, `At ${step} nobody typed ${typed}.`);
    last = confirmed.at;
  }
}
