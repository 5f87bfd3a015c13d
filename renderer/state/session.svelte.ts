import type { About, PlanPreview, WindowClient } from '../../app/contract/calls.ts';
import type { Reply } from '../../app/contract/define.ts';
import type { CeremonyView } from '../../app/contract/view.ts';
import type { Refusal } from '../../app/rules/refusal.ts';
import type { Connection } from '../bridge/client.ts';
import { gapsIn, pinGaps, type Gap } from '../steps/readiness.ts';
import { StepDraft } from './draft.svelte.ts';
import { mayReplace, voidsDraft } from './order.ts';

/** What the window shows and what people do in it; everything about the ceremony itself is in main. */
export class Session {
  about = $state.raw<About | null>(null);
  preview = $state.raw<PlanPreview | null>(null);
  view = $state.raw<CeremonyView | null>(null);
  draft = $state.raw<StepDraft | null>(null);
  /** Why the last call was refused, until the next one. */
  refusal = $state.raw<Refusal | null>(null);
  #unanswered = $state(0);

  readonly client: WindowClient;

  constructor(connection: Connection) {
    this.client = connection.client;
    connection.onCeremonyChanged((view) => {
      // A change of a ceremony that was left must not bring its screen back.
      if (this.view !== null) this.#show(view);
    });
  }

  /** True until the answers to all calls have come. */
  get isAsking(): boolean {
    return this.#unanswered > 0;
  }

  /** What the people have not done yet at the step on screen. */
  get gaps(): Gap[] {
    const { view, draft } = this;
    if (view === null || draft === null) return [];
    if (view.needsToken) return pinGaps(draft.pin);
    return view.step === null ? [] : gapsIn(view.step, draft);
  }

  /** Looks for a ceremony that main still has open: the window may have been loaded again. */
  async begin(): Promise<void> {
    const view = await this.ask(this.client['ceremony.view']({}));
    if (view) this.#show(view);
    else this.about = await this.ask(this.client['app.about']({}));
  }

  async previewSample(): Promise<void> {
    this.preview = await this.ask(this.client['plan.sample']({}));
  }

  async choosePlan(): Promise<void> {
    this.preview = await this.ask(this.client['plan.choose']({}));
  }

  async openCeremony(plan: string): Promise<void> {
    this.#showIf(await this.ask(this.client['ceremony.open']({ plan })));
  }

  async resume(ceremony: string): Promise<void> {
    this.#showIf(await this.ask(this.client['ceremony.resume']({ ceremony })));
  }

  /** Confirms the step on screen with what the people did. */
  async confirm(): Promise<void> {
    const { view, draft } = this;
    if (!view?.step || draft === null || this.gaps.length > 0) return;
    const input = draft.takeInput(view.step.kind);
    const [ticks, confirmedBy] = [[...draft.ticks], [...draft.confirmedBy]];
    const reply = this.client['ceremony.confirmStep']({ step: view.step.id, ticks, confirmedBy, input });
    // The bridge has copied the bytes by the time the call returns.
    if (input.kind === 'pin') input.pin.fill(0);
    this.#showIf(await this.ask(reply));
  }

  /** Opens the token again after its session was lost. */
  async reopenToken(): Promise<void> {
    if (this.draft === null || this.gaps.length > 0) return;
    const pin = this.draft.takePin();
    const reply = this.client['ceremony.reopenToken']({ pin });
    pin.fill(0);
    this.#showIf(await this.ask(reply));
  }

  /** Leaves the ceremony; its log stays and it can be resumed. */
  async leave(): Promise<void> {
    await this.ask(this.client['ceremony.leave']({}));
    if (this.refusal === null) await this.backToStart();
  }

  async backToStart(): Promise<void> {
    this.view = this.draft = this.preview = null;
    this.about = await this.ask(this.client['app.about']({}));
  }

  /** Waits for an answer; a refusal becomes what the window shows, and the answer null. */
  async ask<T>(call: Promise<Reply<T>>): Promise<T | null> {
    this.#unanswered += 1;
    this.refusal = null;
    const reply = await call;
    this.#unanswered -= 1;
    if (reply.ok) return reply.value;
    this.refusal = reply.refusal;
    return null;
  }

  #showIf(view: CeremonyView | null): void {
    if (view !== null) this.#show(view);
  }

  #show(view: CeremonyView): void {
    if (!mayReplace(this.view, view)) return;
    if (voidsDraft(this.view, view)) {
      this.draft = view.step === null ? null : new StepDraft(view.step);
      this.refusal = null;
    }
    this.view = view;
  }
}
