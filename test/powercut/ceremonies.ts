import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/rehearsal.ts';
import { logOf } from '../ui/support/log.ts';
import { engineRecord } from '../app/bundle/engine-record.ts';
import type { Step } from './script.ts';
import type { Happened } from './store-use.ts';

/** What is written, and in which processes. */
export interface Ceremony {
  readonly happened: readonly Happened[];
  readonly processes: readonly (readonly Step[])[];
}

/** A ceremony with exceptions, a break, a restart and a key that is left out, as the engine itself logs it. */
export function engineCeremony(): readonly Happened[] {
  return engineRecord().map(({ time, actor, event }) => ({ time, actor, event }));
}

/** The log of a rehearsal on the application's own host, with the sample plan and the soft token. */
export function rehearsedCeremony(scratch: string): readonly Happened[] {
  const samples = join(import.meta.dirname, '..', '..', 'resources', 'samples');
  const [profile, outbound] = [join(scratch, 'profile'), join(scratch, 'media-b')];
  mkdirSync(outbound);
  const args = ['--plan', join(samples, 'plan.json'), '--inbound', join(samples, 'inbound')];
  const { code, stderr } = runCli('rehearse', [...args, '--outbound', outbound, '--profile', profile]);
  if (code !== 0) throw new Error(`The rehearsal failed.\n${stderr}`);
  return logOf(profile).map(({ time, actor, event }) => ({ time, actor, event }));
}

/**
 * The course of a ceremony on its workstation: Keyferry is closed and opened again after a third, dies after two thirds
 * and is started again, and is closed at the end.
 */
export function courseOf(happened: readonly Happened[]): readonly (readonly Step[])[] {
  const end = happened.length;
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
  const happened = Array.from({ length: 96 }, (_none, index) => ({
    time: new Date(Date.UTC(2026, 10, 23, 14, 0, index)).toISOString(),
    actor: 'keyferry',
    event: { type: 'note', number: index, text: 'transcript '.repeat(4200) },
  }));
  return { happened, processes: [[{ do: 'make' }, { do: 'append', to: happened.length }]] };
}
