import { checkpointToCosign, statementOf } from '../../app/ceremony/approvals.ts';
import { statementBytes, type Statement } from '../../app/approval/statement.ts';
import { decide, type Command, type Decision } from '../../app/ceremony/decide.ts';
import type { Closing } from '../../app/ceremony/exceptions.ts';
import type { LoggedInput } from '../../app/ceremony/events.ts';
import type { Role } from '../../app/ceremony/roles.ts';
import {
  currentStep,
  isEverybodyRegistered,
  openExceptions,
  presentPeople,
  type CeremonyState,
} from '../../app/ceremony/state.ts';
import type { Position } from '../../app/ceremony/work.ts';
import { after } from './history.ts';
import { publicKeyOf, signatureOf } from './keys.ts';

export { publicKeyOf, signatureOf } from './keys.ts';

/** Signs for made-up people, each with a key of their own that follows from their id: what is signed is always the same. */

/** Where the log stands, when it does not matter. */
const anywhere: Position = { size: 1, head: '0'.repeat(64), time: '2026-11-23T14:07:32.000Z' };

/** What a person signs of a state, for the purpose. */
export function signed(
  state: CeremonyState,
  purpose: Statement['purpose'],
  person: string,
  position: Position = anywhere,
): {
  readonly person: string;
  readonly signature: string;
  readonly cosignature: string | null;
  readonly position: Position;
} {
  const log = { size: position.size, head: position.head };
  const checkpoint = purpose === 'approval' ? checkpointToCosign(state) : null;
  return {
    person,
    position,
    signature: signatureOf(person, statementBytes(statementOf(state, purpose, person, log))),
    cosignature: checkpoint === null ? null : signatureOf(person, checkpoint),
  };
}

/** Takes commands one after the other; none may be refused. */
export function acting(state: CeremonyState, commands: (state: CeremonyState) => Iterable<Command>): CeremonyState {
  let now = state;
  for (const command of commands(state)) now = taken(now, command);
  return now;
}

function taken(state: CeremonyState, command: Command): CeremonyState {
  return after(state, decide(state, command));
}

/**
 * What everybody does before the current step is confirmed: approval keys where they are asked for, approvals where the
 * step is sensitive.
 */
export function ready(state: CeremonyState, input: () => LoggedInput): (state: CeremonyState) => Iterable<Command> {
  const step = currentStep(state);
  if (step?.kind === 'register-keys') return registrations;
  if (step?.sensitive !== true) return () => [];
  return (before) =>
    approvals(before, { type: 'ask-step-approval', step: step.id, input: input() }, whoIsAsked(before));
}

/** Everybody registers a key. */
export function registrations(state: CeremonyState): Command[] {
  return state.people
    .filter(({ id }) => !state.approvalKeys.has(id))
    .map(({ id }) => ({
      type: 'register-approval-key',
      publicKey: publicKeyOf(id),
      ...signed(state, 'roll-call', id),
    }));
}

/** Something is put to the people, and these approve it; those who have already do not again. */
export function approvals(
  state: CeremonyState,
  asking: Extract<Command, { type: 'ask-step-approval' | 'ask-exception-approval' }>,
  by: readonly string[],
): Command[] {
  const asked = taken(state, asking);
  const open = by.filter((id) => !(asked.approval?.by.includes(id) ?? false));
  return [asking, ...open.map((id): Command => ({ type: 'give-approval', ...signed(asked, 'approval', id) }))];
}

/** Ids of the people who are here and hold a role that the current step asks for. */
function whoIsAsked(state: CeremonyState): string[] {
  return holdersOf(state, currentStep(state)?.confirmers.roles ?? {});
}

/** After an abort everybody who is left, where nobody holds such a role any more. */
function holdersOf(state: CeremonyState, asked: Partial<Record<Role, number>>): string[] {
  const present = presentPeople(state);
  const holders = present.filter(({ roles }) => roles.some((role) => (asked[role] ?? 0) > 0));
  return (holders.length === 0 && state.stopped !== null ? present : holders).map(({ id }) => id);
}

/** Ids of the people whose approval of the current step stands. */
export function approvedBy(state: CeremonyState): string[] {
  return [...(state.approval?.by ?? [])];
}

/** Ids of the people who are here and hold a role of the plan's quorum. */
export function quorumOf(state: CeremonyState): string[] {
  return holdersOf(state, state.plan.quorum);
}

/** The latest exception ends, unless it is said otherwise: by going on, or by going on without a key. */
export function closingOf(state: CeremonyState, without: string | null, more: Partial<Closing> = {}): Closing {
  return {
    exception: state.exceptions.length,
    decided: without === null ? 'We looked, and try again.' : `We go on without ${without}.`,
    decision: without === null ? 'go-on' : 'leave-out',
    key: without,
    ...more,
  };
}

/** The people are asked, approve and close an exception; what the engine says to the last of it that it took. */
export function closed(
  state: CeremonyState,
  closing: Closing,
  by: readonly string[] = quorumOf(state),
): { readonly state: CeremonyState; readonly decision: Decision } {
  const asking: Command = { type: 'ask-exception-approval', ...closing };
  const asked = decide(state, asking);
  if (!asked.ok) return { state, decision: asked };
  const known = by.filter((id) => quorumOf(state).includes(id));
  const approved = acting(state, (before) => approvals(before, { ...asking }, known));
  return {
    state: approved,
    decision: decide(approved, { type: 'close-exception', ...closing, confirmedBy: by }),
  };
}

/** The quorum of the plan closes every open exception, once it can: try again, or go on without the key. */
export function exceptionsClosed(state: CeremonyState, without: string | null = null): CeremonyState {
  if (!isEverybodyRegistered(state)) return state;
  return openExceptions(state).reduce((now, { exception }, index) => {
    const end = closed(now, closingOf(now, index === 0 ? without : null, { exception }));
    return after(end.state, end.decision);
  }, state);
}

/** Everybody who is waited for is identified again. */
export function allReturned(state: CeremonyState): CeremonyState {
  return presentPeople(state).reduce(
    (now, { id }) => (now.onBreak === null ? now : taken(now, { type: 'return-person', ...signed(now, 'return', id) })),
    state,
  );
}
