import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { HostHandlers } from '../../app/contract/calls.ts';
import type { CeremonyView, StepView } from '../../app/contract/view.ts';
import type { SealingCost } from '../../main/approvals/sealed-key.ts';
import { rehearsalSite, type TokenSite } from '../../main/ceremony/token-site.ts';
import { playStep, type Script } from '../../main/cli/scripted-people.ts';
import { createHost, type Host } from '../../main/host.ts';
import { HsmClient, timeLimits, type HsmChild } from '../../main/hsm/client.ts';
import { forkHsmProcess } from '../../main/hsm/fork.ts';
import { fontFolder, verifierPath } from './paper.ts';
import { Desk, makeKek } from './rehearsal.ts';
import { pin, scratchFolder, tokenModule, withShim } from './token.ts';

const hsmEntry = join(import.meta.dirname, '..', '..', 'main', 'hsm', 'process.ts');

/** A process that starts slowly on a busy machine is no fault of the host. */
const patient = { ...timeLimits, load: 120_000, select: 120_000, login: 120_000 };

type Opening = Parameters<HostHandlers['ceremony.open']>[0];
type Confirmed = Parameters<HostHandlers['ceremony.confirmStep']>[0];

/** What everybody's passphrase begins with: no file may hold it. */
export const passphraseStart = 'wave lantern cobalt';

/** The passphrase of somebody, as bytes of its own: whoever receives it overwrites it. */
export function passphraseOf(person: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(`${passphraseStart} ${person}`));
}

/** How the PIN is given by one person. */
export function pinInput(text?: string, by = 'p1'): Extract<Confirmed['input'], { kind: 'pin' }> {
  return { kind: 'pin', pin: pin(text), by, finalTryAccepted: false };
}

/**
 * The application's own host on a real token and a real disk, with people who sign with passphrases of their own. Only the
 * dialogs are answered here.
 */
export class HostRoom {
  readonly #scratch = scratchFolder();
  readonly folder = this.#scratch.folder;
  readonly desk = new Desk(this.folder);
  readonly kek = makeKek();
  /** The HSM process of the moment, and the faults its module is to show when it is loaded next. */
  child: HsmChild | null = null;
  faults: Record<string, string> | null = null;
  /** What every HSM process has in its environment besides what the site says. */
  environment: Record<string, string> = {};
  version = '0.1.0';
  now = (): Date => new Date();
  passphrases: SealingCost = 'generated';
  /** What is chosen in the dialog for a PKCS#11 module. */
  module: string | null = null;
  host: Host;

  /** @param keys - of the plan; each gets a wrapping key of its own on media A */
  constructor(plan: object, keys: readonly string[]) {
    this.desk.plan(plan);
    for (const key of keys) this.desk.bring(key, 'kek.json', this.kek.json());
    this.host = this.newHost();
  }

  newHost(): Host {
    const fork = forkHsmProcess(hsmEntry);
    return createHost({
      profile: this.desk.profile,
      samples: join(this.folder, 'samples'),
      fonts: fontFolder,
      verifier: verifierPath,
      application: { name: 'Keyferry', version: this.version, electron: '43.2.0' },
      createHsm: () =>
        new HsmClient((environment) => (this.child = fork({ ...this.environment, ...environment })), patient),
      siteOf: (folder) => this.#siteOf(folder),
      now: () => this.now(),
      randomHex: () => randomBytes(3).toString('hex'),
      chooseFile: async () => this.desk.planFile,
      chooseFolder: async (direction) => this.desk[direction],
      chooseModule: async () => this.module,
      rehearsalModule: tokenModule,
      passphrases: this.passphrases,
    });
  }

  get calls(): HostHandlers {
    return this.host.handlers;
  }

  readonly script: Script = {
    pin,
    passphrase: passphraseOf,
    choose: async (direction, count) =>
      count === 0 ? [] : [(await this.calls['media.browse']({ direction }))?.id ?? ''],
  };

  async open(token: Opening['token'] = null): Promise<CeremonyView> {
    const preview = await this.calls['plan.choose']({});
    return this.calls['ceremony.open']({ plan: preview?.plan ?? '', token });
  }

  /** Ends the application and starts it anew; nobody has taken the ceremony up yet. */
  async restart(): Promise<void> {
    await this.host.close();
    this.host = this.newHost();
  }

  /** Takes a ceremony up again, and everybody is identified. */
  async resume(ceremony: string): Promise<CeremonyView> {
    await this.calls['ceremony.resume']({ ceremony, keep: null });
    return this.everybodyBack();
  }

  async view(): Promise<CeremonyView> {
    const shown = await this.calls['ceremony.view']({});
    if (shown === null) throw new Error('no ceremony is open');
    return shown;
  }

  async step(): Promise<StepView> {
    const { step } = await this.view();
    if (step === null) throw new Error('the ceremony is closed');
    return step;
  }

  /** Everybody does what the current step asks; its work has begun. */
  async play(): Promise<void> {
    await playStep(await this.step(), this.script, this.calls);
  }

  async confirmStep(): Promise<CeremonyView> {
    await this.play();
    await this.host.idle();
    return this.view();
  }

  async runTo(step: string): Promise<void> {
    while ((await this.view()).step?.id !== step) expect((await this.confirmStep()).refusal).toBeNull();
  }

  async runToEnd(): Promise<void> {
    while ((await this.view()).step !== null) expect((await this.confirmStep()).refusal).toBeNull();
  }

  /** A confirmation of the current step with an input of its own, by everybody of the roll call. */
  async confirmation(input: Confirmed['input']): Promise<Confirmed> {
    const { step, room } = await this.view();
    if (step === null) throw new Error('the ceremony is closed');
    const confirmedBy = room.people.map(({ id }) => id);
    return { step: step.id, ticks: step.ticks.map(({ id }) => id), confirmedBy, input };
  }

  /** Opens the token again, with the PIN typed by one person, before everybody. */
  async reopen(text?: string): Promise<CeremonyView> {
    const { room } = await this.view();
    return this.calls['ceremony.reopenToken']({ pin: pinInput(text), confirmedBy: room.people.map(({ id }) => id) });
  }

  async everybodyBack(): Promise<CeremonyView> {
    for (const { id } of (await this.view()).onBreak?.waiting ?? []) {
      await this.calls['people.return']({ person: id, passphrase: passphraseOf(id) });
    }
    return this.view();
  }

  /** The quorum looks at every open exception and goes on; returns the rules of those that it closed. */
  async exceptionsDecided(): Promise<(string | null)[]> {
    const rules: (string | null)[] = [];
    for (let shown = await this.view(); shown.closing !== null; shown = await this.view()) {
      const { exception, confirmers } = shown.closing;
      const closing = { exception, decided: 'We looked, and try again.', decision: 'go-on' as const, key: null };
      const quorum = [...new Set(confirmers.flatMap(({ people }) => people.map(({ id }) => id)))];
      for (const person of quorum) {
        await this.calls['people.approveException']({ ...closing, person, passphrase: passphraseOf(person) });
      }
      await this.calls['people.closeException']({ ...closing, confirmedBy: quorum });
      rules.push(shown.exceptions.find((record) => record.exception === exception)?.rule ?? null);
    }
    return rules;
  }

  /** The files of the profile, relative. */
  files(): string[] {
    return readdirSync(this.desk.profile, { recursive: true }).map(String);
  }

  /** The objects in the rehearsal token; SoftHSM keeps one file for each, besides the token's own. */
  objectsInToken(): string[] {
    return this.files().filter((path) => path.endsWith('.object') && !path.endsWith('token.object'));
  }

  async end(): Promise<void> {
    await this.host.close();
    this.#scratch.remove();
  }

  #siteOf(folder: string): TokenSite {
    const real = rehearsalSite(join(folder, 'token'), tokenModule);
    return { ...real, module: () => (this.faults === null ? real.module() : withShim(real.module(), this.faults)) };
  }
}
