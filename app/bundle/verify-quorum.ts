import * as v from 'valibot';
import { canonicalJson, type JsonValue } from '../audit/canonical-json.ts';
import { refuse } from '../rules/refusal.ts';
import { factsOf } from './log-facts.ts';
import { followRoom, rolesOf, type Room } from './room.ts';
import type { ToldEventOf } from './told-events.ts';
import { isEnough, nothingTold, quorumPlanSchema, tell, type QuorumPlan, type Told } from './told.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-QUORUM-APPROVED';

const start = 'roll-call.start';
const approval = 'wrap.approve';
/** The steps that the quorum signs; what comes after the first copy was ordered is not in the record of a bundle. */
const always = [start, 'bring-in.accept', 'keys.make', approval, 'take-out.write'] as const;
const signedSteps: ReadonlySet<string> = new Set([...always, 'wrap.weak']);
/** Work that nobody asks of the machine before its step was approved, in the order of the ceremony. */
const stepOfWork: Readonly<Partial<Record<string, string>>> = {
  'make-key': 'keys.make',
  'find-key': 'keys.make',
  'sign-bundle': 'take-out.write',
  'write-copy': 'take-out.write',
};
/** Before the start nobody approves: nobody has a key yet. */
const beforeStart = /^(?:prepare|roll-call)\./u;

/**
 * Whether the quorum of the plan approved every step that decides: each confirmation by people whose approvals of exactly
 * what was shown, and of what the step was then given, had not been voided; the work that follows only after it; and in what
 * was shown of the wraps the wrapping keys that were used. The signatures are another rule's.
 * @throws Refused with BUNDLE-QUORUM-APPROVED
 */
export function checkQuorum({ entries }: Readings): Finding {
  const opened = v.safeParse(v.object({ plan: quorumPlanSchema }), entries[0]?.event);
  if (!opened.success) return refuse(rule, 'The log holds no plan with keys and a quorum.');
  const { plan } = opened.output;
  let told = nothingTold;
  let shown: JsonValue = null;
  let count = 0;
  followRoom(entries, ({ at, event, room }) => {
    if (event.type === 'effect-requested') checkWork(event, told);
    if (event.type === 'step-confirmed') {
      const { step } = event;
      if (!beforeStart.test(step) && !told.steps.has(start)) refuse(rule, `${step} was confirmed before ${start}.`);
      if (signedSteps.has(step)) {
        checkApproved(room, event, plan);
        count += 1;
      }
      if (step === approval) shown = room.approval?.parameters ?? null;
    }
    told = tell(told, event, at);
  });
  const missing = always.find((step) => !told.steps.has(step));
  if (missing !== undefined) refuse(rule, `The log does not tell that ${missing} was confirmed.`);
  checkShown(shown, plan, factsOf(entries));
  return holds(`${count} steps approved by the quorum, each as it was shown and done`);
}

function checkApproved(room: Room, event: ToldEventOf<'step-confirmed'>, { quorum }: QuorumPlan): void {
  const { step, number, title, confirmedBy, input } = event;
  if (!isEnough(confirmedBy, rolesOf(room), quorum))
    refuse(rule, `${step} was not confirmed by the quorum of the plan.`);
  const asked = room.approval;
  if (asked?.subject !== step) return refuse(rule, `${step} was confirmed, and nobody was asked to approve it then.`);
  const without = confirmedBy.find((id) => !asked.by.includes(id));
  if (without !== undefined)
    refuse(rule, `${step} was confirmed by ${without}, who had not approved what was asked last.`);
  const { parameters } = asked;
  if (!('input' in parameters) || canonicalJson(parameters.input) !== canonicalJson(input)) {
    return refuse(rule, `${step} was given something else than was approved.`);
  }
  if (parameters.number !== number || parameters.title !== title) {
    refuse(rule, `${step} was called otherwise when it was approved.`);
  }
}

/** After a failure, and after what was found by looking, nothing more is done until the people confirm again. */
function checkWork({ request: { kind } }: ToldEventOf<'effect-requested'>, { steps, waitsSince }: Told): void {
  const step = stepOfWork[kind];
  if (step !== undefined && (steps.get(step)?.at ?? -1) <= waitsSince) {
    refuse(rule, `The work ${kind} was asked for before ${step} was approved.`);
  }
}

/** Beside each key that is carried stands the wrapping key that was used. */
function checkShown(shown: JsonValue, { keys }: QuorumPlan, { keks, leftOut }: ReturnType<typeof factsOf>): void {
  for (const { id } of keys.filter((key) => !leftOut.has(key.id))) {
    const { spkiSha256 } = keks.get(id) ?? refuse(rule, `The log does not tell of a wrapping key for ${id}.`);
    if (!isBeside(shown, id, spkiSha256)) refuse(rule, `What was approved of ${id} does not show its wrapping key.`);
  }
}

/** Whether some row holds the key's id, and in another cell the whole hash, as people read it: in groups. */
function isBeside(shown: JsonValue, key: string, sha256: string): boolean {
  if (typeof shown !== 'object' || shown === null) return false;
  const inner: readonly JsonValue[] = isList(shown) ? shown : Object.values(shown);
  const isRow = isList(shown) && shown.includes(key);
  if (isRow && shown.some((cell) => isHash(cell, sha256))) return true;
  return inner.some((each) => isBeside(each, key, sha256));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isHash(cell: JsonValue, sha256: string): boolean {
  return typeof cell === 'string' && cell.replaceAll(' ', '').toLowerCase() === sha256;
}
