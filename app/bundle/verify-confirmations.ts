import * as v from 'valibot';
import type { Entry } from '../audit/entry.ts';
import { refuse } from '../rules/refusal.ts';
import { isEnough, nothingTold, quorumPlanSchema, tell, type QuorumPlan, type Told } from './told.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-CONFIRMED-AS-PLANNED';

const text = v.string();
const wrapSchema = v.object({
  type: v.literal('effect-completed'),
  outcome: v.object({ kind: v.literal('wrap-key'), key: text, proof: v.object({ oaepHash: v.nullable(text) }) }),
});
const leftOutSchema = v.object({
  type: v.literal('key-left-out'),
  key: text,
  reason: text,
  confirmedBy: v.array(text),
});

/** What became of the keys, as far as the log was followed. */
interface Fates {
  readonly wrapped: Set<string>;
  readonly leftOut: Set<string>;
}

/**
 * Whether people confirmed before each wrap what they must, as the log tells it: two of them the comparison of that key's
 * wrapping key, then the acceptance, the approval and the wrap itself, each of these by the quorum of the plan, and all of
 * it after the wrapping keys were last read. And whether each key of the plan was wrapped, or left out as it may be.
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
    `${plan.keys.length - leftOut.size} keys compared, accepted, approved and wrapped by the quorum, ${leftOut.size} left out by it`,
  );
}

/** Follows the log and judges every wrap, and every decision to go on without a key, by what was told before it. */
function followed(entries: readonly Entry[], plan: QuorumPlan): Fates {
  const fates: Fates = { wrapped: new Set(), leftOut: new Set() };
  let told = nothingTold;
  for (const [at, { event }] of entries.entries()) {
    if (v.is(leftOutSchema, event)) {
      const against = objectionTo(event, told, fates, plan);
      if (against !== null) refuse(rule, `Key ${event.key} was left out, but ${against}.`);
      fates.leftOut.add(event.key);
    }
    if (v.is(wrapSchema, event)) {
      const { key, proof } = event.outcome;
      if (fates.leftOut.has(key)) refuse(rule, `Key ${key} was wrapped after it had been left out.`);
      checkWrap(key, proof.oaepHash === null, told, plan);
      fates.wrapped.add(key);
    }
    told = tell(told, event, at);
  }
  return fates;
}

/** What stands against going on without a key at this point; a clause, null when nothing does. */
function objectionTo(
  { key, reason, confirmedBy }: v.InferOutput<typeof leftOutSchema>,
  told: Told,
  { leftOut }: Fates,
  { keys, quorum }: QuorumPlan,
): string | null {
  if (!keys.some(({ id }) => id === key)) return 'the plan has no such key';
  if (leftOut.has(key)) return 'it had been left out before';
  if (leftOut.size + 1 === keys.length) return 'no other was left';
  if (reason.trim() === '') return 'nobody gave a reason';
  if (!told.steps.has('roll-call.present')) return 'there had been no roll call';
  if (told.failedKey !== key) return 'nothing had just failed because of it';
  return isEnough(confirmedBy, told, quorum) ? null : 'by fewer people than the plan asks for';
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
function neededFor(key: string, isWeak: boolean, told: Told, { roles, quorum }: QuorumPlan): readonly Needed[] {
  const seats = Object.values(roles).reduce((sum, count) => sum + count, 0);
  const approval = { after: told.readAt, quorum, people: 1, typed: null };
  return [
    // Alone only in a plan for one.
    { ...approval, step: `bring-in.compare.${key}`, quorum: {}, people: Math.min(2, seats) },
    { ...approval, step: 'bring-in.accept' },
    { ...approval, step: 'wrap.approve' },
    ...(isWeak ? [{ ...approval, step: 'wrap.weak', typed: key }] : []),
    // After a failure, which comes before every key left out, nothing more is wrapped until the people confirm again.
    { ...approval, step: 'wrap.wrap', after: told.failedAt },
  ];
}

function checkWrap(key: string, isWeak: boolean, told: Told, plan: QuorumPlan): void {
  let before = told.readAt;
  for (const { step, after, quorum, people, typed } of neededFor(key, isWeak, told, plan)) {
    const confirmed = told.steps.get(step);
    if (told.readAt < 0 || confirmed === undefined || confirmed.at <= Math.max(before, after)) {
      return refuse(rule, `Key ${key} was wrapped, but ${step} was not confirmed in its place.`);
    }
    if (confirmed.by.length < people || !isEnough(confirmed.by, told, quorum)) {
      refuse(rule, `${step} was not confirmed by people that the plan asks for.`);
    }
    if (typed !== null && !confirmed.keyIds.includes(typed)) refuse(rule, `At ${step} nobody typed ${typed}.`);
    before = confirmed.at;
  }
}
