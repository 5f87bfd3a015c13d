import { join } from 'node:path';
import { canonicalBytes } from '../app/audit/canonical-json.ts';
import { parsePlan, refusesPlanNow, type ParsedPlan } from '../app/ceremony/plan.ts';
import { noticeFacts } from '../app/ceremony/view/fact-forms.ts';
import { planFacts } from '../app/ceremony/view/plan-facts.ts';
import type { HostHandlers } from '../app/contract/calls.ts';
import type { PlanApproval, PlanCheck, PlanPreview, SoundPlan } from '../app/contract/plan-calls.ts';
import { hexToBytes, utf8ToBytes } from '../app/keys/bytes.ts';
import { pgpWords } from '../app/keys/fingerprint.ts';
import { checkParts, lintPlan, noticesOfParts } from '../app/planning/lint.ts';
import { stepsOf } from '../app/planning/steps.ts';
import { Refused, refuse } from '../app/rules/refusal.ts';
import { approvalOf, keepApproval } from './audit/approved-plans.ts';
import type { Direction, MediaDesk } from './media/desk.ts';
import { readPlanFile } from './media/plan-file.ts';
import { writePlan } from './media/plan-writer.ts';

/** What plans need of the machine. */
export interface PlanDeskPorts {
  /** The application's own folder. */
  readonly profile: string;
  /** Folder with `plan.json` and `inbound/`, for a first rehearsal. */
  readonly samples: string;
  readonly now: () => Date;
  readonly chooseFile: () => Promise<string | null>;
  readonly chooseFolder: (direction: Direction) => Promise<string | null>;
}

type Input<N extends 'plan.approve'> = Parameters<HostHandlers[N]>[0];
type Saved = Awaited<ReturnType<HostHandlers['plan.save']>>;

/** How many hex digits of the hash whoever approves types from the paper. */
const comparedDigits = 8;

/** Plans before a ceremony: made, read, shown, approved. It keeps those that were shown, so that one of them can begin. */
export class PlanDesk {
  readonly #ports: PlanDeskPorts;
  readonly #media: MediaDesk;
  readonly #shown = new Map<string, ParsedPlan>();

  constructor(ports: PlanDeskPorts, media: MediaDesk) {
    this.#ports = ports;
    this.#media = media;
  }

  /** Shows the sample plan, and offers the wrapping keys that go with it. */
  readSample(): PlanPreview {
    this.#media.add('inbound', join(this.#ports.samples, 'inbound'), 'Sample wrapping keys, shipped with Keyferry');
    return this.readPlan(join(this.#ports.samples, 'plan.json'));
  }

  /** Shows the plan that somebody chooses; null when nobody does. */
  async choosePlan(): Promise<PlanPreview | null> {
    const path = await this.#ports.chooseFile();
    return path === null ? null : this.readPlan(path);
  }

  /**
   * Reads a plan and shows it.
   * @param path - of the file
   * @throws Refused with a PLAN rule
   */
  readPlan(path: string): PlanPreview {
    const parsed = this.#parse(readPlanFile(path));
    this.#shown.set(parsed.sha256, parsed);
    return this.#previewOf(parsed);
  }

  /**
   * The plan with this hash, of those that were shown.
   * @param sha256 - 64 lower-case hex digits
   * @throws Refused with PLAN-CHOSEN when none was
   */
  planOf(sha256: string): ParsedPlan {
    return this.#shown.get(sha256) ?? refuse('PLAN-CHOSEN', `No plan with hash ${sha256} was shown.`);
  }

  /**
   * Says what a plan that is being made would do.
   * @param document - JSON text
   * @returns that, or what refuses it: while a plan is made that is no failure
   */
  check(document: string): PlanCheck {
    try {
      return { sound: soundPlan(this.#parse(utf8ToBytes(document))), refusal: null };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { sound: null, refusal: error.refusal };
    }
  }

  /**
   * Saves a plan in its canonical form, in a folder that somebody chooses.
   * @param document - JSON text
   * @returns where it lies, and the hash that it will have when it is opened; null when nobody chooses a folder
   * @throws Refused with a PLAN rule, PLAN-PARTS-COMPLETE and PLAN-FILE-NEW among them, or a MEDIA rule
   */
  async save(document: string): Promise<Saved> {
    const { plan, document: given, sha256 } = this.#parse(utf8ToBytes(document));
    checkParts(plan);
    const folder = await this.#ports.chooseFolder('outbound');
    return folder === null ? null : { path: writePlan(folder, canonicalBytes(given)), sha256 };
  }

  /**
   * Approves a plan that was shown.
   * @param input - the plan, by whom, and the beginning of the hash as it stands on the paper; spaces and case are free
   * @returns the plan with its approval
   * @throws Refused with PLAN-CHOSEN, PLAN-APPROVAL-COMPARED, PLAN-APPROVER-NAMED, PLAN-APPROVED-ONCE
   */
  approve({ plan: sha256, approver, role, comparedHash }: Input<'plan.approve'>): PlanPreview {
    const parsed = this.planOf(sha256);
    const typed = comparedHash.replace(/\s/gu, '').toLowerCase();
    if (typed !== parsed.sha256.slice(0, comparedDigits)) {
      refuse(
        'PLAN-APPROVAL-COMPARED',
        `"${comparedHash}" was typed from the paper; this plan's hash begins otherwise.`,
      );
    }
    const approval = { approver: approver.trim(), role: role.trim(), time: this.#ports.now().toISOString() };
    keepApproval(this.#ports.profile, sha256, approval);
    return this.#previewOf(parsed);
  }

  /** Parses a plan and holds its times against the clock of this room. */
  #parse(bytes: Uint8Array): ParsedPlan {
    const parsed = parsePlan(bytes);
    const against = refusesPlanNow(parsed.plan, this.#ports.now().toISOString());
    if (against !== null) throw new Refused(against);
    return parsed;
  }

  #previewOf({ plan, sha256 }: ParsedPlan): PlanPreview {
    const parts = [...lintPlan(plan)];
    const { approval, notices } = this.#approvalOf(sha256);
    return {
      plan: sha256,
      title: plan.title,
      purpose: plan.purpose,
      facts: [...noticeFacts([...notices, ...noticesOfParts(parts)]), ...planFacts(plan, sha256)],
      parts,
      approval,
    };
  }

  /** A damaged record is shown as what it is: it approves nothing, and the plan can be read all the same. */
  #approvalOf(sha256: string): { approval: PlanApproval | null; notices: { rule: string; text: string }[] } {
    try {
      return { approval: approvalOf(this.#ports.profile, sha256), notices: [] };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { rule, cause } = error.refusal;
      return { approval: null, notices: [{ rule, text: cause }] };
    }
  }
}

function soundPlan({ plan, sha256 }: ParsedPlan): SoundPlan {
  return {
    sha256,
    words: [...pgpWords(hexToBytes(sha256))],
    facts: planFacts(plan, sha256),
    steps: stepsOf(plan).map(({ id, number, title, key, acts }) => ({ id, number, title, key, acts })),
    parts: [...lintPlan(plan)],
  };
}
