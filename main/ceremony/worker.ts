import type { EffectOutcome, EffectRequest } from '../../app/ceremony/effects.ts';
import type { CeremonyState } from '../../app/ceremony/state.ts';
import { Refused, refuse, type Refusal } from '../../app/rules/refusal.ts';
import type { LoginDecision, PinEntry, PinState } from '../hsm/port.ts';
import { removeCopies, settleCopy, writeCopy } from './effects/copies.ts';
import { readInbound } from './effects/inbound.ts';
import { destroyKey, findKey, makeKey, settleDestroyedKey, settleMadeKey } from './effects/keys.ts';
import { identifyToken, logIn, openForPin, probeToken, reopenToken } from './effects/token.ts';
import { destroyLogKey, makeLogKey, signBundle, signCheckpoint } from './effects/log.ts';
import { inspectWorkstation } from './effects/workstation.ts';
import { wrapKey } from './effects/wrapping.ts';
import type { WorkPorts } from './work-ports.ts';

/** Does what the log has requested. Every method throws Refused for an expected failure. */
export interface Worker {
  /** Performs a request; `secret` is how the PIN is given to the work that needs one. */
  perform(request: EffectRequest, state: CeremonyState, secret: PinEntry | null): Promise<EffectOutcome>;
  /** True for work that changes what the token holds: its failure does not say how far it went. */
  leavesTrace(request: EffectRequest): boolean;
  /** False while the token must be opened first to see what became of the request. */
  canSettle(request: EffectRequest): boolean;
  /**
   * Looks what became of a request.
   * @throws Refused with EFFECT-SETTLED-BY-LOOKING when it did not happen; with another rule when that cannot be seen now
   */
  settle(request: EffectRequest, state: CeremonyState): Promise<EffectOutcome>;
  /** Opens the token that the log names; returns its serial. The PIN is overwritten, parts of it included. */
  reopenToken(state: CeremonyState, pin: PinEntry, decided: LoginDecision): Promise<string>;
  /** Opens the token as far as that needs no PIN, so that its parts can be typed; forgets those typed before. */
  openForPin(state: CeremonyState): Promise<void>;
  /** Passes a part of the PIN on to the HSM process; `part` is overwritten. Returns how many are held. */
  addPinPart(part: Uint8Array): Promise<number>;
  /** Forgets every part of the PIN. */
  clearPin(): Promise<void>;
  /** What the token's flags say of its PIN after a try; null when it does not answer. */
  pinState(): Promise<PinState | null>;
  /** Ends the session with the token: nobody watches it during a break. */
  letGoOfToken(): Promise<void>;
  /** Lets go of everything when the ceremony was stopped: the HSM process ends, the kept wrapped keys are removed. */
  abandon(): void;
  /** Takes every copy of the bundle off the media again, one that was cut off included; returns why some stayed. */
  removeCopies(state: CeremonyState): readonly Refusal[];
}

/**
 * Makes the worker of one ceremony.
 * @param ports - the HSM, the token's site, the workspace, the clock and the log
 */
export function createWorker(ports: WorkPorts): Worker {
  return {
    perform: (request, state, secret) => perform(ports, request, state, secret),
    leavesTrace,
    canSettle: (request) => ports.hsm.isLoggedIn || !leavesTrace(request),
    settle: (request, state) => settle(ports, request, state),
    reopenToken: (state, pin, decided) => reopenToken(ports, state, pin, decided),
    openForPin: async (state) => {
      await openForPin(ports, state);
    },
    addPinPart: (part) => ports.hsm.addPinPart(part),
    clearPin: () => ports.hsm.clearPin(),
    pinState: () => pinState(ports),
    letGoOfToken: () => ports.hsm.close(),
    abandon: () => {
      void ports.hsm.close();
      ports.workspace.clear();
    },
    removeCopies: (state) => removeCopies(ports, state),
  };
}

function perform(
  ports: WorkPorts,
  request: EffectRequest,
  state: CeremonyState,
  secret: PinEntry | null,
): Promise<EffectOutcome> {
  switch (request.kind) {
    case 'inspect-workstation':
      return inspectWorkstation(ports, state);
    case 'identify-token':
      return identifyToken(ports, state, secret);
    case 'log-in':
      return logIn(ports, state, secret, decidedIn(state));
    case 'probe-token':
      return probeToken(ports, state);
    case 'make-log-key':
      return makeLogKey(ports, state);
    case 'sign-checkpoint':
      return signCheckpoint(ports, state);
    case 'sign-bundle':
      return signBundle(ports, request, state);
    case 'destroy-log-key':
      return destroyLogKey(ports, state);
    case 'read-inbound':
      return readInbound(ports, request, state);
    case 'make-key':
      return makeKey(ports, request, state);
    case 'find-key':
      return findKey(ports, request, state);
    case 'wrap-key':
      return wrapKey(ports, request, state);
    case 'write-copy':
      return writeCopy(ports, request, state);
    case 'destroy-key':
      return destroyKey(ports, request, state);
    case 'log-out':
      return logOut(ports);
  }
}

/** What the people said when they confirmed the step: whether they know that it may be the last try. */
function decidedIn({ input }: CeremonyState): LoginDecision {
  return { finalTryAccepted: input?.kind === 'credential' && input.finalTryAccepted };
}

/** The flags are for the people to see; a token that is gone has none, and its own refusal says so. */
async function pinState({ hsm }: WorkPorts): Promise<PinState | null> {
  try {
    return { ...(await hsm.pinState()) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return null;
  }
}

async function settle(ports: WorkPorts, request: EffectRequest, state: CeremonyState): Promise<EffectOutcome> {
  switch (request.kind) {
    case 'make-key':
      return settleMadeKey(ports, request, state);
    case 'destroy-key':
      return settleDestroyedKey(ports, request);
    case 'write-copy':
      return settleCopy(ports, request, state);
    default:
      // Everything else lives in the HSM process, or is made anew when the step is repeated: there is nothing to find.
      return refuse('EFFECT-SETTLED-BY-LOOKING', 'Keyferry ended in the middle of this step, before it was done.');
  }
}

function leavesTrace(request: EffectRequest): boolean {
  return request.kind === 'make-key' || request.kind === 'destroy-key';
}

async function logOut(ports: WorkPorts): Promise<EffectOutcome> {
  await ports.hsm.close();
  ports.workspace.clear();
  return { kind: 'log-out' };
}
