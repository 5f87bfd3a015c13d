import { refuse } from '../../app/rules/refusal.ts';
import { ckrText } from './ckr.ts';
import { CryptokiError, CryptokiModule, type SlotHandle, type TokenInfo } from './pkcs11.ts';
import type { ModuleChoice, PinState, TokenIdentity } from './port.ts';

/** A module in this process, with the hash of the file it came from. */
export interface LoadedModule {
  readonly cryptoki: CryptokiModule;
  readonly sha256: string;
}

/** A token where it is now. The slot may change between loads; the serial does not. */
export interface FoundToken {
  readonly slot: SlotHandle;
  readonly identity: TokenIdentity;
  readonly pin: PinState;
  readonly isInitialised: boolean;
}

/** Flags of CK_TOKEN_INFO, PKCS#11 3.1 section 3.2. */
const flags = {
  userPinInitialised: 0x8,
  protectedAuthenticationPath: 0x100,
  tokenInitialised: 0x400,
  userPinCountLow: 0x10000,
  userPinFinalTry: 0x20000,
  userPinLocked: 0x40000,
} as const;

/**
 * Loads and initialises a module whose file was checked before.
 * @throws Refused with MODULE-LOADS, the raw code kept where there is one
 */
export function openModule({ path, libraryParameters }: ModuleChoice): CryptokiModule {
  try {
    return new CryptokiModule(path, libraryParameters);
  } catch (error) {
    if (!(error instanceof CryptokiError)) throw error;
    const cause = `The module ${JSON.stringify(path)} does not load or initialise (${error.message}).`;
    return refuse('MODULE-LOADS', cause, error.code === null ? {} : { code: ckrText(error.code) });
  }
}

/**
 * Lists every token the module has in a slot, the ones not yet set up included.
 * @param loaded - the module
 */
export function listTokens({ cryptoki, sha256 }: LoadedModule): readonly FoundToken[] {
  const module = cryptoki.info();
  return cryptoki.slots().map((slot) => {
    const info = cryptoki.tokenInfo(slot);
    return {
      slot,
      identity: {
        ...identityOf(info),
        moduleSha256: sha256,
        moduleDescription: `${module.libraryDescription.trim()} ${version(module.libraryVersion)}`,
        cryptoki: version(module.cryptokiVersion),
      },
      pin: pinStateOf(info),
      isInitialised: (info.flags & flags.tokenInitialised) !== 0,
    };
  });
}

/**
 * Finds the one token with a serial number; labels and slot numbers are not trusted.
 * @throws Refused with TOKEN-SERIAL-AS-IDENTIFIED when there is none, or more than one
 */
export function findBySerial(loaded: LoadedModule, serial: string): FoundToken {
  const tokens = listTokens(loaded).filter((token) => token.isInitialised);
  const [found, ...more] = tokens.filter((token) => token.identity.serial === serial);
  if (found !== undefined && more.length === 0) return found;
  const present = tokens.map((token) => token.identity.serial).join(', ') || 'none';
  const how = found === undefined ? 'is not connected' : 'is connected more than once';
  return refuse('TOKEN-SERIAL-AS-IDENTIFIED', `The token with the serial ${serial} ${how}; connected: ${present}.`);
}

/**
 * Says what the token's flags tell about its PIN, for the people who are about to type it.
 * @returns a sentence, or an empty text when there is nothing to tell
 */
export function pinWarning(pin: PinState): string {
  if (pin.locked) return 'The token says that the PIN is locked.';
  if (pin.finalTry) return 'The token says that the next wrong PIN locks it.';
  return pin.countLow ? 'The token says that a wrong PIN was typed at least once.' : '';
}

function identityOf(info: TokenInfo): Omit<TokenIdentity, 'moduleSha256' | 'moduleDescription' | 'cryptoki'> {
  return {
    serial: info.serial,
    label: info.label.trim(),
    manufacturer: info.manufacturerID.trim(),
    model: info.model.trim(),
    firmware: version(info.firmwareVersion),
    hardware: version(info.hardwareVersion),
  };
}

function pinStateOf(info: TokenInfo): PinState {
  const has = (flag: number): boolean => (info.flags & flag) !== 0;
  return {
    initialised: has(flags.userPinInitialised),
    protectedPath: has(flags.protectedAuthenticationPath),
    countLow: has(flags.userPinCountLow),
    finalTry: has(flags.userPinFinalTry),
    locked: has(flags.userPinLocked),
  };
}

function version({ major, minor }: { readonly major: number; readonly minor: number }): string {
  return `${major}.${minor}`;
}
