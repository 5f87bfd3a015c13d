import { bundleName } from '../../bundle/layout.ts';
import type { CeremonyView, StepView } from '../../contract/view.ts';
import type { Refusal } from '../../rules/refusal.ts';
import type { RoleCounts } from '../roles.ts';
import { roles } from '../roles.ts';
import { logInStep } from '../confirmation.ts';
import { distinctOf, isQuorumLeft } from '../confirmers.ts';
import {
  carriedKeys,
  currentStep,
  isClosed,
  keyInDoubt,
  keysLeftInToken,
  needsToken,
  outcomeOf,
  type CeremonyState,
} from '../state.ts';
import { phases, type Step } from '../step.ts';
import { keysToType, remainingCopies } from '../work.ts';
import { actionOf } from './action.ts';
import { unsettledInWords } from './closing-facts.ts';
import { factsOf } from './facts.ts';
import { actorsOf, confirmersOf, peopleInRoom, peopleView, pinAskedOf, registering } from './people-view.ts';
import { workInWords } from './work-in-words.ts';

/** What only the running application knows: everything else on screen follows from the log. */
export interface Moment {
  readonly log: { readonly size: number; readonly head: string };
  /** Since when the work in flight has been under way, ISO 8601; null when nothing is at work in this process. */
  readonly workingSince: string | null;
  /** True while a session with the token is open and logged in. */
  readonly isTokenOpen: boolean;
  /** Why the log could not take the outcome of the last work. */
  readonly trouble: Refusal | null;
  /** The workstation's network now, as last looked at. */
  readonly airGap: 'closed' | 'open' | 'not-checked';
}

/**
 * Says what the window shows.
 * @param state - the ceremony
 * @param moment - what the running application adds
 * @returns the view, ready to be drawn
 */
export function viewOf(state: CeremonyState, moment: Moment): CeremonyView {
  const step = currentStep(state);
  const reopen = reopeningOf(state, moment);
  return {
    ceremony: state.ceremony,
    title: state.plan.title,
    mode: state.mode,
    journey: journeyOf(state),
    step: step === null ? null : stepView(state, step),
    room: {
      people: peopleInRoom(state),
      token: state.token === null ? null : { label: state.token.identity.label, serial: state.token.identity.serial },
      airGap: moment.airGap,
      log: moment.log,
      deadline: earliestDeadline(state),
    },
    work:
      state.inFlight === null || moment.workingSince === null
        ? null
        : workInWords(state, state.inFlight.request, moment.workingSince),
    refusal: moment.trouble ?? state.failure,
    ...peopleView(state),
    leftOut: [...state.leftOut].map(([key, reason]) => ({ key, reason })),
    reopen,
    isUnsettled: state.inFlight !== null && moment.workingSince === null && reopen === null,
    stopped: stoppedView(state),
    outcome: outcomeOf(state),
    copies: state.copies.map(({ copy, folder }) => ({ copy, folder, bundle: bundleName(state.ceremony) })),
    manifestSha256: state.copies[0]?.manifestSha256 ?? null,
    carried: { keys: carriedKeys(state).length, of: state.plan.keys.length },
    keysInToken: [...keysLeftInToken(state)],
    isClosed: isClosed(state),
  };
}

/** The people of the first log-in open the token again: the window asks for them, as for a step. */
function reopeningOf(state: CeremonyState, moment: Moment): CeremonyView['reopen'] {
  const logIn = logInStep(state);
  if (logIn === null || moment.isTokenOpen || moment.workingSince !== null || !needsToken(state)) return null;
  const distinctPeople = distinctOf(state, logIn.confirmers);
  return { confirmers: confirmersOf(state, logIn), distinctPeople, pin: pinAskedOf(state) };
}

function stoppedView(state: CeremonyState): CeremonyView['stopped'] {
  if (state.stopped === null) return null;
  const { step, reason } = state.stopped;
  return { step, reason, unsettled: unsettledInWords(state), keyInDoubt: keyInDoubt(state) };
}

function journeyOf(state: CeremonyState): CeremonyView['journey'] {
  return phases.map((phase, index) => {
    const steps = state.steps
      .map((step, position) => ({ step, status: statusAt(position, state.current) }))
      .filter(({ step }) => step.phase === phase.id)
      .map(({ step: { id, number, title, key }, status }) => ({ id, number, title, key, status }));
    // After an abort the phases in between have no steps left.
    if (steps.length === 0) return { id: phase.id, number: index + 1, title: phase.title, status: 'to-come', steps };
    const status = steps.every((step) => step.status === 'done')
      ? 'done'
      : steps.every((step) => step.status === 'to-come')
        ? 'to-come'
        : 'now';
    return { id: phase.id, number: index + 1, title: phase.title, status, steps };
  });
}

function statusAt(position: number, current: number): 'done' | 'now' | 'to-come' {
  if (position < current) return 'done';
  return position === current ? 'now' : 'to-come';
}

function stepView(state: CeremonyState, step: Step): StepView {
  return {
    id: step.id,
    number: step.number,
    title: step.title,
    key: step.key,
    kind: step.kind,
    acts: actorsOf(state, step.acts),
    says: [...step.says],
    facts: factsOf(state, step),
    ticks: step.ticks.map((tick) => ({ ...tick })),
    confirmers: confirmersOf(state, step),
    distinctPeople: distinctOf(state, step.confirmers),
    sensitive: step.sensitive,
    action: state.failure === null ? actionOf(state, step) : `Try again: ${actionOf(state, step)}`,
    asks: {
      seats: step.kind === 'name-people' ? seatsOf(state.plan.roles) : [],
      folders: step.kind === 'choose-outbound' ? remainingCopies(state).length : step.kind === 'choose-inbound' ? 1 : 0,
      keyIds: step.kind === 'type-key-ids' ? keysToType(state, step).map((key) => key.id) : [],
      typing: step.kind === 'type-key-ids' ? typingOf(state, step) : null,
      keys: step.kind === 'register-keys' ? registering(state) : [],
      pin: step.kind === 'choose-pin' || step.kind === 'enter-pin' ? pinAskedOf(state) : null,
    },
    next: state.steps[state.current + 1]?.title ?? null,
  };
}

/** Why ids are typed at a step: a tick is made by habit, a name is not. */
function typingOf(state: CeremonyState, step: Step): StepView['asks']['typing'] {
  if (state.stopped !== null) {
    return {
      warning: 'This cannot be undone',
      instruction: isQuorumLeft(state)
        ? 'Type the id of each key that is to be destroyed, exactly as shown, or decline: then it stays.'
        : 'Too few are here to destroy a key: decline each of them, and it stays.',
      mayDecline: true,
    };
  }
  return step.work?.kind === 'destroy-key'
    ? {
        warning: 'This cannot be undone',
        instruction: 'Type the id of each key that is to be destroyed, exactly as shown.',
        mayDecline: false,
      }
    : {
        warning: 'This way of wrapping is weak',
        instruction: 'Type the id of each key that is to be wrapped in this way, exactly as shown, or decline it.',
        mayDecline: true,
      };
}

function seatsOf(counts: RoleCounts): StepView['asks']['seats'] {
  return roles.flatMap((role) => Array.from({ length: counts[role] }, () => role));
}

function earliestDeadline(state: CeremonyState): CeremonyView['room']['deadline'] {
  const deadlines = carriedKeys(state).flatMap(({ id }) => {
    const ends = state.keks.get(id)?.deadline ?? null;
    return ends === null ? [] : [{ key: id, ends }];
  });
  return deadlines.toSorted((one, other) => one.ends.localeCompare(other.ends))[0] ?? null;
}
