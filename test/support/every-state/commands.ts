import type { Command } from '../../../app/ceremony/decide.ts';
import { openBags, type CustodyRecord } from '../../../app/ceremony/custody.ts';
import type { LoggedInput } from '../../../app/ceremony/events.ts';
import { keyToLeaveOut } from '../../../app/ceremony/leaving-out.ts';
import { currentStep, openExceptions, presentPeople, type CeremonyState } from '../../../app/ceremony/state.ts';
import type { Step } from '../../../app/ceremony/step.ts';
import { keysToType } from '../../../app/ceremony/work.ts';
import { publicKeyOf, signed } from '../signing.ts';
import { inputFor, outcomeFor, position, typedAlone } from '../walk.ts';

/** A command that somebody might try. */
export interface Attempt {
  readonly command: Command;
  /** For what departs from the plan: a path takes so many of those and no more, some of them only as its first. */
  readonly departs?: 'first' | 'any' | undefined;
  /** Why the engine must refuse it; null where it is for the engine to say. */
  readonly wrong?: string | undefined;
}

const refusal = { rule: 'TOKEN-ANSWERS', cause: 'it did not', remedy: 'look at it' };
const bag = { bag: 'B-1', content: 'media A' };

/** Everything that is tried at a state: what is right, what is wrong, and what departs from the plan. */
export function attemptsAt(state: CeremonyState): Attempt[] {
  const step = currentStep(state);
  if (step === null) return [];
  return [
    { command: { type: 'stop-ceremony', step: step.id, reason: 'somebody said stop' } },
    ...(state.inFlight === null ? confirmations(state, step) : work(state)),
    ...registering(state, step),
    ...approving(state, step),
    ...closing(state),
    ...leaving(state),
    ...departing(state),
  ];
}

/** What a step may be given, in two ways where it takes two. */
function inputsFor(state: CeremonyState, step: Step): LoggedInput[] {
  const usual = inputFor(state, step);
  switch (step.kind) {
    case 'choose-outbound':
      return [
        usual,
        { kind: 'folders', folders: usual.kind === 'folders' ? usual.folders.map((path) => `${path}-other`) : [] },
      ];
    case 'type-key-ids':
      return [usual, { kind: 'key-ids', keyIds: keysToType(state, step).map(() => '') }];
    default:
      return [usual];
  }
}

function confirmations(state: CeremonyState, step: Step): Attempt[] {
  const present = presentPeople(state).map(({ id }) => id);
  const approved = state.approval?.by ?? [];
  const full = step.sensitive ? approved : present;
  const groups = [full, full.slice(0, -1), [], ...(step.sensitive ? [present] : [])];
  const ticks = step.ticks.map(({ id }) => id);
  const confirming = (given: readonly string[], confirmedBy: readonly string[], input: LoggedInput): Command => ({
    type: 'confirm-step',
    step: step.id,
    ticks: given,
    confirmedBy,
    input,
    position,
  });
  return inputsFor(state, step).flatMap((input) => [
    ...groups.map((by) => ({ command: confirming(ticks, by, input) })),
    ...(ticks.length === 0
      ? []
      : [{ command: confirming(ticks.slice(1), full, input), wrong: 'confirmed with a missing tick' }]),
  ]);
}

function work(state: CeremonyState): Attempt[] {
  if (state.inFlight === null) return [];
  const { effect, request } = state.inFlight;
  const done = { type: 'complete-work' as const, effect, outcome: outcomeFor(state, request), position };
  const isLost = state.failure !== null;
  return [
    ...(isLost ? [] : [{ command: { ...done, settled: false, then: 'go-on' as const } }]),
    ...(isLost ? [] : [{ command: { ...done, settled: false, then: 'wait' as const }, departs: 'first' as const }]),
    { command: { ...done, settled: true, then: 'go-on' }, departs: isLost ? undefined : 'any' },
    { command: { type: 'fail-work', effect, settled: isLost, refusal }, departs: isLost ? undefined : 'any' },
    ...(isLost ? [] : [{ command: { type: 'interrupt-work' as const, effect, refusal }, departs: 'any' as const }]),
  ];
}

function registering(state: CeremonyState, step: Step): Attempt[] {
  if (step.kind !== 'register-keys') return [];
  const key = (id: string): Pick<Extract<Command, { type: 'register-approval-key' }>, 'type' | 'publicKey'> => ({
    type: 'register-approval-key',
    publicKey: publicKeyOf(id),
  });
  return state.people.flatMap(({ id }) => {
    const own = signed(state, 'roll-call', id);
    const forged = { ...own, signature: signed(state, 'return', id).signature };
    return [{ command: { ...key(id), ...own } }, { command: { ...key(id), ...forged }, wrong: 'registered unproven' }];
  });
}

function approving(state: CeremonyState, step: Step): Attempt[] {
  const asked = step.sensitive
    ? inputsFor(state, step).map((input) => ({ command: { type: 'ask-step-approval' as const, step: step.id, input } }))
    : [];
  if (state.approval === null) return asked;
  const [first] = state.people;
  const given = presentPeople(state).map(({ id }) => ({
    command: { type: 'give-approval' as const, ...signed(state, 'approval', id) },
  }));
  const forged = { ...signed(state, 'approval', first?.id ?? ''), person: state.people.at(-1)?.id ?? '' };
  return [
    ...asked,
    ...given,
    { command: { type: 'give-approval', ...forged }, wrong: 'approved by another’s signature' },
  ];
}

function closing(state: CeremonyState): Attempt[] {
  const [open] = openExceptions(state);
  if (open === undefined) return [];
  const key = keyToLeaveOut(state);
  const approved = state.approval?.by ?? [];
  const ends = [
    { exception: open.exception, decided: 'We looked.', decision: 'go-on' as const, key: null },
    ...(key === null
      ? []
      : [{ exception: open.exception, decided: 'Without it.', decision: 'leave-out' as const, key }]),
  ];
  return ends.flatMap((end): Attempt[] => [
    { command: { type: 'ask-exception-approval', ...end } },
    { command: { type: 'close-exception', ...end, confirmedBy: approved } },
    { command: { type: 'close-exception', ...end, confirmedBy: approved.slice(1) } },
    {
      command: { type: 'close-exception', ...end, decided: 'Something else.', confirmedBy: approved },
      wrong: 'closed with other words',
    },
  ]);
}

/** Who comes back from a break, and who does not; only one of the custodians ever stays away, and the witness. */
function leaving(state: CeremonyState): Attempt[] {
  if (state.onBreak === null) return [];
  const [first] = state.people;
  const forged = { ...signed(state, 'return', first?.id ?? ''), person: state.people.at(-1)?.id ?? '' };
  return [
    ...presentPeople(state).map(({ id }) => ({
      command: { type: 'return-person' as const, ...signed(state, 'return', id) },
    })),
    { command: { type: 'return-person', ...forged }, wrong: 'came back by another’s signature' },
    { command: { type: 'mark-absent', person: 'p3', reason: 'ill' } },
    {
      command: { type: 'mark-absent', person: 'p4', reason: 'ill' },
      // An abort is brought to its end by whoever is left.
      wrong: state.stopped === null ? 'went on without the only witness' : undefined,
    },
  ];
}

function departing(state: CeremonyState): Attempt[] {
  const wrong = state.wrongPassphrases.get('p1') ?? 0;
  const isOpen = openBags(state.custody).length > 0;
  // A passphrase is typed where somebody approves or comes back.
  const isTyping = state.onBreak !== null || state.approval !== null;
  const noticed = { expected: 'Nobody comes in.', happened: 'The door was opened.', openedBy: 'keyferry', rule: null };
  const confirmedBy = presentPeople(state).map(({ id }) => id);
  const [by = '', witness = ''] = [confirmedBy[0], confirmedBy.at(-1)];
  const torn: CustodyRecord = { kind: 'bag-opened', ...bag, idMatched: false, by, witness };
  const closed: CustodyRecord = { kind: 'bag-sealed', ...bag, replaces: null, by, witness };
  const attempt = { credential: { ...typedAlone, by: confirmedBy.slice(0, 1) }, confirmedBy };
  return [
    { command: { type: 'open-exception', ...noticed }, departs: 'any' },
    ...(isTyping
      ? [
          {
            command: { type: 'refuse-passphrase' as const, person: 'p1' },
            departs: wrong % 3 === 0 ? ('first' as const) : undefined,
          },
        ]
      : []),
    { command: { type: 'start-break', reason: 'lunch', by: 'p1' }, departs: 'any' },
    { command: { type: 'resume-ceremony', application: state.application, position }, departs: 'any' },
    { command: { type: 'reopen-token', serial: 'abc123', ...attempt } },
    {
      command: { type: 'refuse-token', refusal, ...attempt },
      departs: 'first',
    },
    { command: { type: 'record-custody', record: isOpen ? closed : torn }, departs: isOpen ? undefined : 'first' },
  ];
}
