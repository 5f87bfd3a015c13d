import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { appendEntry, emptyChain, followLink, type ChainHead } from '../../../app/audit/chain.ts';
import { checkpointBytes, originOf } from '../../../app/audit/checkpoint.ts';
import type { Entry } from '../../../app/audit/entry.ts';
import { parametersSha256, statementBytes, type Statement } from '../../../app/approval/statement.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import { followed, shownAt, wordsOf } from './sample-words.ts';
import { checkpointSignature, logKeyName, newerKeyName, publicKeyOf, signatureOf } from '../../support/keys.ts';
import { headOf } from '../../support/machine.ts';

/**
 * Makes logs in which people have signed. What an event leaves null, which a signature needs or which the screen shows, is
 * filled in when the log is chained: so that a log written anew around another event is one that everybody in the room has signed
 * anew, unless a test keeps what was signed elsewhere.
 */

/** An event of the log before somebody changes it. */
export type Event = Readonly<Record<string, JsonValue>>;

/** Somebody seals an approval key. */
export const registered = (person: string): Event => ({
  type: 'approval-key-registered',
  person,
  publicKey: publicKeyOf(person),
  log: null,
  signature: null,
});

/** Something is put to the people. */
export const asked = (subject: string, shown: Event): Event => ({
  type: 'approval-asked',
  subject,
  parameters: { plan: null, subject, ...shown },
  sha256: null,
});

/** A step with what it was given is put to the people, as the screen shows it then. */
export const askedStep = (step: string, input: JsonValue): Event => asked(step, { input, facts: null });

/** Somebody approves a subject, by default what was asked last. */
export const given = (subject: string, person: string): Event => ({
  type: 'approval-given',
  subject,
  person,
  parametersSha256: null,
  log: null,
  signature: null,
  cosignature: null,
});

/** Confirmation of a step, all its checks ticked, by the witness of every sample, or by those named. */
export const confirmed = (step: string, confirmedBy = ['p2'], input: JsonValue = { kind: 'none' }): Event => ({
  type: 'step-confirmed',
  step,
  number: null,
  title: null,
  ticks: null,
  confirmedBy,
  input,
});

/** A sensitive step is asked, approved and confirmed. */
export const approved = (step: string, by = ['p2'], input: JsonValue = { kind: 'none' }): Event[] => [
  askedStep(step, input),
  ...by.map((person) => given(step, person)),
  confirmed(step, by, input),
];

/** Something did not go as planned. */
export const exceptionOpened = (exception: number, change: Event = {}): Event => ({
  type: 'exception-opened',
  exception,
  step: 'wrap.wrap',
  expected: 'The token wraps.',
  happened: 'The token refuses it.',
  openedBy: 'keyferry',
  rule: 'TOKEN-ANSWERS',
  ...change,
});

/** The quorum of every sample closes an exception; `change` is of what it decides, `by` who approves, `of` what is closed. */
export function exceptionClosed(
  exception: number,
  change: Event = {},
  by: readonly string[] = ['p2'],
  of = exceptionOpened(exception),
): Event[] {
  const { step, expected, happened, rule } = of as Record<string, JsonValue>;
  const { confirmedBy = by, ...decided } = { decided: 'We try again.', decision: 'go-on', key: null, ...change };
  const subject = `exception.${exception}`;
  return [
    asked(subject, { step: step ?? null, expected: expected ?? null, happened: happened ?? null, rule: rule ?? null, ...decided }), // prettier-ignore
    ...by.map((person) => given(subject, person)),
    { type: 'exception-closed', exception, ...decided, confirmedBy },
  ];
}

/** Who enters a line in the register, and who sees it. */
const entered = { by: 'p1', witness: 'p2' };

/** A medium is entered in the register. */
export const mediumNoted: Event = {
  type: 'custody-recorded',
  record: { kind: 'medium', label: 'Media B', serial: '', use: 'outbound', written: null, bag: '', ...entered },
};

/** A bag is opened, and its number is the one on the list, or not. */
export const bagOpened = (idMatched: boolean): Event => ({
  type: 'custody-recorded',
  record: { kind: 'bag-opened', bag: 'B-17', content: 'PIN letter', idMatched, ...entered },
});

const hsmLost = { rule: 'HSM-PROCESS-ALIVE', cause: 'It ended.', remedy: 'look again' };

/** Nobody knows what became of a piece of work. */
export const interrupted = (effect: JsonValue): Event => ({ type: 'effect-interrupted', effect, refusal: hsmLost });

const typed = { kind: 'credential', how: 'one', by: ['p2'], finalTryAccepted: false };

/** The token is opened again, or it is not. */
export const tokenReopened: Event = { type: 'token-reopened', serial: 'x', credential: typed, confirmedBy: ['p2'] };
export const tokenNotReopened: Event = { type: 'token-not-reopened', refusal: hsmLost, credential: typed, confirmedBy: ['p2'] }; // prettier-ignore

/** Somebody is identified again. */
export const returned = (person: string): Event => ({ type: 'person-returned', person, log: null, signature: null });

/** A break that everybody comes back from. */
export const aBreak = (back = ['p1', 'p2']): Event[] => [
  { type: 'break-started', reason: 'Lunch', by: 'p1' },
  ...back.map(returned),
  { type: 'break-ended' },
];

/** An event with everything open that its signature needs, to be signed anew where it stands then. */
export function unsigned(event: Event): Event {
  if (isEvent(event['outcome']) && event['outcome']['kind'] === 'sign-checkpoint')
    return { ...event, outcome: openCheckpoint };
  if (event['type'] === 'ceremony-resumed') return { ...event, log: null };
  if (!('signature' in event)) return event;
  const open = { ...event, log: null, signature: null };
  return event['type'] === 'approval-given' ? { ...open, parametersSha256: null, cosignature: null } : open;
}

/** How far the log has come, signed by the token: filled in where it stands. */
export const openCheckpoint = { kind: 'sign-checkpoint', size: null, root: null, signature: null, kept: true } as const;

/** A clock that goes forward by a second with every entry. */
export const steadyClock = (index: number): number => Date.UTC(2026, 10, 23, 14, 0, index);

/** Chains events into a log, and has signed what is to be signed; `clock` says in milliseconds when each of them happened. */
export function sampleLog(events: readonly JsonValue[], clock = steadyClock): Entry[] {
  const entries: Entry[] = [];
  let head = emptyChain;
  let state: CeremonyState | null = null;
  for (const [index, event] of events.entries()) {
    const time = new Date(clock(index)).toISOString();
    const filled = isEvent(event) ? filledIn(event, entries, head, state) : event;
    const entry = appendEntry(head, { time, actor: 'p1', event: filled });
    entries.push(entry);
    head = followLink(head, entry);
    state = followed(state, entry);
  }
  return entries;
}

/** Whose key the log names as the one that signs it. */
export function sealerIn(entries: readonly Entry[]): string {
  const outcomes = entries.map(({ event }) => member(event, 'outcome'));
  const made = outcomes.find((outcome) => member(outcome, 'kind') === 'make-log-key');
  return member(made, 'publicKey') === publicKeyOf(newerKeyName) ? newerKeyName : logKeyName;
}

function isEvent(value: JsonValue | undefined): value is Event {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const member = (value: JsonValue | undefined, name: string): JsonValue => (isEvent(value) ? (value[name] ?? null) : null); // prettier-ignore
const lastOf = (entries: readonly Entry[], type: string): JsonValue =>
  entries.findLast(({ event }) => member(event, 'type') === type)?.event ?? null;

function filledIn(event: Event, before: readonly Entry[], head: ChainHead, state: CeremonyState | null): Event {
  const opened = before[0]?.event;
  if (event['type'] === 'approval-asked' && event['sha256'] === null) {
    const shown = event['parameters'];
    let parameters = { ...(isEvent(shown) ? shown : {}) };
    if (parameters['plan'] === null) parameters['plan'] = member(opened, 'planSha256');
    if (parameters['facts'] === null)
      parameters = { ...parameters, ...shownAt(state, textOf(event['subject'] ?? null), before) };
    return { ...event, parameters, sha256: parametersSha256(parameters) };
  }
  if (event['type'] === 'step-confirmed' && event['ticks'] === null) {
    return { ...event, ...wordsOf(state, textOf(event['step'] ?? null)) };
  }
  if (
    event['type'] === 'effect-requested' &&
    member(event['request'], 'logSize') === null &&
    isEvent(event['request'])
  ) {
    const { request } = event;
    return 'logSize' in request ? { ...event, request: { ...request, logSize: head.size + 1 } } : event;
  }
  const { outcome } = event;
  if (isEvent(outcome) && outcome['kind'] === 'sign-checkpoint' && outcome['signature'] === null) {
    const now = headOf(before);
    const signature = checkpointSignature(textOf(member(opened, 'ceremony')), now, sealerIn(before));
    return { ...event, outcome: { ...outcome, ...now, signature } };
  }
  const log = { size: head.size, head: head.hash };
  // A restart notes its place, and nobody signs it.
  if (event['type'] === 'ceremony-resumed' && event['log'] === null) return { ...event, log };
  if (event['signature'] !== null) return event;
  const statement = statementFor(event, before);
  const signature = signatureOf(statement.person, statementBytes({ ...statement, log }));
  const isApproval = statement.purpose === 'approval';
  const approval = { parametersSha256: statement.parameters, cosignature: cosignatureOf(statement.person, before) };
  return { ...event, ...(isApproval ? approval : {}), log, signature };
}

/** Over the last checkpoint in the log, whatever it says. */
function cosignatureOf(person: string, before: readonly Entry[]): string | null {
  const last = before
    .map(({ event }) => member(event, 'outcome'))
    .findLast((each) => member(each, 'kind') === 'sign-checkpoint');
  const [size, root] = [member(last, 'size'), member(last, 'root')];
  if (typeof size !== 'number' || typeof root !== 'string') return null;
  const origin = originOf(textOf(member(before[0]?.event, 'ceremony')));
  return signatureOf(person, checkpointBytes({ origin, size, root }));
}

const textOf = (value: JsonValue): string => (typeof value === 'string' ? value : '');

function statementFor(event: Event, before: readonly Entry[]): Omit<Statement, 'log'> {
  const opened = before[0]?.event;
  const [person, subject] = [textOf(member(event, 'person')), textOf(member(event, 'subject'))];
  const isOf = {
    ceremony: textOf(member(opened, 'ceremony')),
    planSha256: textOf(member(opened, 'planSha256')),
    person,
  };
  if (event['type'] === 'approval-given') {
    const hash =
      textOf(event['parametersSha256'] ?? null) || textOf(member(lastOf(before, 'approval-asked'), 'sha256'));
    return { ...isOf, purpose: 'approval', subject, parameters: hash };
  }
  const purpose = event['type'] === 'person-returned' ? 'return' : 'roll-call';
  return { ...isOf, purpose, subject: purpose, parameters: parametersSha256(recordOf(person, before)) };
}

function recordOf(person: string, before: readonly Entry[]): JsonValue {
  const named = before
    .map(({ event }) => member(member(event, 'input'), 'people'))
    .flatMap((people): readonly JsonValue[] => (Array.isArray(people) ? (people as readonly JsonValue[]) : []));
  return named.findLast((each) => member(each, 'id') === person) ?? { id: person };
}

/** Where a step is confirmed. */
export const stepAt = (step: string, events: readonly Event[]): number =>
  events.findIndex((event) => event['type'] === 'step-confirmed' && event['step'] === step);

/** Where a piece of work for a key is requested; its outcome comes next. */
export const workAt = (kind: string, key: string, events: readonly Event[]): number =>
  events.findIndex(({ request }) => member(request, 'kind') === kind && member(request, 'key') === key);

/** The same with its work numbered anew, as the engine does: what was put in or taken out leaves no gap. */
export function numbered(events: readonly Event[]): Event[] {
  let effect = 0;
  return events.map((event) => {
    if (event['type'] === 'effect-requested') effect += 1;
    return 'effect' in event ? { ...event, effect } : event;
  });
}

/** The failure of a piece of work that was requested. */
export const failureOf = (request: Event, refusal: Event = {}): Event => ({
  type: 'effect-failed',
  effect: request['effect'] ?? null,
  settled: false,
  refusal: { rule: 'TOKEN-ANSWERS', cause: 'The token refuses it.', remedy: 'look at it', ...refusal },
});
