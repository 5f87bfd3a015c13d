import { Refused, refuse, refusal } from '../../app/rules/refusal.ts';
import type { KeySpec } from '../../app/keys/specs.ts';
import type {
  Hsm,
  KeptHead,
  LogHead,
  LoginDecision,
  LogKey,
  LogKeyName,
  LogMessage,
  ModuleChoice,
  NamedHead,
  PinEntry,
  PinState,
  ProbeReport,
  TargetKey,
  TargetKeyRequest,
  TokenIdentity,
  WrapNeed,
  WrapOutcome,
  WrapRequest,
} from './port.ts';
import type { HsmMethod, HsmResponse } from './protocol.ts';

/** The HSM process as its parent holds it; the same for an Electron utility process and a Node child. */
export interface HsmChild {
  /** Sends a message; it is copied before this returns. */
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** `how` says how it ended: a signal or an exit code. */
  onExit(listener: (how: string) => void): void;
  /** Ends it at once, even inside a call of the vendor's library (SIGKILL). */
  kill(): void;
}

/** Forks the HSM process with these environment variables added: a C library sees only what is set at the fork. */
export type SpawnHsm = (environment: Readonly<Record<string, string>>) => HsmChild;

/** How long each call may take, in milliseconds; a login is longer where somebody types at the token meanwhile. */
export type TimeLimits = Readonly<Record<HsmMethod | 'loginOnPad', number>>;

const second = 1000;

export const timeLimits: TimeLimits = {
  // A network HSM connects to all its members here.
  load: 20 * second,
  initialiseRehearsalToken: 30 * second,
  select: 30 * second,
  pinState: 30 * second,
  // Memory only: it waits for nothing but the calls before it.
  addPinPart: 30 * second,
  clearPin: 30 * second,
  login: 30 * second,
  // Somebody walks to the token, finds the PIN and types it there.
  loginOnPad: 300 * second,
  // Makes a throw-away key of every spec in the plan.
  probe: 600 * second,
  // RSA-4096 takes minutes on a smart card.
  generateTargetKey: 600 * second,
  findGeneratedKey: 30 * second,
  findTargetKey: 30 * second,
  // Makes a throw-away key of the same spec first, so it may take as long as a generation.
  wrapTargetKey: 600 * second,
  destroyKey: 30 * second,
  countObjects: 30 * second,
  // A pair on P-256 takes a smart card seconds.
  makeLogKey: 60 * second,
  signWithLogKey: 30 * second,
  destroyLogKey: 30 * second,
  keepHead: 30 * second,
  readHead: 30 * second,
  dropHead: 30 * second,
  // Somebody is waiting to leave; what has not answered by then is ended.
  close: 5 * second,
};

interface Pending {
  readonly method: HsmMethod;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** One life of the HSM process and the calls it owes an answer. */
interface Life {
  readonly child: HsmChild;
  readonly pending: Map<number, Pending>;
  isLoggedIn: boolean;
}

/**
 * The HSM port on top of a process of its own. Nothing is ever repeated by itself: after a crash or a time-out every
 * pending call is refused, and the next `load` starts afresh.
 */
export class HsmClient implements Hsm {
  readonly #spawn: SpawnHsm;
  readonly #limits: TimeLimits;
  #life: Life | null = null;
  #lastId = 0;

  /**
   * @param spawn - forks the HSM process
   * @param limits - time limits; the table above unless a test has less patience
   */
  constructor(spawn: SpawnHsm, limits: TimeLimits = timeLimits) {
    this.#spawn = spawn;
    this.#limits = limits;
  }

  get isLoggedIn(): boolean {
    return this.#life?.isLoggedIn ?? false;
  }

  async load(module: ModuleChoice): Promise<readonly TokenIdentity[]> {
    await this.close();
    this.#life = this.#start(module);
    return this.#call('load', module);
  }

  initialiseRehearsalToken(label: string, pin: Exclude<PinEntry, 'pad'>): Promise<TokenIdentity> {
    return this.#callWithPin(pin, () => this.#call('initialiseRehearsalToken', label, pin));
  }

  select(serial: string): Promise<{ readonly identity: TokenIdentity; readonly pin: PinState }> {
    return this.#call('select', serial);
  }

  pinState(): Promise<PinState> {
    return this.#call('pinState');
  }

  addPinPart(part: Uint8Array): Promise<number> {
    return this.#callWithPin(part, () => this.#call('addPinPart', part));
  }

  async clearPin(): Promise<void> {
    try {
      if (this.#life !== null) await this.#call('clearPin');
    } catch (error) {
      // The process has ended, and whatever it held with it.
      if (!(error instanceof Refused)) throw error;
    }
  }

  login(pin: PinEntry, decided: LoginDecision = { finalTryAccepted: false }): Promise<PinState> {
    return this.#callWithPin(pin, () => this.#call('login', pin, decided));
  }

  probe(needs: readonly WrapNeed[]): Promise<ProbeReport> {
    return this.#call('probe', needs);
  }

  generateTargetKey(request: TargetKeyRequest): Promise<TargetKey> {
    return this.#call('generateTargetKey', request);
  }

  findGeneratedKey(request: TargetKeyRequest): Promise<TargetKey | null> {
    return this.#call('findGeneratedKey', request);
  }

  findTargetKey(ckaId: string, spec: KeySpec): Promise<TargetKey | null> {
    return this.#call('findTargetKey', ckaId, spec);
  }

  wrapTargetKey(request: WrapRequest): Promise<WrapOutcome> {
    return this.#call('wrapTargetKey', request);
  }

  destroyKey(ckaId: string, spec: KeySpec): Promise<number> {
    return this.#call('destroyKey', ckaId, spec);
  }

  countObjects(ckaId: string): Promise<number> {
    return this.#call('countObjects', ckaId);
  }

  makeLogKey(name: LogKeyName): Promise<LogKey> {
    return this.#call('makeLogKey', name);
  }

  signWithLogKey(signed: LogMessage): Promise<string> {
    return this.#call('signWithLogKey', signed);
  }

  destroyLogKey(name: LogKeyName): Promise<number> {
    return this.#call('destroyLogKey', name);
  }

  keepHead(named: NamedHead): Promise<KeptHead> {
    return this.#call('keepHead', named);
  }

  readHead(name: LogKeyName): Promise<LogHead | null> {
    return this.#call('readHead', name);
  }

  dropHead(name: LogKeyName): Promise<number> {
    return this.#call('dropHead', name);
  }

  async close(): Promise<void> {
    const life = this.#life;
    if (life === null) return;
    try {
      await this.#call('close');
    } catch (error) {
      // A token that fails to log out, or does not answer, is ended with its process: that ends its sessions too.
      if (!(error instanceof Refused)) throw error;
    } finally {
      this.#end(life, 'HSM-PROCESS-ALIVE', 'The HSM process was closed.');
    }
  }

  /** The PIN is copied once, to the HSM process; our copy is gone before anybody waits for the answer. */
  #callWithPin<T>(pin: PinEntry, perform: () => Promise<T>): Promise<T> {
    const answer = perform();
    if (typeof pin !== 'string') pin.fill(0);
    return answer;
  }

  #call<M extends HsmMethod>(method: M, ...args: Parameters<Hsm[M]>): ReturnType<Hsm[M]>;
  async #call(method: HsmMethod, ...args: readonly unknown[]): Promise<unknown> {
    const life = this.#life ?? refuse('HSM-PROCESS-ALIVE', 'No PKCS#11 module is loaded.');
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const limit = this.#limits[method === 'login' && args[0] === 'pad' ? 'loginOnPad' : method];
      const timer = setTimeout(() => {
        const cause = `The HSM did not answer ${method} within ${limit / second} seconds; its process was ended.`;
        this.#end(life, 'HSM-ANSWERS-IN-TIME', cause);
      }, limit);
      life.pending.set(id, { method, resolve, reject, timer });
      life.child.post({ id, method, args });
    });
  }

  #start(module: ModuleChoice): Life {
    const life: Life = { child: this.#spawn(module.environment), pending: new Map(), isLoggedIn: false };
    life.child.onMessage((message) => settle(life, message as HsmResponse));
    life.child.onExit((how) => {
      const calls = [...life.pending.values()].map(({ method }) => method).join(', ') || 'no call';
      this.#end(life, 'HSM-PROCESS-ALIVE', `The HSM process ended (${how}) with ${calls} in progress.`);
    });
    return life;
  }

  /** Ends a process and refuses whatever it still owes. Harmless when it has ended already. */
  #end(life: Life, rule: 'HSM-PROCESS-ALIVE' | 'HSM-ANSWERS-IN-TIME', cause: string): void {
    if (this.#life === life) this.#life = null;
    life.isLoggedIn = false;
    for (const { reject, timer } of life.pending.values()) {
      clearTimeout(timer);
      reject(new Refused(refusal(rule, cause)));
    }
    life.pending.clear();
    life.child.kill();
  }
}

function settle(life: Life, { id, isLoggedIn, outcome }: HsmResponse): void {
  const pending = life.pending.get(id);
  if (pending === undefined) return;
  life.pending.delete(id);
  clearTimeout(pending.timer);
  life.isLoggedIn = isLoggedIn;
  if (outcome.kind === 'value') pending.resolve(outcome.value);
  else if (outcome.kind === 'refused') pending.reject(new Refused(outcome.refusal));
  else pending.reject(new Error(`the HSM process failed in ${pending.method}: ${outcome.message}`));
}
