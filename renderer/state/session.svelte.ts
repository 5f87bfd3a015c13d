import type { About, Medium, WindowClient } from '../../app/contract/calls.ts';
import type { PlanPreview } from '../../app/contract/plan-calls.ts';
import type { Reply } from '../../app/contract/define.ts';
import type { CeremonyView, StepView } from '../../app/contract/view.ts';
import type { Refusal } from '../../app/rules/refusal.ts';
import type { Connection } from '../bridge/client.ts';
import { openBagGap } from '../steps/custody-gap.ts';
import type { Gap } from '../steps/gap.ts';
import { gapsBeforeNames, gapsIn, reopenGaps } from '../steps/readiness.ts';
import { StepDraft } from './draft.svelte.ts';
import { PeopleCalls } from './people.svelte.ts';
import { PlanForm } from './plan-draft.svelte.ts';
import { RecordCheck } from './record-check.svelte.ts';
import { idSet } from './ids.ts';
import { mayReplace, voidsDraft } from './order.ts';
import type { TypedSecret } from './typed-secret.svelte.ts';
import { wantedBy } from './wanted.ts';

/** A token of a module that was chosen before. */
type ChosenToken = NonNullable<Parameters<WindowClient['ceremony.open']>[0]['token']>;

/** A module with its tokens, and why no production ceremony can use it. */
export type ModuleFound = NonNullable<
  Extract<Awaited<ReturnType<WindowClient['site.chooseModule']>>, { ok: true }>['value']
>;

/** What the window shows and what people do in it; everything about the ceremony itself is in main. */
export class Session {
  about = $state.raw<About | null>(null);
  preview = $state.raw<PlanPreview | null>(null);
  /** The plan that people are making; it stays when they go back to the start, until the application is closed. */
  planForm = $state.raw<PlanForm | null>(null);
  isMakingPlan = $state(false);
  /** While people check records. */
  recordCheck = $state.raw<RecordCheck | null>(null);
  view = $state.raw<CeremonyView | null>(null);
  draft = $state.raw<StepDraft | null>(null);
  /** The medium that was chosen last to read from, while the ceremony is open in this window. */
  readFrom = $state.raw<Medium | null>(null);
  /** Why the last call was refused, until the next one. */
  refusal = $state.raw<Refusal | null>(null);
  #unanswered = $state(0);

  readonly client: WindowClient;
  /** What the people do besides confirming steps. */
  readonly people = new PeopleCalls(this);

  constructor(connection: Connection) {
    this.client = connection.client;
    connection.onCeremonyChanged((view) => {
      // A change of a ceremony that was left must not bring its screen back.
      if (this.view !== null) this.show(view);
    });
  }

  /** True until the answers to all calls have come. */
  get isAsking(): boolean {
    return this.#unanswered > 0;
  }

  /** What the people have not done yet of what the ceremony waits for. */
  get gaps(): Gap[] {
    const { view, draft } = this;
    if (!view?.step || draft === null) return [];
    const wanted = wantedBy(view);
    if (wanted === 'reopen-token' && view.reopen !== null) return reopenGaps(view.reopen, draft);
    if (wanted !== 'confirm-step') return [];
    const bag = openBagGap(view);
    return [...(bag === null ? [] : [bag]), ...gapsIn(view.step, draft, this.by)];
  }

  /** Ids of who has confirmed what is wanted now; where it is approved, of those whose approvals are of what is on screen. */
  get by(): ReadonlySet<string> {
    const { view, draft } = this;
    if (draft === null) return idSet();
    if (!view?.step?.sensitive || wantedBy(view) !== 'confirm-step') return draft.confirmedBy;
    const isOfThis = view.approval?.subject === view.step.id && !this.#isChanged;
    return idSet(isOfThis ? view.approval?.by : []);
  }

  /** Whether the people were asked to approve something else than what is on screen now. After a reload nobody knows. */
  get #isChanged(): boolean {
    const { draft } = this;
    if (draft === null) return false;
    const { asked, plainInput } = draft;
    return asked === null ? plainInput.kind !== 'none' : asked !== JSON.stringify(plainInput);
  }

  /** Whether approvals were given to something that was changed since, and what is on screen now can be put to the people. */
  get mustAskAnew(): boolean {
    const { view, draft } = this;
    if (!view?.step?.sensitive || draft === null || this.isAsking || wantedBy(view) !== 'confirm-step') return false;
    const isApproved = view.approval?.subject === view.step.id && view.approval.by.length > 0;
    const isComplete = gapsBeforeNames(view.step, draft).length === 0;
    return isApproved && this.#isChanged && isComplete && draft.tried !== JSON.stringify(draft.plainInput);
  }

  /** Ids of who had approved the step before something on screen was changed; none once somebody has approved it anew. */
  get voided(): readonly string[] {
    const { view, draft } = this;
    const isOfThis = view?.step?.sensitive === true && view.approval?.subject === view.step.id;
    if (isOfThis && draft?.asked !== null && this.#isChanged) return view.approval?.by ?? [];
    return draft?.voided ?? [];
  }

  /** Puts what is on screen now to the people: what was approved before is void at once, not at the next signature. */
  async askAnew(): Promise<void> {
    const { view, draft } = this;
    if (!view?.step || draft === null) return;
    const input = draft.plainInput;
    draft.tried = JSON.stringify(input);
    if (await this.people.ask(view.step.id, input)) draft.asked = draft.tried;
  }

  /** Somebody approves the step as it is on screen; true once it is signed. */
  async approve(person: string, passphrase: TypedSecret): Promise<boolean> {
    const { view, draft } = this;
    if (!view?.step || draft === null) return false;
    const input = draft.plainInput;
    // An approval puts it to the people as well: it is not asked for again while the answer comes in.
    draft.tried = JSON.stringify(input);
    if (!(await this.people.approve({ step: view.step.id, input }, person, passphrase))) return false;
    draft.asked = draft.tried;
    draft.voided = [];
    return true;
  }

  /** Looks for a ceremony that main still has open: the window may have been loaded again. */
  async begin(): Promise<void> {
    const view = await this.ask(this.client['ceremony.view']({}));
    if (view) this.show(view);
    else this.about = await this.ask(this.client['app.about']({}));
  }

  async previewSample(): Promise<void> {
    this.preview = await this.ask(this.client['plan.sample']({}));
  }

  async choosePlan(): Promise<void> {
    this.preview = await this.ask(this.client['plan.choose']({}));
  }

  /** Takes up the plan that is being made, or begins one. */
  makePlan(): void {
    this.refusal = null;
    this.planForm ??= new PlanForm(this);
    this.isMakingPlan = true;
  }

  /** Begins the check of records, with nothing typed or found yet. */
  checkRecord(): void {
    this.refusal = null;
    this.recordCheck = new RecordCheck(this);
  }

  /** Approves the plan on screen; a refusal leaves it as it is. */
  async approvePlan(approval: Parameters<WindowClient['plan.approve']>[0]): Promise<void> {
    const approved = await this.ask(this.client['plan.approve'](approval));
    if (approved !== null) this.preview = approved;
  }

  /** Begins a ceremony: with a token that was listed a production ceremony, without one a rehearsal. */
  async openCeremony(plan: string, token: ChosenToken | null = null): Promise<void> {
    this.show(await this.ask(this.client['ceremony.open']({ plan, token })));
  }

  /** Has the people choose the PKCS#11 module of a production ceremony; null when they choose none, or it is refused. */
  async chooseModule(): Promise<ModuleFound | null> {
    return this.ask(this.client['site.chooseModule']({}));
  }

  /** With which of log and copy the people go on, where they have to choose. */
  async resume(ceremony: string, keep: 'log' | 'copy' | null = null): Promise<void> {
    this.show(await this.ask(this.client['ceremony.resume']({ ceremony, keep })));
  }

  /** Does what the ceremony waits for, once nothing is missing any more. */
  async act(): Promise<void> {
    const { view, draft } = this;
    if (!view?.step || draft === null || this.gaps.length > 0) return;
    const wanted = wantedBy(view);
    if (wanted === 'look-again') await this.#lookAgain();
    else if (wanted === 'reopen-token') await this.#reopenToken(draft);
    else if (wanted === 'confirm-step') await this.#confirm(view.step, draft);
  }

  /** Stops the ceremony on screen for good. */
  async stop(reason: string): Promise<void> {
    const step = this.view?.step;
    if (step) this.show(await this.ask(this.client['ceremony.stop']({ step: step.id, reason })));
  }

  async #confirm(step: StepView, draft: StepDraft): Promise<void> {
    const [ticks, confirmedBy] = [[...draft.ticks], [...this.by]];
    const input = draft.takeInput();
    const reply = this.client['ceremony.confirmStep']({ step: step.id, ticks, confirmedBy, input });
    // The bridge has copied the bytes by the time the call returns.
    if (input.kind === 'pin') input.pin.fill(0);
    this.show(await this.ask(reply));
  }

  async #reopenToken(draft: StepDraft): Promise<void> {
    const pin = draft.pin.take();
    const reply = this.client['ceremony.reopenToken']({ pin, confirmedBy: [...draft.confirmedBy] });
    if (pin.kind === 'pin') pin.pin.fill(0);
    this.show(await this.ask(reply));
  }

  async #lookAgain(): Promise<void> {
    this.show(await this.ask(this.client['ceremony.lookAgain']({})));
  }

  /** Leaves the ceremony; its log stays and it can be resumed. */
  async leave(): Promise<void> {
    await this.ask(this.client['ceremony.leave']({}));
    if (this.refusal === null) await this.backToStart();
  }

  async backToStart(): Promise<void> {
    this.view = this.draft = this.preview = this.readFrom = this.recordCheck = null;
    this.isMakingPlan = false;
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

  /** Shows what a call returned; null, what was refused, leaves what is on screen. */
  show(view: CeremonyView | null): void {
    if (view === null || !mayReplace(this.view, view)) return;
    if (voidsDraft(this.view, view)) {
      this.draft = view.step === null ? null : new StepDraft(view.step, view.reopen);
      this.refusal = null;
    } else {
      this.#keepVoided(this.view?.approval ?? null, view.approval);
    }
    this.view = view;
  }

  /** Whoever approved a step is told when it was changed, here or in the register. */
  #keepVoided(before: CeremonyView['approval'], now: CeremonyView['approval']): void {
    const isVoid = before !== null && before.sha256 !== now?.sha256 && (now?.by ?? []).length === 0;
    if (this.draft !== null && isVoid) this.draft.voided = before.by;
  }
}
