import { decide, type Command, type Decision } from '../../app/ceremony/decide.ts';
import type { EffectOutcome, EffectRequest } from '../../app/ceremony/effects.ts';
import type { CeremonyEvent, LoggedInput } from '../../app/ceremony/events.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { evolve } from '../../app/ceremony/evolve.ts';
import { parsePlanDocument } from '../../app/ceremony/plan.ts';
import { roles, type Person } from '../../app/ceremony/roles.ts';
import { carriedKeys, currentStep, type CeremonyState } from '../../app/ceremony/state.ts';
import type { Step } from '../../app/ceremony/step.ts';
import { keysToType, remainingCopies } from '../../app/ceremony/work.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { encodeSpki } from '../../app/keys/spki.ts';
import { bytesToHex, utf8ToBytes } from '../../app/keys/bytes.ts';

/** Walks the pure engine: people who do everything right, and a machine whose outcomes are made up. */

export const time = '2026-11-23T14:07:32.000Z';

/** A plan document with these keys; the rest is the contract's example. */
export function planWith(keys: readonly object[], more: object = {}): Record<string, unknown> {
  return {
    keyferryPlan: 1,
    title: 'Payroll root key to Azure',
    roles: { administrator: 1, operator: 1, custodian: 3, witness: 1 },
    quorum: { custodian: 2, witness: 1 },
    keys,
    ...more,
  };
}

/** A planned key for an Azure vault. */
export function azureKey(id: string, more: object = {}): Record<string, unknown> {
  return {
    id,
    spec: 'ec-p256',
    source: 'generate',
    after: 'destroy',
    destination: { type: 'azure-key-vault', vault: 'contoso-prod', keyName: id, operations: ['sign'] },
    ...more,
  };
}

/** Opens a ceremony with a plan. */
export function opened(plan: unknown, more: Partial<Extract<Command, { type: 'open-ceremony' }>> = {}): CeremonyState {
  const decision = decide(null, {
    type: 'open-ceremony',
    ceremony: 'rehearsal-2026-11-23-7f3a9c',
    mode: 'rehearsal',
    application: 'Keyferry 0.1.0',
    tokenSerial: null,
    plan,
    planSha256: parsePlanDocument(plan).sha256,
    ...more,
  });
  return after(null, decision);
}

/** The state after a decision that must not be a refusal. */
export function after(state: CeremonyState | null, decision: Decision): CeremonyState {
  if (!decision.ok) throw new Error(`${decision.refusal.rule}: ${decision.refusal.cause}`);
  const next = decision.events.reduce<CeremonyState | null>(evolve, state);
  if (next === null) throw new Error('no state');
  return next;
}

/** One person per seat of the plan. */
export function everybody(state: CeremonyState): Person[] {
  return roles
    .flatMap((role) => Array.from({ length: state.plan.roles[role] }, () => role))
    .map((role, index) => ({ id: `p${index + 1}`, name: `Person ${index + 1}`, organisation: '', roles: [role] }));
}

/** The confirmation of people who do what the current step asks. */
export function confirmation(state: CeremonyState): Extract<Command, { type: 'confirm-step' }> {
  const step = stepOf(state);
  return {
    type: 'confirm-step',
    step: step.id,
    ticks: step.ticks.map((tick) => tick.id),
    confirmedBy: state.people.map((person) => person.id),
    input: inputFor(state, step),
    position: { size: 1, time },
  };
}

export function stepOf(state: CeremonyState): Step {
  const step = currentStep(state);
  if (step === null) throw new Error('the ceremony is closed');
  return step;
}

function inputFor(state: CeremonyState, step: Step): LoggedInput {
  switch (step.kind) {
    case 'confirm':
    case 'choose-pin':
    case 'enter-pin':
      return { kind: 'none' };
    case 'name-people':
      return { kind: 'people', people: everybody(state).map((person) => ({ ...person, roles: [...person.roles] })) };
    case 'choose-inbound':
      return { kind: 'folders', folders: ['/media/a'] };
    case 'choose-outbound':
      return { kind: 'folders', folders: remainingCopies(state).map((copy) => `/media/b${copy}`) };
    case 'type-key-ids':
      return { kind: 'key-ids', keyIds: keysToType(state, step).map((key) => key.id) };
  }
}

const hex = (text: string): string => bytesToHex(utf8ToBytes(text));
const hash = (text: string): string => sha256Hex(utf8ToBytes(text));
const pin = { initialised: true, protectedPath: false, countLow: false, finalTry: false, locked: false };

/** A made-up RSA key for each target key, in the real encoding. */
const kekSpki = (key: string): Uint8Array =>
  encodeSpki({ kind: 'rsa', modulus: utf8ToBytes(`kek ${key}`), exponent: Uint8Array.of(1, 0, 1) });

/** What a machine might answer; the hashes differ per key so that mix-ups show. */
export function outcomeFor(state: CeremonyState, request: EffectRequest): EffectOutcome {
  const proof = {
    spec: 'ec-p256',
    method: 'rsa-aes' as const,
    oaepHash: 'sha1',
    performed: 'composed' as const,
    kwpMechanism: '0x210b',
    nonce: null,
    payloadBytes: 67,
  };
  switch (request.kind) {
    case 'inspect-workstation':
      return {
        kind: request.kind,
        application: 'Keyferry 0.1.0',
        electron: '43.2.0',
        node: '24.18.0',
        platform: 'Linux',
        host: 'room',
        interfaces: [],
        notices: [],
      };
    case 'identify-token':
      return {
        kind: request.kind,
        identity: {
          serial: 'abc123',
          label: 'rehearsal',
          manufacturer: 'SoftHSM',
          model: 'v2',
          firmware: '2.6',
          hardware: '2.6',
          moduleSha256: hash('module'),
          moduleDescription: 'soft',
          cryptoki: '2.40',
        },
        pin,
      };
    case 'log-in':
      return { kind: request.kind, pin };
    case 'probe-token':
      return { kind: request.kind, mechanisms: [], proofs: [proof], lacking: [] };
    case 'read-inbound':
      return {
        kind: request.kind,
        keks: carriedKeys(state).map((key) => ({
          key: key.id,
          spki: bytesToHex(kekSpki(key.id)),
          spkiSha256: sha256Hex(kekSpki(key.id)),
          bits: 4096,
          id: `kid of ${key.id}`,
          deadline: null,
          option: null,
          importToken: null,
          nonce: null,
          files: [],
          notices: [],
        })),
      };
    case 'make-key':
    case 'find-key':
      return {
        kind: request.kind,
        key: request.key,
        ckaId: request.ckaId,
        attributes: [],
        publicKey: hex(request.key),
        publicKeySha256: hash(request.key),
        keyCheckValues: [],
      };
    case 'wrap-key':
      return {
        kind: request.kind,
        key: request.key,
        parts: [{ name: 'wrapped target key', sha256: hash(request.key), bytes: 80 }],
        proof,
      };
    case 'write-copy':
      return {
        kind: request.kind,
        copy: request.copy,
        folder: request.folder,
        manifestSha256: hash('manifest'),
        files: [],
      };
    case 'destroy-key':
      return { kind: request.kind, key: request.key, destroyed: 2 };
    case 'log-out':
      return { kind: request.kind };
  }
}

/** Completes the work in flight, and the work that follows from it, until people are needed. */
export function workDone(state: CeremonyState): CeremonyState {
  let now = state;
  while (now.inFlight !== null) {
    const { effect, request } = now.inFlight;
    now = after(
      now,
      decide(now, {
        type: 'complete-work',
        effect,
        outcome: outcomeFor(now, request),
        settled: false,
        then: 'go-on',
        position: { size: 1, time },
      }),
    );
  }
  return now;
}

/** Confirms the current step and does its work. */
export function stepDone(state: CeremonyState): CeremonyState {
  return workDone(after(state, decide(state, confirmation(state))));
}

/** Walks until the step with this id is the current one. */
export function walkTo(state: CeremonyState, step: string): CeremonyState {
  let now = state;
  while (stepOf(now).id !== step) now = stepDone(now);
  return now;
}

/** Walks to the end and keeps every event. */
export function wholeCeremony(plan: unknown): { readonly events: CeremonyEvent[]; readonly state: CeremonyState } {
  let state = opened(plan);
  const events: CeremonyEvent[] = [];
  const take = (decision: Decision): void => {
    state = after(state, decision);
    if (decision.ok) events.push(...decision.events);
  };
  while (currentStep(state) !== null) {
    if (state.inFlight === null) take(decide(state, confirmation(state)));
    else {
      const { effect, request } = state.inFlight;
      take(
        decide(state, {
          type: 'complete-work',
          effect,
          outcome: outcomeFor(state, request),
          settled: false,
          then: 'go-on',
          position: { size: 1, time },
        }),
      );
    }
  }
  return { events, state };
}

/** The plan of most tests: one key is named like a member of every object, and stays; two copies. */
export const twoKeys = planWith([azureKey('root'), azureKey('constructor', { after: 'keep' })], { copies: 2 });
/** Where the log stands, when it does not matter. */
export const position = { size: 1, time };

/** The rule of a refusal, null for events. */
export function refusedBy(decision: Decision): RuleId | null {
  return decision.ok ? null : decision.refusal.rule;
}

/** The state after the work in flight has failed. */
export function failing(state: CeremonyState, settled = false): CeremonyState {
  const refusal = { rule: 'TOKEN-ANSWERS', cause: 'it did not', remedy: 'look at it' };
  return after(state, decide(state, { type: 'fail-work', effect: state.inFlight?.effect ?? 0, refusal, settled }));
}

/** The state after the work in flight is done; what follows from it is not. */
export function completeOne(state: CeremonyState, settled = false): CeremonyState {
  if (state.inFlight === null) throw new Error('nothing is in flight');
  const { effect, request } = state.inFlight;
  return after(
    state,
    decide(state, {
      type: 'complete-work',
      effect,
      outcome: outcomeFor(state, request),
      settled,
      then: 'go-on',
      position,
    }),
  );
}

/** The first event of a ceremony with this plan. */
export function opening(plan: unknown): CeremonyEvent {
  const state = opened(plan);
  return {
    type: 'ceremony-opened',
    ceremony: state.ceremony,
    mode: state.mode,
    application: state.application,
    tokenSerial: state.tokenSerial,
    planSha256: state.planSha256,
    plan,
  };
}
