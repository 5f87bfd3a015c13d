import type { About, PlanPreview, WindowClient } from '../../app/contract/calls.ts';
import type { Reply } from '../../app/contract/define.ts';
import type { CeremonyView, StepView } from '../../app/contract/view.ts';
import type { Refusal } from '../../app/rules/refusal.ts';
import type { Connection } from '../bridge/client.ts';
import { gapsIn, reopenGaps, type Gap } from '../steps/readiness.ts';
import { StepDraft } from './draft.svelte.ts';
import { mayReplace, voidsDraft } from './order.ts';
import { wantedBy } from './wanted.ts';

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

  /** What the people have not done yet of what the ceremony waits for. */
  get gaps(): Gap[] {
    const { view, draft } = this;
    if (!view?.step || draft === null || view.isUnsettled) return [];
    return view.reopen === null ? gapsIn(view.step, draft) : reopenGaps(view.reopen, draft);
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

  /** Does what the ceremony waits for, once nothing is missing any more. */
  async act(): Promise<void> {
    const { view, draft } = this;
    if (!view?.step || draft === null || this.gaps.length > 0) return;
    const wanted = wantedBy(view);
    if (wanted === 'look-again') await this.#lookAgain();
    else if (wanted === 'reopen-token') await this.#reopenToken(draft);
    else await this.#confirm(view.step, draft);
  }

  /** Stops the ceremony on screen for good. */
  async stop(reason: string): Promise<void> {
    const step = this.view?.step;
    if (step) this.#showIf(await this.ask(this.client['ceremony.stop']({ step: step.id, reason })));
  }

  /** Goes on without a key whose work has failed: the one that the people read about, whatever has changed since. */
  async leaveOut(key: string, reason: string, confirmedBy: readonly string[]): Promise<void> {
    const step = this.view?.step;
    if (!step) return;
    const input = { step: step.id, key, confirmedBy: [...confirmedBy], reason };
    this.#showIf(await this.ask(this.client['ceremony.leaveOutKey'](input)));
  }

  async #confirm(step: StepView, draft: StepDraft): Promise<void> {
    const input = draft.takeInput(step.kind);
    const [ticks, confirmedBy] = [[...draft.ticks], [...draft.confirmedBy]];
    const reply = this.client['ceremony.confirmStep']({ step: step.id, ticks, confirmedBy, input });
    // The bridge has copied the bytes by the time the call returns.
    if (input.kind === 'pin') input.pin.fill(0);
    this.#showIf(await this.ask(reply));
  }

  async #reopenToken(draft: StepDraft): Promise<void> {
    const pin = draft.takePin();
    const reply = this.client['ceremony.reopenToken']({ pin, confirmedBy: [...draft.confirmedBy] });
    pin.fill(0);
    this.#showIf(await this.ask(reply));
  }

  async #lookAgain(): Promise<void> {
    this.#showIf(await this.ask(this.client['ceremony.lookAgain']({})));
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
