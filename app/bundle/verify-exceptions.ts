import * as v from 'valibot';
import { canonicalJson } from '../audit/canonical-json.ts';
import { isBlank } from '../keys/text.ts';
import { refuse } from '../rules/refusal.ts';
import { followRoom, isEverybodyRegistered, rolesOf, type Room } from './room.ts';
import type { ToldEvent, ToldEventOf } from './told-events.ts';
import { isEnough, quorumPlanSchema, type QuorumPlan } from './told.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-EXCEPTIONS-CLOSED';

/** So many wrong passphrases of one person in a row are an exception: the verifier's own record of it. */
const passphraseTries = 3;

const openedSchema = v.object({ plan: quorumPlanSchema, planSha256: v.string() });
type Opened = v.InferOutput<typeof openedSchema>;

/** What did not go as planned, and so is an exception that Keyferry itself opens. */
interface Unplanned {
  readonly rule: string;
  /** In the words of the log; null where the exception alone puts it in words. */
  readonly happened: string | null;
}

/** The same, with the entry that nothing but an exception may follow. */
interface Owed extends Unplanned {
  readonly entry: number;
}

/**
 * Whether everything that did not go as planned stands in the log as an exception of just that, numbered without a gap, and was
 * closed by the quorum of the plan with a decision that each of them approved, before anything else was confirmed.
 * @throws Refused with BUNDLE-EXCEPTIONS-CLOSED
 */
export function checkExceptions({ entries }: Readings): Finding {
  const opened = v.safeParse(openedSchema, entries[0]?.event);
  if (!opened.success) return refuse(rule, 'The log holds no plan with a quorum.');
  let owed: readonly Owed[] = [];
  const after = followRoom(entries, ({ entry, event, room }) => {
    const [first, ...later] = owed;
    // Keyferry ended before it could open one, and the log was repaired first when it was taken up again.
    const isRepair = event.type === 'log-repaired';
    if (first !== undefined && !isRepair && event.type !== 'exception-opened') refuseOwed(first);
    if (first !== undefined && event.type === 'exception-opened') checkTold(event, first);
    const what = whatIsUnplanned(event, room);
    const left = first === undefined || !isRepair ? later : owed;
    owed = [...left, ...(what === null ? [] : [what])].map((one) => ({ ...one, entry: entry.sequence }));
    if (event.type === 'exception-opened') checkOpened(event, room);
    if (event.type === 'exception-closed') checkClosed(event, room, opened.output);
    if (event.type === 'step-confirmed' || event.type === 'token-reopened') checkNoneOpen(event, room);
  });
  const [missing] = owed;
  if (missing !== undefined) refuseOwed(missing);
  const [open] = openIn(after);
  if (open !== undefined) refuse(rule, `Exception ${open.exception} was never closed.`);
  return holds(`${after.exceptions.length} exceptions, each closed by the quorum`);
}

function refuseOwed({ entry }: Owed): never {
  return refuse(rule, `Entry ${entry} tells of something unplanned, and no exception was opened for it.`);
}

/** So many entries a power cut takes at most, which is nothing to decide on. */
const mostAtOnce = 4;

/** What is never passed over: work that failed or had to be looked for, who and what is missing, and tries in vain. */
function whatIsUnplanned(event: ToldEvent, { wrong }: Room): Unplanned | null {
  switch (event.type) {
    case 'effect-failed':
    case 'token-not-reopened':
      return { rule: event.refusal.rule, happened: event.refusal.cause };
    case 'person-absent':
      return { rule: 'BREAK-ENDED-BY-EVERYBODY', happened: null };
    case 'effect-completed':
      return event.settled ? { rule: 'EFFECT-SETTLED-BY-LOOKING', happened: null } : null;
    case 'log-repaired':
      return event.rule !== null || event.missing > mostAtOnce
        ? { rule: event.rule ?? 'LOG-COPIES-AGREE', happened: null }
        : null;
    case 'custody-recorded':
      return event.record.kind === 'bag-opened' && !event.record.idMatched
        ? { rule: 'CUSTODY-BAG-AS-LISTED', happened: null }
        : null;
    case 'passphrase-refused':
      return ((wrong.get(event.person) ?? 0) + 1) % passphraseTries === 0
        ? { rule: 'APPROVAL-PASSPHRASE-ACCEPTED', happened: null }
        : null;
    default:
      return null;
  }
}

/** An exception of something else, put where the one that is owed belongs, would have the people decide about nothing. */
function checkTold({ exception, openedBy, rule: named, happened }: ToldEventOf<'exception-opened'>, owed: Owed): void {
  const isTold = openedBy === 'keyferry' && named === owed.rule && (owed.happened ?? happened) === happened;
  if (!isTold)
    refuse(rule, `Exception ${exception} does not tell of entry ${owed.entry}, which violates ${owed.rule}.`);
}

function checkOpened({ exception, expected, happened, openedBy }: ToldEventOf<'exception-opened'>, room: Room): void {
  const next = room.exceptions.length + 1;
  if (exception !== next) refuse(rule, `Exception ${next} should follow, but the next one has number ${exception}.`);
  const isTold = !isBlank(expected) && !isBlank(happened);
  if (!isTold || !(openedBy === 'keyferry' || room.people.has(openedBy))) {
    refuse(rule, `Exception ${exception} does not say what was expected, what happened and who noticed it.`);
  }
}

function checkClosed(event: ToldEventOf<'exception-closed'>, room: Room, { plan, planSha256 }: Opened): void {
  const { exception, decided, decision, key, confirmedBy } = event;
  const open = openIn(room).find((record) => record.exception === exception);
  if (open === undefined) return refuse(rule, `Exception ${exception} was closed, and was not open.`);
  if (isBlank(decided)) refuse(rule, `Of exception ${exception} it is not said what was decided.`);
  checkDecidedBy(event, room, plan);
  const { step, expected, happened, rule: broken } = open;
  const subject = `exception.${exception}`;
  const shown = { plan: planSha256, subject, step, expected, happened, rule: broken, decided, decision, key };
  const asked = room.approval;
  if (asked?.subject !== subject || canonicalJson(asked.parameters) !== canonicalJson(shown)) {
    return refuse(rule, `Exception ${exception} was closed with another decision than was asked.`);
  }
  const without = confirmedBy.find((id) => !asked.by.includes(id));
  if (without !== undefined) refuse(rule, `Exception ${exception} was closed by ${without}, who had not approved it.`);
}

function checkDecidedBy(
  { exception, confirmedBy }: ToldEventOf<'exception-closed'>,
  room: Room,
  { quorum }: QuorumPlan,
): void {
  if (isEnough(confirmedBy, rolesOf(room), quorum)) return;
  refuse(rule, `Exception ${exception} was closed by fewer people than the plan asks for.`);
}

/** Before everybody has a key nobody can close one: it waits until then. */
function checkNoneOpen(event: ToldEventOf<'step-confirmed' | 'token-reopened'>, room: Room): void {
  const [open] = openIn(room);
  if (open === undefined || !isEverybodyRegistered(room)) return;
  const done = event.type === 'step-confirmed' ? `${event.step} was confirmed` : 'the token was opened again';
  refuse(rule, `Exception ${open.exception} was open when ${done}.`);
}

function openIn({ exceptions, closed }: Room): readonly ToldEventOf<'exception-opened'>[] {
  return exceptions.filter(({ exception }) => !closed.has(exception));
}
