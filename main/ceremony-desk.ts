import { join } from 'node:path';
import type { HostHandlers, PinInput, StepInput } from '../app/contract/calls.ts';
import type { Side } from '../app/audit/two-copies.ts';
import type { CeremonyView } from '../app/contract/view.ts';
import { currentStep, isClosed, type CeremonyState } from '../app/ceremony/state.ts';
import type { Credential, LoggedInput, Mode } from '../app/ceremony/events.ts';
import { viewOf } from '../app/ceremony/view/view.ts';
import { Refused, refuse, type Refusal } from '../app/rules/refusal.ts';
import { approvalOf } from './audit/approved-plans.ts';
import { shelfOf } from './audit/places.ts';
import { unfinishedCeremonies } from './audit/shelf.ts';
import { keepSiteBinding, siteSha256, type SiteBinding } from './audit/site-binding.ts';
import { isAirGapClosed } from './ceremony/network.ts';
import {
  beginCeremony,
  leaveCeremony,
  resumeCeremony,
  type CeremonyPorts,
  type OpenCeremony,
} from './ceremony/open-ceremony.ts';
import type { PinEntry } from './hsm/port.ts';
import { MediaDesk } from './media/desk.ts';
import { PlanDesk, type PlanDeskPorts } from './plan-desk.ts';
import type { RecordDeskPorts } from './record-desk.ts';
import { SiteDesk, type SiteDeskPorts } from './site-desk.ts';

/** What the desk leans on: the machine, and the dialogs that only the shell can show. */
export interface CeremonyDeskPorts extends CeremonyPorts, PlanDeskPorts, SiteDeskPorts, RecordDeskPorts {
  readonly randomHex: (bytes: number) => string;
}

type Opening = Parameters<HostHandlers['ceremony.open']>[0];
type Confirmed = Omit<Parameters<HostHandlers['ceremony.confirmStep']>[0], 'input'>;

/** The one ceremony that is open, and the desks with the plans read so far and the media offered. */
export class CeremonyDesk {
  readonly media = new MediaDesk();
  readonly plans: PlanDesk;
  readonly site: SiteDesk;
  readonly listeners = new Set<(view: CeremonyView) => void>();
  readonly #ports: CeremonyDeskPorts;
  #open: OpenCeremony | null = null;
  #leaving: Promise<void> = Promise.resolve();

  constructor(ports: CeremonyDeskPorts) {
    this.#ports = ports;
    this.plans = new PlanDesk(ports, this.media);
    this.site = new SiteDesk(ports);
  }

  about(): Awaited<ReturnType<HostHandlers['app.about']>> {
    const { version, electron } = this.#ports.application;
    const openNow = this.#open?.runner.state.ceremony;
    const unfinished = unfinishedCeremonies(this.#ports.profile).filter(({ ceremony }) => ceremony !== openNow);
    return { version, electron, unfinished };
  }

  async begin({ plan: sha256, token }: Opening): Promise<CeremonyView> {
    await this.#makeRoom();
    const parsed = this.plans.planOf(sha256);
    const { application, siteOf, profile } = this.#ports;
    const planApproval = planApprovalOf(profile, sha256);
    const mode: Mode = token === null ? 'rehearsal' : 'production';
    if (mode === 'production') this.#refuseUnfit(planApproval);
    const ceremony = this.#newId(mode);
    const folder = join(shelfOf(profile), ceremony);
    const binding = token === null ? null : this.#bindingOf(token);
    if (binding !== null) keepSiteBinding(folder, binding);
    return this.#take(
      beginCeremony(this.#ports, folder, {
        type: 'open-ceremony',
        ceremony,
        mode,
        application: `${application.name} ${application.version}`,
        tokenSerial: binding?.tokenSerial ?? siteOf(folder).serial,
        siteSha256: binding === null ? null : siteSha256(binding),
        planApproval,
        plan: parsed.document,
        planSha256: parsed.sha256,
      }),
    );
  }

  /** `keep`: with which of log and copy the people go on, where they have to choose. */
  async resume(ceremony: string, keep: Side | null): Promise<CeremonyView> {
    await this.#makeRoom();
    const { profile } = this.#ports;
    if (!unfinishedCeremonies(profile).some((unfinished) => unfinished.ceremony === ceremony)) {
      refuse('CEREMONY-ON-THIS-WORKSTATION', `There is no unfinished ceremony "${ceremony}" here.`);
    }
    const resumed = await resumeCeremony(this.#ports, join(shelfOf(profile), ceremony), keep);
    return this.#take(resumed);
  }

  view(): CeremonyView | null {
    return this.#open === null ? null : this.#viewOf(this.#open);
  }

  confirm(confirmed: Confirmed, input: StepInput): CeremonyView {
    const { runner } = this.current();
    const kind = currentStep(runner.state)?.kind;
    const wantsPin = kind === 'choose-pin' || kind === 'enter-pin';
    if (wantsPin !== isPin(input)) refuse('STEP-INPUT-AS-ASKED', `This step asks for ${wantsPin ? 'a' : 'no'} PIN.`);
    runner.confirm({ ...confirmed, input: this.logged(input) }, isPin(input) ? entryOf(input) : null);
    return this.shown();
  }

  async reopenToken(pin: PinInput, confirmedBy: readonly string[]): Promise<CeremonyView> {
    await this.current().runner.reopenToken({ pin: entryOf(pin), credential: credentialOf(pin), confirmedBy });
    return this.shown();
  }

  async lookAgain(): Promise<CeremonyView> {
    await this.current().runner.lookAgain();
    return this.shown();
  }

  async stop(step: string, reason: string): Promise<CeremonyView> {
    await this.current().runner.stop(step, reason);
    return this.shown();
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

  /** @throws Refused with CEREMONY-ON-THIS-WORKSTATION when none is open */
  current(): Pick<OpenCeremony, 'log' | 'runner'> {
    return this.#open ?? refuse('CEREMONY-ON-THIS-WORKSTATION', 'No ceremony is open.');
  }

  /** What the window shows of the open ceremony. */
  shown(): CeremonyView {
    return this.view() ?? refuse('CEREMONY-ON-THIS-WORKSTATION', 'No ceremony is open.');
  }

  /**
   * What a step was given, as far as it may stand in the log.
   * @throws Refused with MEDIA-OFFERED, or with PRODUCTION-MEDIA-REMOVABLE for a folder of the workstation itself
   */
  logged(input: StepInput): LoggedInput {
    switch (input.kind) {
      case 'none':
        return input;
      case 'pin':
      case 'pin-pad':
      case 'pin-parts':
        return credentialOf(input);
      case 'people':
        return { kind: 'people', people: input.people.map((person, index) => ({ ...person, id: `p${index + 1}` })) };
      case 'media':
        return { kind: 'folders', folders: input.media.map((id) => this.#folderOf(id)) };
      case 'key-ids':
        return input;
    }
  }

  #bindingOf({ logCopy, ...token }: NonNullable<Opening['token']>): SiteBinding {
    const binding = this.site.bindingOf(token);
    return logCopy === null ? binding : { ...binding, logCopy: this.media.pathOf(logCopy) };
  }

  #folderOf(id: string): string {
    const path = this.media.pathOf(id);
    if (this.state()?.mode === 'production' && !this.media.isRemovable(id)) {
      refuse('PRODUCTION-MEDIA-REMOVABLE', `${path} lies on no removable medium.`);
    }
    return path;
  }

  /** Nobody rehearses with a production ceremony: real people, and a plan that somebody approved before it is opened. */
  #refuseUnfit(approval: CeremonyState['planApproval']): void {
    if (this.#ports.passphrases === 'generated') {
      refuse('PRODUCTION-BY-PEOPLE', 'Scripted people have no passphrases of their own.');
    }
    if (approval === null) {
      return refuse('PRODUCTION-PLAN-APPROVED', 'Nobody has approved this plan on this workstation.');
    }
    const { approver, time } = approval;
    if (Date.parse(time) > this.#ports.now().getTime()) {
      refuse('PRODUCTION-PLAN-APPROVED', `The approval by ${approver} is of ${time}, which is still to come.`);
    }
  }

  #newId(mode: Mode): string {
    const { now, randomHex } = this.#ports;
    const id = `${now().toISOString().slice(0, 10)}-${randomHex(3)}`;
    return mode === 'rehearsal' ? `rehearsal-${id}` : id;
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
}

function isPin(input: StepInput): input is PinInput {
  return input.kind === 'pin' || input.kind === 'pin-parts' || input.kind === 'pin-pad';
}

/** The bytes are copied once: the copy goes to the HSM process, the call's own are overwritten when it is answered. */
function entryOf(input: PinInput): PinEntry {
  switch (input.kind) {
    case 'pin':
      return input.pin.slice();
    case 'pin-parts':
      return 'parts';
    case 'pin-pad':
      return 'pad';
  }
}

const ways = { pin: 'one', 'pin-parts': 'parts', 'pin-pad': 'pad' } as const;

/** Who gives the PIN, and how: what the log keeps of it. */
function credentialOf(input: PinInput): Credential {
  const by = input.kind === 'pin-parts' ? [...input.by] : [input.by];
  return { kind: 'credential', how: ways[input.kind], by, finalTryAccepted: input.finalTryAccepted };
}

/** A damaged record approves nothing; the plan's own screen has said so. */
function planApprovalOf(profile: string, sha256: string): CeremonyState['planApproval'] {
  try {
    return approvalOf(profile, sha256);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}
