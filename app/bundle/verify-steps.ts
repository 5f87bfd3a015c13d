import { refuse } from '../rules/refusal.ts';
import { plannedIn, unknownInPlan } from './carried-keys.ts';
import { factsOf } from './log-facts.ts';
import { plannedSteps, type PlannedStep } from './planned-steps.ts';
import { followRoom, type Moment, type ToldApproval } from './room.ts';
import type { ToldEventOf } from './told-events.ts';
import { holds, notCheckable, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-STEPS-AS-PLANNED';

/** A piece of work, as a request and its outcome name it. */
interface Work {
  readonly kind: string;
  readonly key?: string;
  readonly ckaId?: string;
}

/** How far the ceremony has come. */
interface Progress {
  readonly steps: readonly PlannedStep[];
  /** Ids of the keys that are carried. */
  readonly keys: readonly string[];
  /** Index of the step that comes next, or is at work. */
  readonly current: number;
  /** Whether its work may be asked for: it was confirmed, and nothing has failed since. */
  readonly isOrdered: boolean;
  readonly atWork: Work | null;
  /** Whether nobody knows what became of it: it was interrupted, or the program started anew. */
  readonly isUnknown: boolean;
  /** CKA_IDs of the keys that are in the token already, by key. */
  readonly ckaIds: ReadonlyMap<string, string | null>;
  /** Serial number of the token: that of the site binding, or the one that was identified; null before. */
  readonly serial: string | null;
  /** How many pieces of work were asked for: their numbers. */
  readonly effects: number;
  /** Ids of the keys for which the work of the current step is done. */
  readonly done: readonly string[];
  /** How much of its work on the log is done, and whether its own work is, where that is not for each key. */
  readonly onLog: number;
  readonly isOwnDone: boolean;
}

/**
 * Whether every step that the plan implies was confirmed in its order, with all its checks ticked, and had its work done before
 * the next one: up to the order to write the bundle, with which its record ends. A step is confirmed again only while its work is
 * not done; what is about keys that were left out is passed over.
 * @throws Refused with BUNDLE-STEPS-AS-PLANNED, or with what the plan violates
 */
export function checkSteps({ entries }: Readings): Finding {
  const facts = factsOf(entries.slice(0, 1));
  if (facts.opened === null) return refuse(rule, 'The log does not begin with the opening of a ceremony.');
  const unknown = unknownInPlan(facts);
  if (unknown !== undefined) return notCheckable(`This version does not know ${unknown}.`);
  const planned = plannedIn(facts);
  const start: Progress = {
    steps: plannedSteps(planned),
    keys: planned.map(({ id }) => id),
    current: 0,
    isOrdered: false,
    atWork: null,
    isUnknown: false,
    ckaIds: new Map(planned.map(({ id, ckaId }) => [id, ckaId])),
    serial: facts.opened.tokenSerial,
    effects: 0,
    done: [],
    onLog: 0,
    isOwnDone: false,
  };
  let end = start;
  followRoom(entries, (moment) => {
    end = afterMoment(end, moment);
  });
  if (end.current !== end.steps.length - 1 || end.atWork === null) {
    refuse(rule, `The record ends at ${nameOf(end)}, before the bundle was to be written.`);
  }
  return holds(`${end.steps.length} steps, the last of them ${nameOf(end)}`);
}

function afterMoment(progress: Progress, { event, room }: Moment): Progress {
  switch (event.type) {
    case 'step-confirmed':
      return confirmed(progress, event, room.approval);
    case 'effect-requested':
      return requested(progress, event);
    case 'effect-completed':
      return completed(progress, event);
    case 'effect-interrupted':
      return { ...underWay(progress, event), isUnknown: true };
    case 'ceremony-resumed':
      return { ...progress, isUnknown: progress.atWork !== null };
    case 'effect-failed':
      return failed(progress, event);
    case 'token-reopened':
      checkSerial(progress, event.serial);
      return progress;
    case 'exception-closed':
      return event.key === null ? progress : leftOut(progress, event.key);
    default:
      return progress;
  }
}

function confirmed(
  progress: Progress,
  { step: id, number, ticks }: ToldEventOf<'step-confirmed'>,
  approval: ToldApproval | null,
): Progress {
  const step = progress.steps[progress.current];
  if (step?.id !== id) return refuse(rule, `${id} was confirmed where ${nameOf(progress)} was to be.`);
  if (progress.atWork !== null) refuse(rule, `${id} was confirmed again while it was at work.`);
  if (number !== step.number) refuse(rule, `${id} is called ${number}; by the plan it is ${step.number}.`);
  checkTicks(step, ticks);
  const shown = approval?.parameters;
  const isShown = shown !== undefined && 'checks' in shown && shown.checks.length === step.checks;
  if (step.isSigned && !isShown) {
    refuse(rule, `Those who approved ${id} were not shown the ${step.checks} checks that were ticked at it.`);
  }
  return ordersNothing(step) ? advanced(progress) : { ...progress, isOrdered: true };
}

function checkTicks({ id, checks }: PlannedStep, ticks: readonly string[]): void {
  const wanted = Array.from({ length: checks }, (_, index) => `${index + 1}`);
  if (ticks.length === checks && wanted.every((tick) => ticks.includes(tick))) return;
  refuse(rule, `At ${id} not all of its ${checks} checks were ticked, or one that it does not have.`);
}

function requested(progress: Progress, { effect, step: id, request }: ToldEventOf<'effect-requested'>): Progress {
  const { isOrdered, atWork, effects, steps, current } = progress;
  const work: Work = request;
  const isOfStep = steps[current]?.id === id && kindsNext(progress).includes(work.kind);
  if (!isOfStep || !isOrdered || atWork !== null || !isOpen(progress, work)) {
    refuse(rule, `The work ${request.kind} was asked for at ${nameOf(progress)}, which had not ordered it.`);
  }
  const planned = work.kind === 'find-key' ? progress.ckaIds.get(work.key ?? '') : work.ckaId;
  if (planned !== work.ckaId) refuse(rule, `The work ${work.kind} is for another key in the token than the plan has.`);
  if (effect !== effects + 1) refuse(rule, `The work ${request.kind} has the number ${effect}; it is ${effects + 1}.`);
  return { ...progress, atWork: work, isUnknown: false, effects: effect };
}

/** What nobody knew somebody has looked for, and says so. */
function checkLooked(
  { isUnknown }: Progress,
  { effect, settled }: { readonly effect: number; readonly settled: boolean },
): void {
  if (isUnknown && !settled) refuse(rule, `What became of work ${effect} was not known, and nobody looked.`);
}

function failed(progress: Progress, told: ToldEventOf<'effect-failed'>): Progress {
  checkLooked(progress, told);
  return { ...underWay(progress, told), isOrdered: false, atWork: null };
}

/** Only of work that is under way can be told that it failed, or that nobody knows what became of it. */
function underWay(progress: Progress, { type, effect }: ToldEventOf<'effect-failed' | 'effect-interrupted'>): Progress {
  if (progress.atWork === null || effect !== progress.effects) {
    refuse(rule, `${type} tells of work ${effect}, which is not under way at ${nameOf(progress)}.`);
  }
  return progress;
}

function completed(progress: Progress, told: ToldEventOf<'effect-completed'>): Progress {
  const { effect, settled, outcome } = told;
  checkLooked(progress, told);
  const { atWork, effects } = progress;
  const { kind, key, ckaId }: Work = outcome;
  if (effect !== effects || atWork?.kind !== kind || atWork.key !== key || atWork.ckaId !== ckaId) {
    return refuse(rule, `The work ${kind} was done at ${nameOf(progress)}, which had not asked for it.`);
  }
  if (outcome.kind === 'identify-token' && progress.serial !== null) checkSerial(progress, outcome.identity.serial);
  const isOnLog = onLogOf(progress).includes(kind);
  const done = key === undefined ? progress.done : [...progress.done, key];
  const onLog = progress.onLog + (isOnLog ? 1 : 0);
  // What was found by looking is shown to the people first; they order what is left again.
  const after = {
    ...progress,
    atWork: null,
    serial: outcome.kind === 'identify-token' ? outcome.identity.serial : progress.serial,
    done,
    onLog,
    isOwnDone: progress.isOwnDone || !isOnLog,
    isOrdered: !settled,
  };
  return kindsNext(after).length === 0 ? advanced(after) : after;
}

/** One token from the beginning to the end. */
function checkSerial({ serial }: Progress, found: string): void {
  if (serial !== found)
    refuse(rule, `The token ${found} was opened; the ceremony is held with ${serial ?? 'none yet'}.`);
}

/** Whether the work is the one for a key that is carried and for which it is not done yet, or for none. */
function isOpen(progress: Progress, { kind, key }: Work): boolean {
  const { steps, current, keys, done } = progress;
  if (!ownKinds(steps[current]).includes(kind) || steps[current]?.forKeys === null) return key === undefined;
  return key !== undefined && steps[current]?.forKeys.get(key) === kind && keys.includes(key) && !done.includes(key);
}

/** The kinds of a step's own work, whether it is done once or for each key. */
function ownKinds(step: PlannedStep | undefined): readonly string[] {
  return [...(step?.work ?? []), ...(step?.forKeys?.values() ?? [])];
}

function isOwnWorkDone({ steps, current, keys, done, isOwnDone }: Progress): boolean {
  const step = steps[current];
  if (ownKinds(step).length === 0) return true;
  return step?.forKeys === null ? isOwnDone : keys.every((id) => done.includes(id));
}

function ordersNothing(step: PlannedStep): boolean {
  return step.before.length + ownKinds(step).length + step.after.length === 0;
}

function onLogOf({ steps, current }: Progress): readonly string[] {
  const { before = [], after = [] } = steps[current] ?? {};
  return [...before, ...after];
}

/** The kinds of work that may come now: on the log what is to come before, then the step's own, then the rest on the log. */
function kindsNext(progress: Progress): readonly string[] {
  const { steps, current, onLog } = progress;
  const { before = [] } = steps[current] ?? {};
  if (onLog >= before.length && !isOwnWorkDone(progress)) return ownKinds(steps[current]);
  return onLogOf(progress).slice(onLog, onLog + 1);
}

/** Whoever is left has been done already, or waits for the people to order it again. */
function leftOut(progress: Progress, key: string): Progress {
  if (progress.atWork !== null) refuse(rule, `${key} was left out while work was under way.`);
  const after = { ...progress, keys: progress.keys.filter((id) => id !== key), isOrdered: false };
  const step = after.steps[after.current];
  // A bundle without that key is signed anew.
  if (step?.before.includes('sign-bundle') === true) return { ...after, onLog: 0 };
  const isForKeys = step !== undefined && step.forKeys !== null;
  return isForKeys && isOwnWorkDone(after) ? advanced(after) : after;
}

/** To the next step that is about some key that is carried, or always comes. */
function advanced(progress: Progress): Progress {
  const { steps, keys, current } = progress;
  const rest = steps.slice(current + 1);
  const next = rest.find(({ about }) => about === null || about.some((id) => keys.includes(id)));
  const at = next === undefined ? steps.length : steps.indexOf(next);
  return { ...progress, current: at, isOrdered: false, atWork: null, done: [], onLog: 0, isOwnDone: false };
}

function nameOf({ steps, current }: Progress): string {
  return steps[current]?.id ?? 'its end';
}
