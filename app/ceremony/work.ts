import { utf8ToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import type { EffectRequest } from './effects.ts';
import { isWrappedWeakly, type PlannedKey } from './plan.ts';
import { carriedKeys, currentStep, keysPerhapsInToken, type CeremonyState } from './state.ts';
import type { LogWork, Step, StepWork } from './step.ts';

/** Where the log stands when a command is decided: its size, its head and the room's time, ISO 8601 UTC. */
export interface Position {
  readonly size: number;
  /** Hash of the last entry, lower-case hex. */
  readonly head: string;
  readonly time: string;
}

/** One piece of work that is not done yet; what it needs besides is known when it is requested. */
type Piece =
  | { readonly work: StepWork; readonly key: PlannedKey }
  | { readonly work: StepWork; readonly copy: number }
  | { readonly once: OnceWork };

type OnceWork = StepWork['kind'] | LogWork;

/**
 * What is left to do at the current step. Work that is done is never asked for again, however often a step is repeated.
 * @param state - the ceremony
 * @returns the pieces in order; empty for a step without work
 */
export function remainingWork(state: CeremonyState): readonly Piece[] {
  const { before = [], after = [] } = currentStep(state) ?? {};
  return [...onces(state, before), ...ownWork(state), ...onces(state, after)];
}

/**
 * What is left of the work that is the step's own; what is done on the log is not.
 * @param state - the ceremony
 */
export function ownWork(state: CeremonyState): readonly Piece[] {
  const work = currentStep(state)?.work ?? null;
  switch (work?.each) {
    case undefined:
      return [];
    case 'once':
      return onces(state, [work.kind]);
    case 'key':
      return inOrder(state, work)
        .filter((key) => !isDone(state, work, key))
        .map((key) => ({ work, key }));
    case 'copy':
      return remainingCopies(state).map((copy) => ({ work, copy }));
    case 'destroyed-key':
      return keysToDestroy(state).map((key) => ({ work, key }));
  }
}

function onces({ doneHere }: CeremonyState, kinds: readonly OnceWork[]): readonly Piece[] {
  return kinds.filter((kind) => !doneHere.includes(kind)).map((once) => ({ once }));
}

/**
 * The next piece of work of the current step, as a request.
 * @param state - the ceremony, the step confirmed
 * @param position - where the log stands
 * @returns the request, or null when nothing is left or the people have not confirmed the step
 */
export function nextRequest(state: CeremonyState, position: Position): EffectRequest | null {
  const [piece] = remainingWork(state);
  if (piece === undefined || state.input === null) return null;
  if ('key' in piece) return keyRequest(state, piece.work, piece.key);
  if ('copy' in piece) return copyRequest(state, piece.copy);
  return onceRequest(state, piece.once, position);
}

/**
 * The CKA_ID of a target key: chosen by the ceremony, so that a key made just before a crash is found again.
 * @param ceremony - the ceremony id
 * @param key - the planned key
 * @returns 16 bytes, hex, or the CKA_ID that the plan names
 */
export function ckaIdOf(ceremony: string, key: PlannedKey): string {
  return key.source === 'generate'
    ? sha256Hex(utf8ToBytes(`keyferry ${ceremony} ${key.id}`)).slice(0, 32)
    : key.source.existing.ckaId;
}

/** The copies, numbered from 1, that are not written yet. */
export function remainingCopies(state: CeremonyState): readonly number[] {
  const written = new Set(state.copies.map((copy) => copy.copy));
  return Array.from({ length: state.plan.copies }, (_, index) => index + 1).filter((copy) => !written.has(copy));
}

/**
 * The keys that the plan wants destroyed and that are still in the token. A key that was left out left no wrapped copy: one
 * that was in the token before the ceremony stays there, one that was made for it goes.
 */
export function keysToDestroy(state: CeremonyState): readonly PlannedKey[] {
  if (state.stopped !== null) return keysToDestroyAfterAbort(state);
  const isKept = ({ id, source }: PlannedKey): boolean =>
    state.leftOut.has(id) && (source !== 'generate' || !state.targets.has(id));
  return state.plan.keys.filter((key) => key.after === 'destroy' && !state.destroyed.includes(key.id) && !isKept(key));
}

/** After an abort: whatever the ceremony made or may have made, and of that what was typed once the people have decided. */
function keysToDestroyAfterAbort(state: CeremonyState): readonly PlannedKey[] {
  const left = keysPerhapsInToken(state);
  const typed = state.input?.kind === 'key-ids' ? state.input.keyIds : left;
  return state.plan.keys.filter(({ id }) => left.includes(id) && typed.includes(id));
}

/**
 * The keys whose ids are typed by hand at a step: those that it destroys, or those that are wrapped in a weak way.
 * @param state - the ceremony
 * @param step - a step of the kind `type-key-ids`
 */
export function keysToType(state: CeremonyState, step: Pick<Step, 'work'>): readonly PlannedKey[] {
  return step.work?.kind === 'destroy-key' ? keysToDestroy(state) : carriedKeys(state).filter(isWrappedWeakly);
}

/**
 * Whether a key would be wrapped in a weak way that the people have not accepted.
 * @param state - the ceremony
 * @param key - of the plan
 */
export function isWeaklyUnaccepted(state: CeremonyState, key: PlannedKey): boolean {
  return isWrappedWeakly(key) && !state.weakAccepted.includes(key.id);
}

/** The order of the plan; a key that will not be wrapped comes first, so that it is decided on before others are. */
function inOrder(state: CeremonyState, work: StepWork): readonly PlannedKey[] {
  const carried = carriedKeys(state);
  if (work.kind !== 'wrap-key') return carried;
  const rank = (key: PlannedKey): number => (isWeaklyUnaccepted(state, key) ? 0 : 1);
  return carried.toSorted((one, other) => rank(one) - rank(other));
}

function isDone(state: CeremonyState, work: StepWork, key: PlannedKey): boolean {
  return (work.kind === 'wrap-key' ? state.wrapped.get(key.id) : state.targets.get(key.id)) !== undefined;
}

function keyRequest(state: CeremonyState, work: StepWork, key: PlannedKey): EffectRequest {
  const ckaId = ckaIdOf(state.ceremony, key);
  switch (work.kind) {
    case 'wrap-key':
      return { kind: 'wrap-key', key: key.id };
    case 'destroy-key':
      return { kind: 'destroy-key', key: key.id, ckaId };
    default:
      return key.source === 'generate'
        ? { kind: 'make-key', key: key.id, ckaId, label: `${state.ceremony}/${key.id}` }
        : { kind: 'find-key', key: key.id, ckaId };
  }
}

function copyRequest(state: CeremonyState, copy: number): EffectRequest {
  const folders = state.input?.kind === 'folders' ? state.input.folders : [];
  // The folders were chosen for the copies that were missing when the step was confirmed, in their order.
  const folder = folders[folders.length - remainingCopies(state).length] ?? '';
  return { kind: 'write-copy', copy, folder };
}

function onceRequest(state: CeremonyState, kind: OnceWork, position: Position): EffectRequest {
  switch (kind) {
    case 'read-inbound':
      return { kind: 'read-inbound', folder: state.input?.kind === 'folders' ? (state.input.folders[0] ?? '') : '' };
    case 'sign-bundle':
      // One more than the log has now: the record ends with this very request, which vouches for the time.
      return { kind, createdAt: `${position.time.slice(0, 19)}Z`, logSize: position.size + 1 };
    case 'inspect-workstation':
    case 'identify-token':
    case 'log-in':
    case 'probe-token':
    case 'make-log-key':
    case 'sign-checkpoint':
    case 'destroy-log-key':
    case 'log-out':
      return { kind };
    default:
      throw new Error(`${kind} is done per key or copy, not once`);
  }
}
