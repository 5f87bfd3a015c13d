import { join } from 'node:path';
import type { HostHandlers, PlanPreview, StepInput } from '../app/contract/calls.ts';
import type { CeremonyView } from '../app/contract/view.ts';
import { parsePlan, refusesPlanNow, type ParsedPlan } from '../app/ceremony/plan.ts';
import { currentStep, isClosed, type CeremonyState } from '../app/ceremony/state.ts';
import type { LeavingOut } from '../app/ceremony/leaving-out.ts';
import type { LoggedInput } from '../app/ceremony/events.ts';
import { planFacts } from '../app/ceremony/view/plan-facts.ts';
import { viewOf } from '../app/ceremony/view/view.ts';
import { Refused, refuse, type Refusal } from '../app/rules/refusal.ts';
import { shelfOf, unfinishedCeremonies } from './audit/shelf.ts';
import { isAirGapClosed } from './ceremony/network.ts';
import {
  beginCeremony,
  leaveCeremony,
  resumeCeremony,
  type CeremonyPorts,
  type OpenCeremony,
} from './ceremony/open-ceremony.ts';
import { MediaDesk, type Direction } from './media/desk.ts';
import { readPlanFile } from './media/plan-file.ts';

/** What the host leans on: the machine, and the two dialogs only the shell can show. */
export interface HostPorts extends CeremonyPorts {
  /** The application's own folder. */
  readonly profile: string;
  /** Folder with `plan.json` and `inbound/`, for a first rehearsal. */
  readonly samples: string;
  readonly chooseFile: () => Promise<string | null>;
  readonly chooseFolder: (direction: Direction) => Promise<string | null>;
  readonly randomHex: (bytes: number) => string;
}

/** The ceremony as the outside may use it: one handler per call of the contract, and word of every change. */
export interface Host {
  readonly handlers: HostHandlers;
  onChange(listener: (view: CeremonyView) => void): void;
  /** Resolves when no work is under way. */
  idle(): Promise<void>;
  /** The open ceremony as the log has it; null when none is open. */
  state(): CeremonyState | null;
  /** Takes every copy of the bundle off the media again, for a rehearsal that nobody watches; returns why some stayed. */
  removeCopies(): readonly Refusal[];
  close(): Promise<void>;
}

/**
 * Puts the application together. Knows neither Electron nor a window, so the same host serves the window, the headless
 * rehearsal and the tests.
 * @param ports - see {@link HostPorts}
 */
export function createHost(ports: HostPorts): Host {
  const desk = new CeremonyDesk(ports);
  return {
    handlers: {
      'app.about': async () => desk.about(),
      'plan.sample': async () => desk.readSample(),
      'plan.choose': async () => desk.choosePlan(),
      'ceremony.open': async ({ plan }) => desk.begin(plan),
      'ceremony.resume': async ({ ceremony }) => desk.resume(ceremony),
      'ceremony.view': async () => desk.view(),
      'ceremony.confirmStep': ({ input, ...confirmed }) =>
        overwriting(input.kind === 'pin' ? input.pin : null, async () => desk.confirm(confirmed, input)),
      'ceremony.reopenToken': ({ pin, confirmedBy }) => overwriting(pin, () => desk.reopenToken(pin, confirmedBy)),
      'ceremony.lookAgain': async () => desk.lookAgain(),
      'ceremony.stop': async ({ step, reason }) => desk.stop(step, reason),
      'ceremony.leaveOutKey': async (decided) => desk.leaveOut(decided),
      'ceremony.leave': async () => desk.leave(),
      'media.list': async ({ direction }) => desk.media.list(direction),
      'media.browse': async ({ direction }) => {
        const path = await ports.chooseFolder(direction);
        return path === null ? null : desk.media.add(direction, path);
      },
    },
    onChange: (listener) => desk.listeners.add(listener),
    idle: async () => desk.idle(),
    state: () => desk.state(),
    removeCopies: () => desk.removeCopies(),
    close: async () => {
      await desk.leave();
    },
  };
}

/** Answers a call that brings a PIN, and overwrites the PIN whatever comes of it. */
async function overwriting<T>(pin: Uint8Array | null, answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } finally {
    pin?.fill(0);
  }
}

/** The one ceremony that is open, the plans read so far, and the media offered. */
class CeremonyDesk {
  readonly media = new MediaDesk();
  readonly listeners = new Set<(view: CeremonyView) => void>();
  readonly #ports: HostPorts;
  readonly #plans = new Map<string, ParsedPlan>();
  #open: OpenCeremony | null = null;
  #leaving: Promise<void> = Promise.resolve();

  constructor(ports: HostPorts) {
    this.#ports = ports;
  }

  about(): Awaited<ReturnType<HostHandlers['app.about']>> {
    const { version, electron } = this.#ports.application;
    const openNow = this.#open?.runner.state.ceremony;
    const unfinished = unfinishedCeremonies(this.#ports.profile).filter(({ ceremony }) => ceremony !== openNow);
    return { version, electron, unfinished };
  }

  readSample(): PlanPreview {
    this.media.add('inbound', join(this.#ports.samples, 'inbound'), 'Sample wrapping keys, shipped with Keyferry');
    return this.readPlan(join(this.#ports.samples, 'plan.json'));
  }

  async choosePlan(): Promise<PlanPreview | null> {
    const path = await this.#ports.chooseFile();
    return path === null ? null : this.readPlan(path);
  }

  readPlan(path: string): PlanPreview {
    const parsed = parsePlan(readPlanFile(path));
    const against = refusesPlanNow(parsed.plan, this.#ports.now().toISOString());
    if (against !== null) throw new Refused(against);
    this.#plans.set(parsed.sha256, parsed);
    const { plan, sha256 } = parsed;
    return { plan: sha256, title: plan.title, purpose: plan.purpose, facts: planFacts(plan, sha256) };
  }

  async begin(sha256: string): Promise<CeremonyView> {
    await this.#makeRoom();
    const parsed = this.#plans.get(sha256) ?? refuse('PLAN-CHOSEN', `No plan with hash ${sha256} was shown.`);
    const { application, siteOf, profile, now, randomHex } = this.#ports;
    const ceremony = `rehearsal-${now().toISOString().slice(0, 10)}-${randomHex(3)}`;
    const folder = join(shelfOf(profile), ceremony);
    return this.#take(
      beginCeremony(this.#ports, folder, {
        type: 'open-ceremony',
        ceremony,
        mode: 'rehearsal',
        application: `${application.name} ${application.version}`,
        tokenSerial: siteOf(folder).serial,
        plan: parsed.document,
        planSha256: parsed.sha256,
      }),
    );
  }

  async resume(ceremony: string): Promise<CeremonyView> {
    await this.#makeRoom();
    const { profile } = this.#ports;
    if (!unfinishedCeremonies(profile).some((unfinished) => unfinished.ceremony === ceremony)) {
      refuse('CEREMONY-ON-THIS-WORKSTATION', `There is no unfinished ceremony "${ceremony}" here.`);
    }
    const resumed = await resumeCeremony(this.#ports, join(shelfOf(profile), ceremony));
    return this.#take(resumed);
  }

  view(): CeremonyView | null {
    return this.#open === null ? null : this.#viewOf(this.#open);
  }

  confirm(confirmed: { step: string; ticks: string[]; confirmedBy: string[] }, input: StepInput): CeremonyView {
    const open = this.#current();
    const secret = input.kind === 'pin' ? input.pin : null;
    const kind = currentStep(open.runner.state)?.kind;
    const wantsPin = kind === 'choose-pin' || kind === 'enter-pin';
    if (wantsPin !== (secret !== null)) {
      refuse('STEP-INPUT-AS-ASKED', `This step asks for ${wantsPin ? 'a' : 'no'} PIN.`);
    }
    open.runner.confirm({ ...confirmed, input: this.#logged(input) }, secret?.slice() ?? null);
    return this.#viewOf(open);
  }

  async reopenToken(pin: Uint8Array, confirmedBy: readonly string[]): Promise<CeremonyView> {
    const open = this.#current();
    await open.runner.reopenToken(pin, confirmedBy);
    return this.#viewOf(open);
  }

  async lookAgain(): Promise<CeremonyView> {
    const open = this.#current();
    await open.runner.lookAgain();
    return this.#viewOf(open);
  }

  async stop(step: string, reason: string): Promise<CeremonyView> {
    const open = this.#current();
    await open.runner.stop(step, reason);
    return this.#viewOf(open);
  }

  leaveOut(decided: LeavingOut): CeremonyView {
    const open = this.#current();
    open.runner.leaveOut(decided);
    return this.#viewOf(open);
  }

  /** A second leave waits for the first: both come back when log and token are let go. */
  async leave(): Promise<null> {
    const open = this.#open;
    this.#open = null;
    if (open !== null) this.#leaving = leaveCeremony(open);
    await this.#leaving;
    return null;
  }

  removeCopies(): readonly Refusal[] {
    return this.#open?.worker.removeCopies(this.#open.runner.state) ?? [];
  }

  state(): CeremonyState | null {
    return this.#open?.runner.state ?? null;
  }

  async idle(): Promise<void> {
    await this.#open?.runner.idle();
  }

  #current(): OpenCeremony {
    return this.#open ?? refuse('CEREMONY-ON-THIS-WORKSTATION', 'No ceremony is open.');
  }

  /** One ceremony at a time; one that is closed makes room by itself. */
  async #makeRoom(): Promise<void> {
    if (this.#open !== null && !isClosed(this.#open.runner.state)) {
      refuse('CEREMONY-ON-THIS-WORKSTATION', `Ceremony ${this.#open.runner.state.ceremony} is open.`);
    }
    await this.leave();
  }

  #take(open: OpenCeremony): CeremonyView {
    this.#open = open;
    open.runner.onChange(() => {
      for (const listener of this.listeners) listener(this.#viewOf(open));
    });
    return this.#viewOf(open);
  }

  #viewOf({ runner, log, hsm }: OpenCeremony): CeremonyView {
    const { size, hash } = log.head();
    return viewOf(runner.state, {
      log: { size, head: hash },
      workingSince: runner.workingSince,
      isTokenOpen: hsm.isLoggedIn,
      trouble: runner.trouble,
      airGap: runner.state.workstation === null ? 'not-checked' : isAirGapClosed() ? 'closed' : 'open',
    });
  }

  #logged(input: StepInput): LoggedInput {
    switch (input.kind) {
      case 'none':
      case 'pin':
        return { kind: 'none' };
      case 'people':
        return { kind: 'people', people: input.people.map((person, index) => ({ ...person, id: `p${index + 1}` })) };
      case 'media':
        return { kind: 'folders', folders: input.media.map((id) => this.media.pathOf(id)) };
      case 'key-ids':
        return input;
    }
  }
}
