import { calls, notices, type NoticePayload, type WindowClient } from '../../app/contract/calls.ts';
import type { CeremonyBridge } from '../../app/contract/channels.ts';
import type { Reply } from '../../app/contract/define.ts';
import { refusal } from '../../app/rules/refusal.ts';

/** What the window sees of main: the calls of the contract, and what main tells unasked. */
export interface Connection {
  readonly client: WindowClient;
  /** Hears every change of the ceremony, in the order in which main sends them. */
  onCeremonyChanged(listener: (view: NoticePayload<'ceremony.changed'>) => void): void;
}

/**
 * Finds what the preload exposed.
 * @param scope - the window
 * @returns the bridge; the preload runs before any script of the page, so its absence is a programming error
 */
export function bridgeOf(scope: object): CeremonyBridge {
  if (!('ceremony' in scope)) throw new Error('the preload exposed no window.ceremony');
  return scope.ceremony as CeremonyBridge;
}

/**
 * Gives the untyped bridge the types of the contract. Main is trusted and has checked its own replies, so they are
 * not parsed again; notices are, because nothing asked for them.
 * @param bridge - what the preload exposes
 * @returns the typed client; a call never rejects, a main process that fails to answer is a refusal as well
 */
export function connect(bridge: CeremonyBridge): Connection {
  const call = (name: string) => (input: unknown) => bridge.call(name, input).catch(unanswered(name));
  const client = Object.fromEntries(Object.keys(calls).map((name) => [name, call(name)]));
  return {
    client: client as unknown as WindowClient,
    onCeremonyChanged: (listener) =>
      bridge.onNotice((name, payload) => {
        if (name !== 'ceremony.changed') return;
        const parsed = notices[name]['~standard'].validate(payload);
        if (parsed instanceof Promise || parsed.issues !== undefined) return;
        listener(parsed.value);
      }),
  };
}

function unanswered(name: string) {
  return (error: unknown): Reply<never> => ({
    ok: false,
    refusal: refusal('WORK-COMPLETED', `The application did not answer the call ${name}.`, { code: String(error) }),
  });
}
