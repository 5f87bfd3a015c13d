import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePlanDocument } from '../../app/ceremony/plan.ts';
import { currentStep, openExceptions, presentPeople, type CeremonyState } from '../../app/ceremony/state.ts';
import { openKeyFolder } from '../../main/approvals/key-folder.ts';
import type { AuditLog } from '../../main/audit/store.ts';
import { newLog, reopenLog } from './logs.ts';
import type { Reopening } from '../../main/ceremony/pin-parts.ts';
import { Runner, type RunnerPorts } from '../../main/ceremony/runner.ts';
import { createSigners } from '../../main/ceremony/signers.ts';
import { ScriptedWorker } from './scripted-worker.ts';
import { closingOf, quorumOf } from './signing.ts';
import { confirmation, inputFor, stepOf, typedAlone } from './walk.ts';

/** The passphrase of somebody, as bytes of its own: whoever receives it overwrites it. */
export function passphraseOf(person: string): Uint8Array {
  return new TextEncoder().encode(`wave lantern cobalt ${person}`);
}

/** Somebody with a passphrase. */
export function signing(person: string): { readonly person: string; readonly passphrase: Uint8Array } {
  return { person, passphrase: passphraseOf(person) };
}

/** A PIN that the scripted token takes: it begins with a 1. */
export const pin = (text = '1234'): Uint8Array => new TextEncoder().encode(text);

/** One person types the PIN for the token to be opened again. */
export function reopening(text: string, confirmedBy: readonly string[], secret = pin(text)): Reopening {
  return { pin: secret, credential: typedAlone, confirmedBy };
}

/** Its id, and so the name of its folder. */
const ceremony = 'rehearsal-2026-11-23-7f3a9c';

/**
 * A runner with its log and its sealed keys on a real disk, a clock that can be set, and people who sign with passphrases of
 * their own. Only the machine is scripted.
 */
export class RunnerRoom {
  readonly #folder = mkdtempSync(join(tmpdir(), 'keyferry-runner-'));
  readonly file = join(this.#folder, ceremony, 'log.sqlite');
  /** Where the sealed approval keys lie. */
  readonly keys = join(this.#folder, ceremony, 'approval-keys');
  readonly worker = new ScriptedWorker();
  readonly #plan: unknown;
  log: AuditLog;
  clock = new Date('2026-11-23T14:07:32Z');

  constructor(plan: unknown) {
    this.#plan = plan;
    this.log = newLog(this.file);
    this.worker.head = () => {
      const { size, root } = this.log.head();
      return { size, root };
    };
  }

  ports(more: Partial<RunnerPorts> = {}): RunnerPorts {
    const { log, worker } = this;
    const signers = createSigners(openKeyFolder(this.keys), 'generated');
    return { log, worker, signers, now: () => this.clock, application: 'Keyferry 0.1.0', ...more };
  }

  open(): Runner {
    return Runner.open(this.ports(), {
      type: 'open-ceremony',
      ceremony,
      mode: 'rehearsal',
      application: 'Keyferry 0.1.0',
      tokenSerial: null,
      siteSha256: null,
      planApproval: null,
      plan: this.#plan,
      planSha256: parsePlanDocument(this.#plan).sha256,
    });
  }

  /** The log as the next start finds it. */
  reopenedLog(): AuditLog {
    return reopenLog(this.file);
  }

  /** Ends this process's hold on the log as a crash would, and takes the ceremony up again; the people are not back yet. */
  async crashAndResume(): Promise<Runner> {
    this.log.close();
    this.log = this.reopenedLog();
    return Runner.resume(this.ports());
  }

  /** Somebody types their passphrase, and the exceptions that were opened are decided: then the ceremony goes on. */
  async crashAndGoOn(): Promise<Runner> {
    const runner = await this.crashAndResume();
    await everybodyBack(runner);
    await exceptionsDecided(runner);
    return runner;
  }

  /** The types of the events in the log, from the first. */
  types(): string[] {
    return this.log.entries().map(({ event }) => (event as { readonly type: string }).type);
  }

  end(): void {
    this.log.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Everybody does what comes before the confirmation of the current step: approval keys, and approvals. */
export async function getReady(runner: Runner): Promise<void> {
  const step = stepOf(runner.state);
  if (step.kind === 'register-keys') await register(runner);
  if (!step.sensitive) return;
  for (const person of askedAt(runner.state)) {
    await runner.people.approve(step.id, inputFor(runner.state, step), signing(person));
  }
}

async function register(runner: Runner): Promise<void> {
  for (const { id } of runner.state.people.filter((person) => !runner.state.approvalKeys.has(person.id))) {
    await runner.people.register({ ...signing(id), again: passphraseOf(id) });
  }
}

/** Ids of the people who hold a role that the current step asks for, and have not approved it yet. */
function askedAt(state: CeremonyState): string[] {
  const asked = currentStep(state)?.confirmers.roles ?? {};
  return presentPeople(state)
    .filter(({ id, roles }) => roles.some((role) => (asked[role] ?? 0) > 0) && !state.approval?.by.includes(id))
    .map(({ id }) => id);
}

/** Everybody does what the current step asks, and its work is done. */
export async function confirmStep(runner: Runner, secret: Uint8Array | null = null): Promise<void> {
  await getReady(runner);
  runner.confirm(confirmation(runner.state), secret);
  await runner.idle();
}

/** Does every step before this one. */
export async function runTo(runner: Runner, step: string): Promise<void> {
  while (currentStep(runner.state)?.id !== step) await confirmStep(runner);
}

/** The quorum of the plan closes every open exception: try again, or go on without the key. */
export async function exceptionsDecided(runner: Runner, without: string | null = null): Promise<void> {
  for (const { exception } of openExceptions(runner.state)) {
    const closing = closingOf(runner.state, without, { exception });
    const quorum = quorumOf(runner.state);
    for (const person of quorum) await runner.people.approveException(closing, signing(person));
    runner.people.closeException(closing, quorum);
  }
}

/** Everybody who is waited for types the passphrase. */
export async function everybodyBack(runner: Runner): Promise<void> {
  for (const { id } of presentPeople(runner.state)) {
    if (runner.state.onBreak?.returned.includes(id) === false) await runner.people.comeBack(signing(id));
  }
}
