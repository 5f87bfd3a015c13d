import type { KeySpec } from '../../app/keys/specs.ts';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import { withId } from './locate-key.ts';
import { dropHead, keepHead, readHead } from './log-head.ts';
import { destroyLogKey, makeLogKey, signWithLogKey } from './log-key.ts';
import { checkPinUsable, logIn } from './login.ts';
import { checkModule } from './module-file.ts';
import { makeThrowAwayKek, type ThrowAwayKek } from './opening.ts';
import { CryptokiError, type CryptokiSession, type SlotHandle } from './pkcs11.ts';
import type {
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
import { PinParts } from './pin-parts.ts';
import { listMechanisms, proveEach } from './probe.ts';
import type { HsmDevice } from './protocol.ts';
import { initialiseEmptyToken } from './rehearsal-token.ts';
import { checkNonce } from './seal-nonce.ts';
import { proveEncoding, throwAwayKeys, type Bench, type Proven } from './self-test.ts';
import { inSession, type Work } from './session.ts';
import { destroyKey, findGeneratedKey, findTargetKey, generateTargetKey, locateRecorded } from './target-keys.ts';
import { findBySerial, listTokens, openModule, type LoadedModule } from './tokens.ts';
import { checkMethod, wrapUnderKek } from './wrap.ts';

/** Rules after whose violation the login is gone, whatever the application believes. */
const loginEnding: readonly string[] = ['TOKEN-LOGGED-IN', 'TOKEN-PRESENT', 'MODULE-LOADS'];

/**
 * The HSM inside its own process: one module, one token, one login. Synchronous, since PKCS#11 is; every failure of
 * the token leaves as Refused with the raw code.
 */
export class Device implements HsmDevice {
  #loaded: LoadedModule | null = null;
  #token: { readonly slot: SlotHandle; readonly serial: string } | null = null;
  /** Open while logged in; it holds the login and does nothing else. */
  #login: CryptokiSession | null = null;
  readonly #parts = new PinParts();
  /** Throw-away KEKs by size: making one takes seconds, and they protect nothing. */
  readonly #throwAwayKeks = new Map<number, ThrowAwayKek>();

  get isLoggedIn(): boolean {
    return this.#login !== null;
  }

  load(choice: ModuleChoice): readonly TokenIdentity[] {
    return this.#answering(() => {
      this.#end();
      const sha256 = checkModule(choice.path, choice.sha256 ?? null);
      this.#loaded = { cryptoki: openModule(choice), sha256 };
      this.#checkUnchanged(choice.path, sha256);
      return listTokens(this.#loaded)
        .filter((token) => token.isInitialised)
        .map((token) => token.identity);
    });
  }

  initialiseRehearsalToken(label: string, pin: Exclude<PinEntry, 'pad'>): TokenIdentity {
    return this.#spending(pin, () => initialiseEmptyToken(this.#module(), label, this.#bytesOf(pin)).identity);
  }

  select(serial: string): { readonly identity: TokenIdentity; readonly pin: PinState } {
    return this.#answering(() => {
      const { slot, identity, pin } = findBySerial(this.#module(), serial);
      this.#endLogin();
      this.#token = { slot, serial };
      return { identity, pin };
    });
  }

  pinState(): PinState {
    return this.#answering(() => this.#pinState());
  }

  addPinPart(part: Uint8Array): number {
    try {
      this.#module();
      return this.#parts.add(part);
    } finally {
      part.fill(0);
    }
  }

  clearPin(): void {
    this.#parts.clear();
  }

  login(pin: PinEntry, decided: LoginDecision = { finalTryAccepted: false }): PinState {
    return this.#spending(pin, () => {
      const { slot } = this.#selected();
      checkPinUsable(this.#pinState(), pin, decided);
      const bytes = pin === 'pad' ? null : this.#bytesOf(pin);
      const session = this.#login ?? this.#module().cryptoki.openSession(slot);
      try {
        logIn(session, bytes, () => this.#pinState());
        this.#login = session;
      } finally {
        if (this.#login === null) session.close();
      }
      return this.#pinState();
    });
  }

  probe(needs: readonly WrapNeed[]): ProbeReport {
    return this.#answering(() => ({
      mechanisms: listMechanisms(this.#module().cryptoki, this.#selected().slot),
      ...this.#proving((prove) => proveEach(needs, prove)),
    }));
  }

  generateTargetKey(request: TargetKeyRequest): TargetKey {
    return this.#answering(() => this.#work(({ session }) => generateTargetKey(session, request)));
  }

  findGeneratedKey(request: TargetKeyRequest): TargetKey | null {
    return this.#answering(() => this.#work(({ session }) => findGeneratedKey(session, request)));
  }

  findTargetKey(ckaId: string, spec: KeySpec): TargetKey | null {
    return this.#answering(() => this.#work(({ session }) => findTargetKey(session, ckaId, spec)));
  }

  wrapTargetKey({ spec, plan, kek, nonce, ...named }: WrapRequest): WrapOutcome {
    return this.#answering(() => {
      checkMethod(spec, plan);
      checkNonce(plan, nonce);
      const target = { ...named, spec, plan };
      this.#work(({ session }) => locateRecorded(session, target));
      const { proof, kwp } = this.#proving((prove) => prove({ spec, plan, kekBits: kek.modulus.length * 8 }));
      const parts = this.#work((work) => {
        const key = locateRecorded(work.session, target);
        return wrapUnderKek(work, kek, key, { spec, plan, kwp, nonce });
      });
      return { parts, proof };
    });
  }

  destroyKey(ckaId: string, spec: KeySpec): number {
    return this.#answering(() => this.#work(({ session }) => destroyKey(session, ckaId, spec)));
  }

  countObjects(ckaId: string): number {
    return this.#answering(() => this.#work(({ session }) => withId(session, ckaId).length));
  }

  makeLogKey(name: LogKeyName): LogKey {
    return this.#answering(() => this.#work(({ session }) => makeLogKey(session, name)));
  }

  signWithLogKey(signed: LogMessage): string {
    return this.#answering(() => this.#work(({ session }) => signWithLogKey(session, signed)));
  }

  destroyLogKey(name: LogKeyName): number {
    return this.#answering(() => this.#work(({ session }) => destroyLogKey(session, name)));
  }

  keepHead(named: NamedHead): KeptHead {
    return this.#answering(() => this.#work(({ session }) => keepHead(session, named)));
  }

  readHead(name: LogKeyName): LogHead | null {
    return this.#answering(() => this.#work(({ session }) => readHead(session, name)));
  }

  dropHead(name: LogKeyName): number {
    return this.#answering(() => this.#work(({ session }) => dropHead(session, name)));
  }

  close(): void {
    this.#answering(() => this.#end());
  }

  /** Runs a call and turns a return value of the token into a refusal, the one place where that happens. */
  #answering<T>(perform: () => T): T {
    try {
      return perform();
    } catch (error) {
      if (!(error instanceof CryptokiError)) throw error;
      const refusal = error.toRefusal();
      if (loginEnding.includes(refusal.rule)) this.#forgetLogin();
      throw new Refused(refusal);
    }
  }

  /** Whatever becomes of the call, the PIN it was given and the parts that were held are gone after it. */
  #spending<T>(pin: PinEntry, perform: () => T): T {
    try {
      return this.#answering(perform);
    } finally {
      if (typeof pin !== 'string') pin.fill(0);
      this.#parts.clear();
    }
  }

  #bytesOf(pin: Exclude<PinEntry, 'pad'>): Uint8Array {
    return pin === 'parts' ? this.#parts.joined() : pin;
  }

  #module(): LoadedModule {
    return this.#loaded ?? refuse('MODULE-LOADS', 'No PKCS#11 module is loaded.');
  }

  #selected(): { readonly slot: SlotHandle; readonly serial: string } {
    const token = this.#token ?? refuse('TOKEN-SERIAL-AS-IDENTIFIED', 'No token is selected.');
    const { serial } = this.#module().cryptoki.tokenInfo(token.slot);
    if (serial === token.serial) return token;
    this.#forgetLogin();
    return refuse('TOKEN-SERIAL-AS-IDENTIFIED', `The token ${token.serial} was exchanged for ${serial}.`);
  }

  #pinState(): PinState {
    return findBySerial(this.#module(), this.#selected().serial).pin;
  }

  /** One operation in a session of its own, logged in, on the token that was selected. */
  #work<T>(operation: (work: Work) => T): T {
    const { slot } = this.#selected();
    if (this.#login === null) refuse('TOKEN-LOGGED-IN', 'Nobody is logged in to the token.');
    return inSession(this.#module().cryptoki, slot, operation);
  }

  /** Makes proofs with throw-away keys, which the proofs share and which end with them. */
  #proving<T>(operation: (prove: (need: WrapNeed) => Proven) => T): T {
    return this.#work((holder) => {
      const listed = this.#module().cryptoki.mechanismNumbers(this.#selected().slot);
      const bench: Bench = { attempt: (attempt) => this.#work(attempt), throwAwayKey: throwAwayKeys(holder) };
      return operation((need) => proveEncoding(bench, need, this.#throwAwayKek(need.kekBits), listed));
    });
  }

  #throwAwayKek(bits: number): ThrowAwayKek {
    const kek = this.#throwAwayKeks.get(bits) ?? makeThrowAwayKek(bits);
    this.#throwAwayKeks.set(bits, kek);
    return kek;
  }

  /** The loader opened the file by its path, after it was checked. */
  #checkUnchanged(path: string, sha256: string): void {
    try {
      checkModule(path, sha256);
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #endLogin(): void {
    const session = this.#login;
    this.#login = null;
    if (session === null) return;
    try {
      session.logout();
    } finally {
      session.close();
    }
  }

  /** The token has ended the login already; closing the session may fail and changes nothing. */
  #forgetLogin(): void {
    try {
      this.#endLogin();
    } catch (error) {
      if (!(error instanceof CryptokiError)) throw error;
    }
  }

  #end(): void {
    this.#parts.clear();
    this.#forgetLogin();
    const loaded = this.#loaded;
    this.#token = null;
    this.#loaded = null;
    loaded?.cryptoki.finalize();
  }
}
