import * as v from 'valibot';
import { calls, type CallName, type HostHandlers } from '../../app/contract/calls.ts';
import type { Reply } from '../../app/contract/define.ts';
import { refusal, refuse, Refused } from '../../app/rules/refusal.ts';
import { overwriteBytes } from '../overwriting.ts';

/** The one origin the window is served from. */
export const origin = 'app://keyferry';

/** What the process border says about the sender of a message; none of it comes from the sender itself. */
export interface Caller {
  readonly isOurWindow: boolean;
  readonly isTopFrame: boolean;
  readonly origin: string;
}

/** Told about what must not happen: a message that was not as declared, a handler that failed unforeseen. */
export interface DoorWatch {
  /** @param detail - what was wrong, free of anything the message held */
  readonly onViolation: (detail: string) => void;
  readonly onFault: (call: CallName, error: unknown) => void;
}

export type Door = (caller: Caller, name: unknown, input: unknown) => Promise<Reply<unknown>>;

/**
 * The one door between the window and main. Who sends is checked first, then what is called, then the payload; only
 * then a handler runs, and its answer leaves only in the declared shape.
 * @param handlers - one handler per declared call; each may throw Refused
 * @param watch - told about violations and faults
 * @returns a function that always resolves: to the value, or to the refusal as data (CALL-AS-DECLARED for a message
 *   that was not as declared, WORK-COMPLETED for a failure nobody foresaw)
 */
export function createDoor(handlers: HostHandlers, watch: DoorWatch): Door {
  return async (caller, name, input) => {
    try {
      checkCaller(caller);
      const call = declaredCall(name);
      const payload = parseInput(call, input);
      return { ok: true, value: await answer(handlers, call, payload, watch) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.refusal.rule === 'CALL-AS-DECLARED') {
        overwriteBytes(input);
        watch.onViolation(error.refusal.cause);
      }
      return { ok: false, refusal: error.refusal };
    }
  };
}

function checkCaller(caller: Caller): void {
  if (!caller.isOurWindow) refuse('CALL-AS-DECLARED', 'A message came from something else than the window.');
  if (!caller.isTopFrame) refuse('CALL-AS-DECLARED', 'A message came from a frame inside the window.');
  if (caller.origin !== origin) refuse('CALL-AS-DECLARED', 'A message came from a page that is not the application.');
}

function declaredCall(name: unknown): CallName {
  if (typeof name !== 'string' || !Object.hasOwn(calls, name)) {
    refuse('CALL-AS-DECLARED', 'A message named a call that is not declared.');
  }
  return name as CallName;
}

/** Issues name only where in the payload something was wrong: its values may be secret. */
function parseInput(call: CallName, input: unknown): unknown {
  const parsed = v.safeParse(calls[call].input, input);
  if (parsed.success) return parsed.output;
  const places = parsed.issues.map((issue) => v.getDotPath(issue) ?? 'payload');
  refuse('CALL-AS-DECLARED', `${call}: not of the declared shape at ${[...new Set(places)].join(', ')}.`);
}

async function answer(handlers: HostHandlers, call: CallName, payload: unknown, watch: DoorWatch): Promise<unknown> {
  // The table pairs every handler with its own schema; TypeScript cannot follow that pairing through a union.
  const handler = handlers[call] as (input: unknown) => Promise<unknown>;
  try {
    return v.parse(calls[call].output, await handler(payload));
  } catch (error) {
    if (error instanceof Refused) throw error;
    watch.onFault(call, error);
    throw new Refused(refusal('WORK-COMPLETED', `${call} failed unforeseen.`, { code: shortCode(error) }));
  }
}

/** A system code (`ENOSPC`) or the kind of the error: its message and stack stay here. */
function shortCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' && /^[A-Z0-9_]{1,40}$/u.test(error.code)
    ? error.code
    : error.name;
}
