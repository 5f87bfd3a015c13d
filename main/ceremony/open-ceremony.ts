import { join } from 'node:path';
import type { Command } from '../../app/ceremony/decide.ts';
import type { Side } from '../../app/audit/two-copies.ts';
import { parseEvent, type EventOf } from '../../app/ceremony/events.ts';
import { openKeyFolder } from '../approvals/key-folder.ts';
import type { SealingCost } from '../approvals/sealed-key.ts';
import type { Hsm } from '../hsm/port.ts';
import { readReleased } from '../media/released-file.ts';
import { placesOf } from '../audit/places.ts';
import type { Happened, Reopening } from '../audit/repair.ts';
import { readSiteBinding } from '../audit/site-binding.ts';
import { createLog, openLog, type AuditLog } from '../audit/store.ts';
import { Runner, type RunnerPorts } from './runner.ts';
import { createSigners } from './signers.ts';
import { boundSite, type TokenSite } from './token-site.ts';
import type { WorkPorts } from './work-ports.ts';
import { createWorker, type Worker } from './worker.ts';
import { openWorkspace } from './workspace.ts';

/** A ceremony that is open in this process: its log, its HSM and the runner between them. */
export interface OpenCeremony {
  readonly log: AuditLog;
  readonly hsm: Hsm;
  readonly worker: Worker;
  readonly runner: Runner;
}

/** What every ceremony of this workstation shares. */
export interface CeremonyPorts {
  readonly createHsm: () => Hsm;
  readonly siteOf: (folder: string) => TokenSite;
  readonly application: WorkPorts['application'];
  readonly now: () => Date;
  /** Path of the verifier in Python. */
  readonly verifier: string;
  /** How dear a guess at a passphrase is made: what scripted people have was not typed. */
  readonly passphrases: SealingCost;
}

/**
 * Begins a ceremony in a folder of its own.
 * @param folder - the ceremony's folder; must hold no log yet
 * @param opening - what the first event says
 */
export function beginCeremony(
  ports: CeremonyPorts,
  folder: string,
  opening: Extract<Command, { type: 'open-ceremony' }>,
): OpenCeremony {
  const log = createLog(placesOf(folder));
  const { hsm, worker } = assemble(ports, folder, log, opening.siteSha256);
  return { log, hsm, worker, runner: Runner.open(runnerPorts(ports, folder, log, worker), opening) };
}

/**
 * Takes a ceremony up again; whatever was under way is settled as far as that needs no token.
 * @param folder - the ceremony's folder
 * @param keep - with which of log and copy the people go on, where they had to choose
 * @throws Refused when the log is damaged, in use by another process, of another version, or its site binding another
 */
export async function resumeCeremony(ports: CeremonyPorts, folder: string, keep: Side | null): Promise<OpenCeremony> {
  const log = openLog(placesOf(folder), { tell: (repair) => repaired(repair, ports.now()), chosen: keep });
  try {
    const first = parseEvent(log.entries()[0]?.event);
    const site = first.type === 'ceremony-opened' ? first.siteSha256 : null;
    const { hsm, worker } = assemble(ports, folder, log, site);
    return { log, hsm, worker, runner: await Runner.resume(runnerPorts(ports, folder, log, worker)) };
  } catch (error) {
    log.close();
    throw error;
  }
}

/** Lets go of the token and the log; the work of the moment ends first, and no other begins. */
export async function leaveCeremony({ log, hsm, runner }: OpenCeremony): Promise<void> {
  await runner.leave();
  await hsm.close();
  log.close();
}

/** What was done to the log stands in it, right behind the entries that were there. */
function repaired(repair: Parameters<Reopening['tell']>[0], now: Date): Happened {
  const event: EventOf<'log-repaired'> = { type: 'log-repaired', ...repair };
  return { time: now.toISOString(), actor: 'keyferry', event: { ...event } };
}

function assemble(
  ports: CeremonyPorts,
  folder: string,
  log: AuditLog,
  site: string | null,
): { hsm: Hsm; worker: Worker } {
  const binding = readSiteBinding(folder, site);
  const hsm = ports.createHsm();
  const worker = createWorker({
    hsm,
    site: binding === null ? ports.siteOf(folder) : boundSite(binding),
    workspace: openWorkspace(join(folder, 'wrapped')),
    application: ports.application,
    now: ports.now,
    verifier: () => readReleased(ports.verifier),
    entries: () => log.entries(),
    head: () => log.head(),
  });
  return { hsm, worker };
}

function runnerPorts(
  { application, now, passphrases }: CeremonyPorts,
  folder: string,
  log: AuditLog,
  worker: Worker,
): RunnerPorts {
  const signers = createSigners(openKeyFolder(join(folder, 'approval-keys')), passphrases);
  return { log, worker, signers, now, application: `${application.name} ${application.version}` };
}
