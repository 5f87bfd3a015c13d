import { mostAtOnce } from '../../../app/audit/two-copies.ts';
import type { Command, Decision } from '../../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../../app/ceremony/events.ts';
import { openBags } from '../../../app/ceremony/custody.ts';
import { evolve } from '../../../app/ceremony/evolve.ts';
import { isClosed, openExceptions, type CeremonyState } from '../../../app/ceremony/state.ts';
import { attemptsAt, type Attempt } from './commands.ts';
import { broken, emptyLedger, entered, type Ledger } from './ledger.ts';

/** What is walked through. */
export interface Exploration {
  readonly start: CeremonyState;
  readonly decide: (state: CeremonyState, command: Command) => Decision;
  /** How many times a path may depart from the plan; after the first time, only while that one is not settled. */
  readonly departures: number;
  /** Stop at the first broken promise; a walk that is right has none. */
  readonly onlyUntilBroken?: boolean;
}

interface Node {
  readonly state: CeremonyState;
  readonly ledger: Ledger;
  readonly departures: number;
  readonly from: { readonly node: number; readonly events: readonly CeremonyEvent[] } | null;
}

export interface Explored {
  readonly states: number;
  /** Commands that were tried, taken and refused. */
  readonly transitions: number;
  readonly broken: readonly string[];
  /** States from which no end can be reached in an orderly way. */
  readonly dead: readonly string[];
  /** How many states are an end. */
  readonly ends: number;
  /** The rules by which something was refused. */
  readonly rules: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
  /** The events that lead to every so many-th state, and that state. */
  readonly samples: (every: number) => { readonly events: CeremonyEvent[]; readonly state: CeremonyState }[];
}

/** Walks through every state that can be reached, breadth first, and holds each transition to the ledger. */
export function explore({ start, decide, departures, onlyUntilBroken = false }: Exploration): Explored {
  const nodes: Node[] = [{ state: start, ledger: emptyLedger, departures: 0, from: null }];
  const known = new Map<string, number>([[keyOf(start, 0), 0]]);
  const into: number[][] = [[]];
  const faults = new Set<string>();
  const rules = new Set<string>();
  let transitions = 0;
  for (let at = 0; at < nodes.length; at++) {
    if (onlyUntilBroken && faults.size > 0) break;
    const node = nodes[at];
    if (node === undefined) break;
    for (const attempt of attemptsAt(node.state)) {
      const spent = node.departures + (attempt.departs === undefined ? 0 : 1);
      if (spent > departures || !mayTry(node, attempt)) continue;
      transitions += 1;
      const decision = decide(node.state, attempt.command);
      const fault = faultIn(node, attempt, decision);
      if (fault !== null) faults.add(`${fault}: ${attempt.command.type} at ${stepOf(node.state)}`);
      if (!decision.ok) rules.add(decision.refusal.rule);
      if (!decision.ok || decision.events.length === 0) continue;
      const next = taken(node, decision.events, faults);
      const key = keyOf(next.state, spent);
      const found = known.get(key) ?? nodes.length;
      if (found === nodes.length) {
        known.set(key, found);
        nodes.push({ ...next, departures: spent, from: { node: at, events: decision.events } });
        into.push([]);
      }
      const isSecondStop = attempt.command.type === 'stop-ceremony' && node.state.stopped !== null;
      if (!isSecondStop) into[found]?.push(at);
    }
  }
  return {
    states: nodes.length,
    transitions,
    broken: [...faults],
    dead: deadEnds(nodes, into),
    ends: nodes.filter(({ state }) => isClosed(state)).length,
    rules,
    steps: new Set(nodes.map(({ state }) => stepOf(state))),
    samples: (every) =>
      nodes.flatMap(({ state }, at) => (at % every === every - 1 ? [{ state, events: logOf(nodes, at) }] : [])),
  };
}

/** What departs from the plan twice, and has nothing to do with each other, was walked through one by one. */
function mayTry({ state, departures }: Node, { departs }: Attempt): boolean {
  return departs === undefined || departures === 0 || (departs === 'any' && isUnsettled(state));
}

function isUnsettled(state: CeremonyState): boolean {
  return state.onBreak !== null || state.failure !== null || openExceptions(state).length > 0;
}

/** What was taken that must be refused, and the stop that must be taken. */
function faultIn({ state }: Node, { command, wrong }: Attempt, decision: Decision): string | null {
  if (decision.ok && wrong !== undefined) return wrong;
  if (!decision.ok && command.type === 'stop-ceremony' && !isClosed(state)) return 'a stop was refused';
  return null;
}

function taken(node: Node, events: readonly CeremonyEvent[], faults: Set<string>): Pick<Node, 'state' | 'ledger'> {
  let { state, ledger } = node;
  // A repair after a power cut takes more than that for damage.
  if (events.length > mostAtOnce) faults.add(`${events.length} entries by one command at ${stepOf(state)}`);
  for (const event of events) {
    const next = evolve(state, event);
    const fault = broken(ledger, event, state, isClosed(next) && !isClosed(state));
    if (fault !== null) faults.add(`${fault}: ${event.type} at ${stepOf(state)}`);
    ledger = entered(ledger, event);
    state = next;
  }
  return { state, ledger };
}

/** States from which no way leads to an end. */
function deadEnds(nodes: readonly Node[], into: readonly (readonly number[])[]): string[] {
  const alive = new Set(nodes.flatMap(({ state }, at) => (isClosed(state) ? [at] : [])));
  const waiting = [...alive];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const before of into[at] ?? []) {
      if (alive.has(before)) continue;
      alive.add(before);
      waiting.push(before);
    }
  }
  return nodes.flatMap(({ state }, at) => (alive.has(at) ? [] : [stepOf(state)]));
}

function logOf(nodes: readonly Node[], at: number): CeremonyEvent[] {
  const pieces: (readonly CeremonyEvent[])[] = [];
  for (let node = nodes[at]; node !== undefined && node.from !== null; node = nodes[node.from.node]) {
    pieces.unshift(node.from.events);
  }
  return pieces.flat();
}

function stepOf(state: CeremonyState): string {
  return state.steps[state.current]?.id ?? 'end';
}

/**
 * What tells states apart: everything that a decision may depend on, but no words, no count of work and no exception that
 * is closed. Who approved and who is back is a set.
 */
function keyOf(state: CeremonyState, departures: number): string {
  const { approval, onBreak, inFlight, failure, stopped } = state;
  const sorted = (ids: Iterable<string>): string[] => [...ids].toSorted();
  // Two custodians who do the same are told apart by nothing.
  const who = (ids: Iterable<string>): string[] =>
    sorted(ids).map((id, index) => (index === 0 && id === 'p2' ? 'p1' : id));
  const people = [
    who(state.approvalKeys.keys()),
    state.people.length,
    state.absent,
    (state.wrongPassphrases.get('p1') ?? 0) % 3,
  ];
  const now = [
    approval === null ? null : [approval.subject, approval.parameters, who(approval.by)],
    openExceptions(state).map(({ rule, openedBy }) => [rule, openedBy]),
    onBreak === null ? null : [onBreak.kind, who(onBreak.returned)],
    inFlight?.request ?? null,
    failure === null ? null : [failure.rule, failure.key],
    state.input,
    openBags(state.custody),
  ];
  const done = [sorted(state.targets.keys()), state.copies.length, state.destroyed, sorted(state.leftOut.keys())];
  // After a stop, what was compared and approved before plays no part any more.
  const before = stopped === null ? [state.compared.size, sorted(state.wrapped.keys()), sorted(state.approvedWraps.keys()), state.weakAccepted] : [stopped.unsettled?.kind]; // prettier-ignore
  // Once all is settled, nothing departs from the plan any more on this path: how often it did plays no part.
  const spent = departures === 0 || isUnsettled(state) ? departures : 1;
  return JSON.stringify([spent, stepOf(state), people, now, done, before]);
}
