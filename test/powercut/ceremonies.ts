import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from '../../app/audit/canonical-json.ts';
import { commandsOf } from '../ui/support/log.ts';
import { runCli } from '../support/rehearsal.ts';
import { engineRecord } from '../app/bundle/engine-record.ts';
import type { Step } from './script.ts';
import { ceremonyId, type Command } from './store-use.ts';

/** What is written, and in which processes. */
export interface Ceremony {
  readonly commands: readonly Command[];
  readonly processes: readonly (readonly Step[])[];
}

/** A ceremony with exceptions, a break, a restart and a key that is left out, as the engine itself logs it. */
export function engineCeremony(): readonly Command[] {
  const happened = engineRecord().map(({ time, actor, event }) => ({ time, actor, event }));
  return [...Map.groupBy(happened, ({ time }) => time).values()];
}

/** The log of a rehearsal on the application's own host, with the sample plan and the soft token. */
export function rehearsedCeremony(scratch: string): readonly Command[] {
  const samples = join(import.meta.dirname, '..', '..', 'resources', 'samples');
  const [profile, outbound] = [join(scratch, 'profile'), join(scratch, 'media-b')];
  mkdirSync(outbound);
  const args = ['--plan', join(samples, 'plan.json'), '--inbound', join(samples, 'inbound')];
  const { code, stderr } = runCli('rehearse', [...args, '--outbound', outbound, '--profile', profile]);
  if (code !== 0) throw new Error(`The rehearsal failed.\n${stderr}`);
  return commandsOf(profile).map((entries) => entries.map(({ time, actor, event }) => ({ time, actor, event: inPlace(event) }))); // prettier-ignore
}

/** The log lies in the place of one ceremony, whatever it was called when it was held. */
function inPlace(event: JsonValue): JsonValue {
  const isOpening =
    typeof event === 'object' && event !== null && 'type' in event && event['type'] === 'ceremony-opened';
  return isOpening ? { ...event, ceremony: ceremonyId } : event;
}

/**
 * The course of a ceremony on its workstation: Keyferry is closed and opened again after a third, dies after two thirds
 * and is started again, and is closed at the end.
 */
export function courseOf(commands: readonly Command[]): readonly (readonly Step[])[] {
  const end = commands.flat().length;
  return [
    [
      { do: 'make' },
      { do: 'append', to: Math.floor(end / 3) },
      { do: 'close' },
      { do: 'take-up' },
      { do: 'append', to: Math.floor((2 * end) / 3) },
    ],
    [{ do: 'take-up' }, { do: 'append', to: end }, { do: 'close' }],
  ];
}

/** Entries so large that SQLite folds its -wal file into the database while the ceremony goes on (at 1,000 pages). */
export function bulkyCeremony(): Ceremony {
  const commands = Array.from({ length: 96 }, (_none, index) => [
    {
      time: new Date(Date.UTC(2026, 10, 23, 14, 0, index)).toISOString(),
      actor: 'keyferry',
      event: { type: 'note', number: index, text: 'transcript '.repeat(4200) },
    },
  ]);
  return { commands, processes: [[{ do: 'make' }, { do: 'append', to: commands.length }]] };
}
