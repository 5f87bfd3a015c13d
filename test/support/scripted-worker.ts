import type { EffectOutcome, EffectRequest } from '../../app/ceremony/effects.ts';
import type { CeremonyState } from '../../app/ceremony/state.ts';
import { Refused, refusal, type Refusal } from '../../app/rules/refusal.ts';
import type { RuleId } from '../../app/rules/index.ts';
import type { Worker } from '../../main/ceremony/worker.ts';
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
  secrets: (Uint8Array | null)[] = [];

  async perform(request: EffectRequest, state: CeremonyState, secret: Uint8Array | null): Promise<EffectOutcome> {
    this.secrets.push(secret);
    const fault = this.faults.get(request.kind);
    this.faults.delete(request.kind);
    await Promise.resolve();
    if (fault instanceof Error) throw fault;
    if (fault !== undefined) throw new Refused(refusal(fault, 'as scripted'));
    this.done.push('key' in request ? `${request.kind} ${request.key}` : request.kind);
    return outcomeFor(state, request);
  }

  leavesTrace(request: EffectRequest): boolean {
    return request.kind === 'make-key' || request.kind === 'destroy-key';
  }

  abandon(): void {
    this.isTokenOpen = false;
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
    if (this.found === 'done') return outcomeFor(state, request);
    throw new Refused(refusal('EFFECT-SETTLED-BY-LOOKING', 'as scripted'));
  }

  async reopenToken(state: CeremonyState, pin: Uint8Array): Promise<string> {
    await Promise.resolve();
    if (pin[0] !== 0x31) throw new Refused(refusal('TOKEN-PIN-ACCEPTED', 'as scripted'));
    this.isTokenOpen = true;
    return state.token?.identity.serial ?? '';
  }
}
