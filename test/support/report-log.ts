import type { JsonValue } from '../../app/audit/canonical-json.ts';
import { appendEntry, emptyChain, followLink } from '../../app/audit/chain.ts';
import { entryBytes, parseEntry, type Entry } from '../../app/audit/entry.ts';
import { decide, type Command } from '../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../app/ceremony/events.ts';
import type { CeremonyState } from '../../app/ceremony/state.ts';
import { allReturned, exceptionsClosed } from './signing.ts';
import { after, atWork, azureKey, completeOne, eventsOf, failing, opened, planWith, toTheEnd, walkTo } from './walk.ts';

/** Makes logs that are read back, one entry every 47 seconds, from states that were walked to. */

const began = Date.UTC(2026, 10, 26, 14, 0, 0);

/** The log of a state. */
export function logOf(state: CeremonyState): readonly Entry[] {
  let head = emptyChain;
  return eventsOf(state).map((event, index) => {
    const time = new Date(began + index * 47_000).toISOString();
    const entry = appendEntry(head, { time, actor: actorOf(event), event: event as unknown as JsonValue });
    head = followLink(head, entry);
    return parseEntry(entryBytes(entry));
  });
}

function actorOf(event: CeremonyEvent): string {
  const by = 'confirmedBy' in event ? event.confirmedBy : [];
  return by.length === 0 ? 'room' : by.join(' ');
}

/** The state after a command that must not be refused. */
export function acted(state: CeremonyState, command: Command): CeremonyState {
  return after(state, decide(state, command));
}

const held = { by: 'p3', witness: 'p6' } as const;

/** Everything that a report may have to tell: an alarm, a break that somebody stays away from, a key left out, bags, an abort. */
export function eventfulState(): CeremonyState {
  let state = walkTo(opened(planWith([azureKey('root'), azureKey('lost')])), 'roll-call.start');
  state = acted(state, { type: 'record-custody', record: { kind: 'bag-opened', bag: 'A-1', content: 'Card', idMatched: true, ...held } }); // prettier-ignore
  state = walkTo(state, 'token.accept');
  const alarm = { expected: 'Silence.', happened: 'The fire alarm went off.', openedBy: 'p6', rule: null };
  state = exceptionsClosed(acted(state, { type: 'open-exception', ...alarm }));
  state = acted(walkTo(state, 'keys.make'), { type: 'start-break', reason: 'Lunch', by: 'p1' });
  state = acted(state, { type: 'mark-absent', person: 'p5', reason: 'A child is ill.' });
  state = exceptionsClosed(allReturned(state));
  state = exceptionsClosed(failing(completeOne(atWork(walkTo(state, 'wrap.wrap')))), 'lost');
  state = walkTo(state, 'take-out.write');
  state = acted(state, { type: 'record-custody', record: { kind: 'bag-sealed', bag: 'A-2', content: 'Card', replaces: 'A-1', ...held } }); // prettier-ignore
  return toTheEnd(acted(state, { type: 'stop-ceremony', step: 'take-out.write', reason: 'Medium B did not come.' }));
}
