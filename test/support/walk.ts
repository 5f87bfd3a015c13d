import { decide, type Command, type Decision } from '../../app/ceremony/decide.ts';
import type { CeremonyEvent, Credential, LoggedInput } from '../../app/ceremony/events.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { parsePlanDocument } from '../../app/ceremony/plan.ts';
import { roles, type Person } from '../../app/ceremony/roles.ts';
import { currentStep, presentPeople, type CeremonyState } from '../../app/ceremony/state.ts';
import type { Step } from '../../app/ceremony/step.ts';
import { keysToType, remainingCopies } from '../../app/ceremony/work.ts';
import { after, eventsOf } from './history.ts';
import { outcomeFor } from './machine.ts';
import { acting, approvedBy, exceptionsClosed, ready } from './signing.ts';

export { after, eventsOf } from './history.ts';
export { outcomeFor } from './machine.ts';

/** Walks the pure engine: people who do everything right, and a machine whose outcomes are made up. */

export const time = '2026-11-23T14:07:32.000Z';

/** Where the log stands, when it does not matter. */
export const position = { size: 1, head: '0'.repeat(64), time };

/** A plan document with these keys; the rest is the contract's example. */
export function planWith(keys: readonly object[], more: object = {}): Record<string, unknown> {
  return {
    keyferryPlan: 1,
    title: 'Payroll root key to Azure',
    roles: { administrator: 1, operator: 1, custodian: 3, witness: 1 },
    quorum: { custodian: 2, witness: 1 },
    keys,
    ...more,
  };
}

/** Two people, and one who approves: for stories that are not about approvals, since each of those costs a second. */
export const fewPeople = { roles: { operator: 1, witness: 1 }, quorum: { operator: 1 } };

/** A planned key for an Azure vault. */
export function azureKey(id: string, more: object = {}): Record<string, unknown> {
  return {
    id,
    spec: 'ec-p256',
    source: 'generate',
    after: 'destroy',
    destination: { type: 'azure-key-vault', vault: 'contoso-prod', keyName: id, operations: ['sign'] },
    ...more,
  };
}

type Opening = Extract<Command, { type: 'open-ceremony' }>;

/** States never change, so one that was walked to is walked to once: signatures cost time. */
const openings = new Map<string, CeremonyState>();
const walked = new WeakMap<CeremonyState, CeremonyState>();

/** Opens a ceremony with a plan. */
export function opened(plan: unknown, more: Partial<Opening> = {}): CeremonyState {
  const name = JSON.stringify([plan, more]);
  const state = openings.get(name) ?? after(null, decide(null, openingOf(plan, more)));
  openings.set(name, state);
  return state;
}

function openingOf(plan: unknown, more: Partial<Opening>): Opening {
  return {
    type: 'open-ceremony',
    ceremony: 'rehearsal-2026-11-23-7f3a9c',
    mode: 'rehearsal',
    application: 'Keyferry 0.1.0',
    tokenSerial: null,
    siteSha256: null,
    planApproval: null,
    plan,
    planSha256: parsePlanDocument(plan).sha256,
    ...more,
  };
}

/** One person per seat of the plan. */
export function everybody(state: CeremonyState): Person[] {
  return roles
    .flatMap((role) => Array.from({ length: state.plan.roles[role] }, () => role))
    .map((role, index) => ({
      id: `p${index + 1}`,
      name: `Person ${index + 1}`,
      organisation: '',
      roles: [role],
      initials: `P${String.fromCharCode(65 + index)}`,
      identifiedBy: 'passport',
    }));
}

type ConfirmCommand = Extract<Command, { type: 'confirm-step' }>;

/** The confirmation of people who do what the current step asks. */
export function confirmation(state: CeremonyState): ConfirmCommand {
  const step = stepOf(state);
  return {
    type: 'confirm-step',
    step: step.id,
    ticks: step.ticks.map((tick) => tick.id),
    confirmedBy: step.sensitive ? approvedBy(state) : presentPeople(state).map((person) => person.id),
    input: inputFor(state, step),
    position,
  };
}

/** The state in which everybody has done what comes before the confirmation of the current step: keys and approvals. */
export function readied(state: CeremonyState, input?: LoggedInput): CeremonyState {
  const now = acting(
    state,
    ready(state, () => input ?? inputFor(state, stepOf(state))),
  );
  // What went wrong before anybody could sign has waited until now.
  return stepOf(state).kind === 'register-keys' ? exceptionsClosed(now) : now;
}

export function stepOf(state: CeremonyState): Step {
  const step = currentStep(state);
  if (step === null) throw new Error('the ceremony is closed');
  return step;
}

/** Somebody types the PIN alone. */
export const typedAlone: Credential = { kind: 'credential', how: 'one', by: ['p1'], finalTryAccepted: false };

export function inputFor(state: CeremonyState, step: Step): LoggedInput {
  switch (step.kind) {
    case 'confirm':
    case 'register-keys':
      return { kind: 'none' };
    case 'choose-pin':
    case 'enter-pin':
      return typedAlone;
    case 'name-people':
      return { kind: 'people', people: everybody(state).map((person) => ({ ...person, roles: [...person.roles] })) };
    case 'choose-inbound':
      return { kind: 'folders', folders: ['/media/a'] };
    case 'choose-outbound':
      return { kind: 'folders', folders: remainingCopies(state).map((copy) => `/media/b${copy}`) };
    case 'type-key-ids':
      return { kind: 'key-ids', keyIds: keysToType(state, step).map((key) => key.id) };
  }
}

/** Completes the work in flight, and the work that follows from it, until people are needed. */
export function workDone(state: CeremonyState): CeremonyState {
  let now = state;
  while (now.inFlight !== null) {
    const { effect, request } = now.inFlight;
    now = after(
      now,
      decide(now, {
        type: 'complete-work',
        effect,
        outcome: outcomeFor(now, request),
        settled: false,
        then: 'go-on',
        position,
      }),
    );
  }
  return now;
}

/** Confirms the current step and does its work. */
export function stepDone(state: CeremonyState): CeremonyState {
  const known = walked.get(state);
  if (known !== undefined) return known;
  const now = readied(state);
  const done = workDone(after(now, decide(now, confirmation(now))));
  walked.set(state, done);
  return done;
}

/** The state in which the current step is confirmed, and its work under way. */
export function atWork(state: CeremonyState, more: Partial<ConfirmCommand> = {}): CeremonyState {
  const now = readied(state, more.input);
  return after(now, decide(now, { ...confirmation(now), ...more }));
}

/** Walks until the step with this id is the current one, and has everything done that comes before its confirmation. */
export function walkTo(state: CeremonyState, step: string): CeremonyState {
  let now = state;
  while (stepOf(now).id !== step) now = stepDone(now);
  return readied(now);
}

/** Walks to the end and keeps every event after the first. */
export function wholeCeremony(plan: unknown): { readonly events: CeremonyEvent[]; readonly state: CeremonyState } {
  const state = toTheEnd(opened(plan));
  return { events: eventsOf(state).slice(1), state };
}

/** Does every step that is left. */
export function toTheEnd(state: CeremonyState): CeremonyState {
  let now = state;
  while (currentStep(now) !== null) now = stepDone(now);
  return now;
}

/** The plan of most tests: one key is named like a member of every object, and stays; two copies. */
export const twoKeys = planWith([azureKey('root'), azureKey('constructor', { after: 'keep' })], { copies: 2 });

/** The rule of a refusal, null for events. */
export function refusedBy(decision: Decision): RuleId | null {
  return decision.ok ? null : decision.refusal.rule;
}

/** The state after the work in flight has failed, perhaps because of one key. */
export function failing(state: CeremonyState, settled = false, more: object = {}): CeremonyState {
  const refusal = { rule: 'TOKEN-ANSWERS', cause: 'it did not', remedy: 'look at it', ...more };
  return after(state, decide(state, { type: 'fail-work', effect: state.inFlight?.effect ?? 0, refusal, settled }));
}

/** The state after the work in flight is done; what follows from it is not. */
export function completeOne(state: CeremonyState, settled = false): CeremonyState {
  if (state.inFlight === null) throw new Error('nothing is in flight');
  const { effect, request } = state.inFlight;
  return after(
    state,
    decide(state, {
      type: 'complete-work',
      effect,
      outcome: outcomeFor(state, request),
      settled,
      then: 'go-on',
      position,
    }),
  );
}

/** The first event of a ceremony with this plan. */
export function opening(plan: unknown): CeremonyEvent {
  const state = opened(plan);
  return {
    type: 'ceremony-opened',
    ceremony: state.ceremony,
    mode: state.mode,
    application: state.application,
    tokenSerial: state.tokenSerial,
    siteSha256: state.siteSha256,
    planApproval: state.planApproval,
    planSha256: state.planSha256,
    plan,
  };
}
