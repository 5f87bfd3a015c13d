import { keySpecs } from '../../keys/specs.ts';
import type { CeremonyView } from '../../contract/view.ts';
import type { EffectKind, EffectRequest } from '../effects.ts';
import { carriedKeys, currentStep, type CeremonyState } from '../state.ts';
import { ownWork } from '../work.ts';

interface Words {
  readonly what: string;
  /** How long it takes as a rule; a network HSM may take longer. */
  readonly normalSeconds: number;
  readonly afterwards: string;
}

const waitForToken =
  'Look at the token: does it ask for a card or a button? Keyferry ends the call by itself when its time is up and says so.';
const waitForMedia = 'Look at the media: its light should blink. Do not pull it out; Keyferry says when it is done.';

/** What each kind of work is called while it runs, and what is normal. */
const words: Readonly<Record<EffectKind, Words>> = {
  'inspect-workstation': {
    what: 'Looking at the workstation',
    normalSeconds: 2,
    afterwards: 'Keep waiting, or close the window and resume.',
  },
  'identify-token': { what: 'Looking for the token', normalSeconds: 5, afterwards: waitForToken },
  'log-in': { what: 'Logging in to the token', normalSeconds: 5, afterwards: waitForToken },
  'probe-token': {
    what: 'Wrapping throw-away keys and opening them in software',
    normalSeconds: 30,
    afterwards: waitForToken,
  },
  'read-inbound': { what: 'Reading the inbound media', normalSeconds: 5, afterwards: waitForMedia },
  'make-key': { what: 'The token makes a key', normalSeconds: 5, afterwards: waitForToken },
  'find-key': { what: 'Looking for the key in the token', normalSeconds: 5, afterwards: waitForToken },
  'wrap-key': { what: 'Proving the encoding, then wrapping in the token', normalSeconds: 15, afterwards: waitForToken },
  'write-copy': { what: 'Writing a copy and reading it back', normalSeconds: 15, afterwards: waitForMedia },
  'destroy-key': { what: 'Destroying the key in the token', normalSeconds: 5, afterwards: waitForToken },
  'make-log-key': { what: 'The token makes the key that signs the log', normalSeconds: 5, afterwards: waitForToken },
  'sign-checkpoint': { what: 'The token signs the log', normalSeconds: 5, afterwards: waitForToken },
  'sign-bundle': { what: 'The token signs the bundle', normalSeconds: 5, afterwards: waitForToken },
  'destroy-log-key': { what: 'Destroying the key that signed the log', normalSeconds: 5, afterwards: waitForToken },
  'log-out': { what: 'Logging out of the token', normalSeconds: 5, afterwards: waitForToken },
};

/** Making an RSA key means searching for primes: seconds in software, up to minutes in some HSMs. */
const rsaSeconds: Readonly<Record<2048 | 3072 | 4096, number>> = { 2048: 15, 3072: 30, 4096: 60 };

/**
 * Says in words what the machine is doing.
 * @param state - the ceremony, for the key's kind
 * @param request - the work in flight
 * @param since - when it began, ISO 8601
 * @returns what the busy state shows
 */
export function workInWords(
  state: CeremonyState,
  request: EffectRequest,
  since: string,
): NonNullable<CeremonyView['work']> {
  const { what, normalSeconds, afterwards } = words[request.kind];
  const key = 'key' in request ? request.key : null;
  const spec = state.plan.keys.find((planned) => planned.id === key)?.spec;
  const info = spec === undefined ? null : keySpecs[spec];
  const isSlow = info?.kind === 'rsa' && (request.kind === 'make-key' || request.kind === 'wrap-key');
  return {
    what,
    key,
    since,
    normalSeconds: isSlow ? rsaSeconds[info.bits] : normalSeconds,
    afterwards,
    progress: progressOf(state),
  };
}

/**
 * Which piece of the current step's work is under way, or is the next: what is done is not among what remains.
 * @param state - the ceremony
 * @returns null for work of one piece
 */
export function progressOf(state: CeremonyState): NonNullable<CeremonyView['work']>['progress'] {
  const each = currentStep(state)?.work?.each;
  if (each === undefined || each === 'once') return null;
  const remaining = ownWork(state).length;
  if (remaining === 0) return null;
  const of =
    each === 'copy'
      ? state.plan.copies
      : each === 'key'
        ? carriedKeys(state).length
        : remaining + state.destroyed.length;
  return of < 2 ? null : { piece: of - remaining + 1, of };
}
