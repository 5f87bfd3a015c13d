import { SvelteSet } from 'svelte/reactivity';
import type { WindowClient } from '../../app/contract/calls.ts';
import type { Reply } from '../../app/contract/define.ts';
import type { PlanCheck, SoundPlan } from '../../app/contract/plan-calls.ts';
import { documentOf, emptyKey, emptyPlan, type PlanDraft } from '../../app/planning/draft.ts';
import { problemsOf } from '../../app/planning/problems.ts';
import { gapsOf } from '../planning/gaps.ts';
import type { Gap } from '../steps/gap.ts';

/** What a form needs of the session: whom it asks, and where a refusal is shown. */
interface Desk {
  readonly client: Pick<WindowClient, 'plan.check' | 'plan.save'>;
  ask<T>(call: Promise<Reply<T>>): Promise<T | null>;
}

/** What main said of a plan, and of which one. */
interface Checked extends PlanCheck {
  readonly document: string;
}

/** A plan that people are making. It lives in the window only, until they save it. */
export class PlanForm {
  draft = $state<PlanDraft>(emptyPlan());
  /** Where it was saved last, and as which document. */
  saved = $state.raw<{ readonly path: string; readonly sha256: string; readonly document: string } | null>(null);
  /** Fields that people have come past: what is wrong with the others is not said yet. */
  readonly left = new SvelteSet<string>();
  /** The last plan that main took. */
  lastSound = $state.raw<SoundPlan | null>(null);
  readonly document = $derived.by(() => JSON.stringify(documentOf(this.draft)));
  readonly problems = $derived.by(() => problemsOf(this.draft));
  #checked = $state.raw<Checked | null>(null);
  #isChecking = false;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** What main says of the plan as it stands now; null while it is not a plan, or not looked at yet. */
  get checked(): PlanCheck | null {
    return this.problems.length === 0 && this.#checked?.document === this.document ? this.#checked : null;
  }

  /** Whether what is on the screen has been saved. */
  get isSaved(): boolean {
    return this.saved?.document === this.document;
  }

  /** What is still to be done before the plan can be saved. */
  get gaps(): Gap[] {
    return gapsOf(this.draft, this.problems, this.checked);
  }

  /** What is wrong at a field; null while nothing is, or nobody has come past it yet. */
  problemAt(field: string): string | null {
    if (!this.left.has(field)) return null;
    return this.problems.find((problem) => problem.field === field)?.words ?? null;
  }

  addKey(): void {
    this.draft.keys.push(emptyKey());
  }

  /** The keys behind it move up, and with them nobody has come past their fields yet. */
  removeKey(index: number): void {
    this.draft.keys.splice(index, 1);
    for (const field of [...this.left]) if (field.startsWith('keys.')) this.left.delete(field);
  }

  /** Has main look at the plan as it stands; while it looks, only the latest of what comes meanwhile is asked next. */
  async check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    while (this.problems.length === 0 && this.#checked?.document !== this.document) await this.#checkOnce();
    this.#isChecking = false;
  }

  async #checkOnce(): Promise<void> {
    const { document } = this;
    const reply = await this.#desk.client['plan.check']({ document });
    const { sound, refusal } = reply.ok ? reply.value : { sound: null, refusal: reply.refusal };
    this.#checked = { document, sound, refusal };
    if (sound !== null) this.lastSound = sound;
  }

  /** Saves the plan where the people choose; nothing happens when they choose nothing. */
  async save(): Promise<void> {
    const { document } = this;
    const saved = await this.#desk.ask(this.#desk.client['plan.save']({ document }));
    if (saved !== null) this.saved = { ...saved, document };
  }
}
