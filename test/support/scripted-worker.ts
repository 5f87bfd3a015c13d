import type { EffectOutcome, EffectRequest } from '../../app/ceremony/effects.ts';
import type { CeremonyState } from '../../app/ceremony/state.ts';
import { Refused, refusal, type Refusal } from '../../app/rules/refusal.ts';
import type { RuleId } from '../../app/rules/index.ts';
import type { Worker } from '../../main/ceremony/worker.ts';
import type { PinEntry, PinState } from '../../main/hsm/port.ts';
import { outcomeFor } from './walk.ts';

/** A worker that fails where it is told to: faults that a real token and a real medium do not produce at will. */
export class ScriptedWorker implements Worker {
  readonly done: string[] = [];
  /** The rule or error with which the next request of this kind fails, once. */
  readonly faults = new Map<EffectRequest['kind'], RuleId | Error>();
  /** What is found when an interrupted request is settled. */
  found: 'done' | 'not-done' = 'not-done';
  /** The rule with which looking itself fails. */
  blind: RuleId | null = null;
  isTokenOpen = true;
  /** Where the log stands. */
  head: (() => { readonly size: number; readonly root: string }) | null = null;
  secrets: (PinEntry | null)[] = [];
  /** What the token's flags say of its PIN; null when it does not answer. */
  flags: PinState | null = null;
  /** The parts of the PIN as the HSM process has them, and how often it was opened for them. */
  parts: string[] = [];
  openedForPin = 0;

  async perform(request: EffectRequest, state: CeremonyState, secret: PinEntry | null): Promise<EffectOutcome> {
    this.secrets.push(secret);
    const fault = this.faults.get(request.kind);
    this.faults.delete(request.kind);
    await Promise.resolve();
    if (fault instanceof Error) throw fault;
    if (fault !== undefined) throw new Refused(refusal(fault, 'as scripted'));
    this.done.push('key' in request ? `${request.kind} ${request.key}` : request.kind);
    return outcomeFor(state, request, this.head?.());
  }

  leavesTrace(request: EffectRequest): boolean {
    return request.kind === 'make-key' || request.kind === 'destroy-key';
  }

  abandon(): void {
    this.isTokenOpen = false;
  }

  async letGoOfToken(): Promise<void> {
    await Promise.resolve();
    this.isTokenOpen = false;
    this.parts = [];
  }

  removeCopies(): readonly Refusal[] {
    return [];
  }

  canSettle(): boolean {
    return this.isTokenOpen;
  }

  async settle(request: EffectRequest, state: CeremonyState): Promise<EffectOutcome> {
    await Promise.resolve();
    if (this.blind !== null) throw new Refused(refusal(this.blind, 'as scripted'));
    if (this.found === 'done') return outcomeFor(state, request, this.head?.());
    throw new Refused(refusal('EFFECT-SETTLED-BY-LOOKING', 'as scripted'));
  }

  async reopenToken(state: CeremonyState, pin: PinEntry): Promise<string> {
    await Promise.resolve();
    if (pin[0] !== 0x31) throw new Refused(refusal('TOKEN-PIN-ACCEPTED', 'as scripted'));
    this.isTokenOpen = true;
    return state.token?.identity.serial ?? '';
  }

  async openForPin(): Promise<void> {
    await Promise.resolve();
    this.openedForPin += 1;
    this.parts = [];
  }

  async addPinPart(part: Uint8Array): Promise<number> {
    await Promise.resolve();
    this.parts.push(Buffer.from(part).toString());
    return this.parts.length;
  }

  async clearPin(): Promise<void> {
    await Promise.resolve();
    this.parts = [];
  }

  async pinState(): Promise<PinState | null> {
    await Promise.resolve();
    return this.flags;
  }
}
