import { refusal, type Refusal } from '../../app/rules/refusal.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { hexNumber } from './mechanisms.ts';

type Meanings = Readonly<Record<number, readonly [name: string, cause: string]>>;

/**
 * Every return value of PKCS#11 3.1 but CKR_OK: by the rule it violates, its name without `CKR_` and what it means to
 * the people in the room. What to do is the rule's remedy. Codes missing here are the vendor's own.
 * Source: OASIS PKCS#11 3.1, section 5.1, and its header files.
 */
const meaningsByRule = {
  'TOKEN-PIN-ACCEPTED': {
    0xa0: ['PIN_INCORRECT', 'The PIN is wrong.'],
    0xa1: ['PIN_INVALID', 'The PIN has characters the token does not take.'],
    0xa2: ['PIN_LEN_RANGE', 'The PIN is too short or too long for the token.'],
    0xa3: ['PIN_EXPIRED', 'The PIN has expired and must be changed first.'],
    0x1b0: ['NEW_PIN_MODE', 'The token asks for a new PIN first.'],
    0x1b1: ['NEXT_OTP', 'The token asks for the next one-time password.'],
    0x1b8: ['PIN_TOO_WEAK', 'The token finds the PIN too weak.'],
  },
  'TOKEN-PIN-NOT-LOCKED': {
    0xa4: ['PIN_LOCKED', 'The PIN is locked after too many wrong tries.'],
  },
  'TOKEN-PIN-SET': {
    0x102: ['USER_PIN_NOT_INITIALIZED', 'The token has no user PIN yet.'],
  },
  'TOKEN-LOGIN-ONCE': {
    0xb7: ['SESSION_READ_ONLY_EXISTS', 'A read-only session is open, so the security officer cannot log in.'],
    0xb8: ['SESSION_READ_WRITE_SO_EXISTS', 'The security officer has a session open.'],
    0x100: ['USER_ALREADY_LOGGED_IN', 'The user is already logged in.'],
    0x104: ['USER_ANOTHER_ALREADY_LOGGED_IN', 'Another user is already logged in.'],
    0x105: ['USER_TOO_MANY_TYPES', 'The token cannot have this many kinds of users logged in.'],
  },
  'TOKEN-LOGGED-IN': {
    0xb0: ['SESSION_CLOSED', 'The session was closed during the call.'],
    0xb3: ['SESSION_HANDLE_INVALID', 'The session no longer exists.'],
    0x101: ['USER_NOT_LOGGED_IN', 'Nobody is logged in to the token.'],
    0x103: ['USER_TYPE_INVALID', 'The token does not know this type of user.'],
  },
  'TOKEN-PRESENT': {
    0x03: ['SLOT_ID_INVALID', 'The slot no longer exists.'],
    0x32: ['DEVICE_REMOVED', 'The token was removed.'],
    0xe0: ['TOKEN_NOT_PRESENT', 'No token is in the slot.'],
    0xe1: ['TOKEN_NOT_RECOGNIZED', 'The module does not recognise the token in the slot.'],
  },
  'TOKEN-WRITABLE': {
    0xb5: ['SESSION_READ_ONLY', 'The session is read-only.'],
    0xe2: ['TOKEN_WRITE_PROTECTED', 'The token is write-protected.'],
  },
  'TOKEN-HAS-ROOM': {
    0x02: ['HOST_MEMORY', 'The computer ran out of memory for the module.'],
    0x31: ['DEVICE_MEMORY', 'The token has no memory left.'],
    0xb1: ['SESSION_COUNT', 'The token has no free session.'],
    0x201: ['TOKEN_RESOURCE_EXCEEDED', 'The token has run out of a resource.'],
  },
  'TOKEN-MECHANISM-AVAILABLE': {
    0x07: ['ARGUMENTS_BAD', 'The module does not take an argument of the call, such as the OAEP hash.'],
    0x54: ['FUNCTION_NOT_SUPPORTED', 'The module does not have this function.'],
    0x62: ['KEY_SIZE_RANGE', 'The mechanism does not take keys of this size.'],
    0x63: ['KEY_TYPE_INCONSISTENT', 'The mechanism does not take keys of this type.'],
    0x67: ['KEY_INDIGESTIBLE', 'The token does not hash this key.'],
    0x70: ['MECHANISM_INVALID', 'The token does not have this mechanism, or not for this use.'],
    0x71: ['MECHANISM_PARAM_INVALID', 'The token does not take these parameters of the mechanism.'],
    0xf2: ['UNWRAPPING_KEY_TYPE_INCONSISTENT', 'The mechanism does not unwrap with keys of this type.'],
    0x114: ['WRAPPING_KEY_SIZE_RANGE', 'The mechanism does not wrap with keys of this size.'],
    0x115: ['WRAPPING_KEY_TYPE_INCONSISTENT', 'The mechanism does not wrap with keys of this type.'],
    0x120: ['RANDOM_SEED_NOT_SUPPORTED', 'The random generator of the token takes no seed.'],
    0x121: ['RANDOM_NO_RNG', 'The token has no random generator.'],
    0x130: ['DOMAIN_PARAMS_INVALID', 'The token does not take these curve parameters.'],
    0x140: ['CURVE_NOT_SUPPORTED', 'The token does not have this curve.'],
  },
  'TOKEN-POLICY-ALLOWS': {
    0x10: ['ATTRIBUTE_READ_ONLY', 'An attribute may not be set, or not by this user.'],
    0x11: ['ATTRIBUTE_SENSITIVE', 'The attribute is sensitive and stays in the token.'],
    0x12: ['ATTRIBUTE_TYPE_INVALID', 'The token does not know an attribute of the key.'],
    0x13: ['ATTRIBUTE_VALUE_INVALID', 'The token does not take the value of an attribute.'],
    0x1b: ['ACTION_PROHIBITED', 'The policy of the token prohibits this action.'],
    0x68: ['KEY_FUNCTION_NOT_PERMITTED', 'The attributes of the key do not permit this use.'],
    0x69: ['KEY_NOT_WRAPPABLE', 'The token does not wrap this key in this way.'],
    0xd0: ['TEMPLATE_INCOMPLETE', 'The token wants further attributes for this key.'],
    0xd1: ['TEMPLATE_INCONSISTENT', 'The token does not take these attributes together.'],
    0x170: ['INFORMATION_SENSITIVE', 'The information is sensitive and stays in the token.'],
    0x1b9: ['PUBLIC_KEY_INVALID', 'The token finds the public key invalid or too weak.'],
    0x200: ['FUNCTION_REJECTED', 'The token, or somebody at it, rejected the request.'],
    0x203: ['KEY_EXHAUSTED', 'The key has reached its limit of uses.'],
  },
  'TARGET-KEY-MAY-LEAVE': {
    0x6a: ['KEY_UNEXTRACTABLE', 'The key is marked as not extractable.'],
  },
  'MODULE-LOADS': {
    0x08: ['NO_EVENT', 'No slot event has happened.'],
    0x09: ['NEED_TO_CREATE_THREADS', 'The module insists on threads of its own.'],
    0x0a: ['CANT_LOCK', 'The module cannot lock its data as needed.'],
    0x190: ['CRYPTOKI_NOT_INITIALIZED', 'The module is not initialised.'],
    0x191: ['CRYPTOKI_ALREADY_INITIALIZED', 'The module is already initialised in this process.'],
    0x1a0: ['MUTEX_BAD', 'The locking of the module failed.'],
    0x1a1: ['MUTEX_NOT_LOCKED', 'The locking of the module failed.'],
    0x1b7: ['LIBRARY_LOAD_FAILED', 'The module could not load a library it depends on.'],
  },
  'TOKEN-ANSWERS': {
    0x01: ['CANCEL', 'The call was cancelled.'],
    0x05: ['GENERAL_ERROR', 'The token failed and gives no reason.'],
    0x06: ['FUNCTION_FAILED', 'The token could not carry out the call.'],
    0x20: ['DATA_INVALID', 'The token finds the data invalid.'],
    0x21: ['DATA_LEN_RANGE', 'The token finds the data too short or too long.'],
    0x30: ['DEVICE_ERROR', 'The token reports a fault.'],
    0x40: ['ENCRYPTED_DATA_INVALID', 'The token finds the ciphertext invalid.'],
    0x41: ['ENCRYPTED_DATA_LEN_RANGE', 'The token finds the ciphertext too short or too long.'],
    0x42: ['AEAD_DECRYPT_FAILED', 'The authentication of the ciphertext failed.'],
    0x50: ['FUNCTION_CANCELED', 'The call was cancelled.'],
    0x51: ['FUNCTION_NOT_PARALLEL', 'No call is running in parallel.'],
    0x60: ['KEY_HANDLE_INVALID', 'The key no longer exists.'],
    0x64: ['KEY_NOT_NEEDED', 'The call takes no key.'],
    0x65: ['KEY_CHANGED', 'The key has changed.'],
    0x66: ['KEY_NEEDED', 'The call needs a key.'],
    0x82: ['OBJECT_HANDLE_INVALID', 'The object no longer exists.'],
    0x90: ['OPERATION_ACTIVE', 'Another operation is still active in the session.'],
    0x91: ['OPERATION_NOT_INITIALIZED', 'The operation was not started.'],
    0xb4: ['SESSION_PARALLEL_NOT_SUPPORTED', 'The module has no parallel sessions.'],
    0xb6: ['SESSION_EXISTS', 'A session is still open.'],
    0xc0: ['SIGNATURE_INVALID', 'The signature is invalid.'],
    0xc1: ['SIGNATURE_LEN_RANGE', 'The signature has the wrong length.'],
    0xf0: ['UNWRAPPING_KEY_HANDLE_INVALID', 'The unwrapping key no longer exists.'],
    0xf1: ['UNWRAPPING_KEY_SIZE_RANGE', 'The unwrapping key has the wrong size.'],
    0x110: ['WRAPPED_KEY_INVALID', 'The token finds the wrapped key invalid.'],
    0x112: ['WRAPPED_KEY_LEN_RANGE', 'The wrapped key has the wrong length.'],
    0x113: [
      'WRAPPING_KEY_HANDLE_INVALID',
      'The wrapping key no longer exists, or the token does not take it for wrapping.',
    ],
    0x150: ['BUFFER_TOO_SMALL', 'The output is larger than any this application expects.'],
    0x160: ['SAVED_STATE_INVALID', 'The saved state is invalid.'],
    0x180: ['STATE_UNSAVEABLE', 'The state cannot be saved.'],
    0x1b5: ['EXCEEDED_MAX_ITERATIONS', 'The generation of the key did not come to an end.'],
    0x1b6: ['FIPS_SELF_TEST_FAILED', 'The self-test of the token failed.'],
    0x202: ['OPERATION_CANCEL_FAILED', 'The operation could not be cancelled.'],
  },
} as const satisfies Partial<Record<RuleId, Meanings>>;

/** What a return value means: its full name, the rule it violates and the cause in words. */
export interface CkrMeaning {
  readonly name: string;
  readonly rule: RuleId;
  readonly cause: string;
}

const meanings: ReadonlyMap<number, CkrMeaning> = new Map(
  Object.entries(meaningsByRule as Readonly<Record<string, Meanings>>).flatMap(([rule, codes]) =>
    Object.entries(codes).map(([code, [name, cause]]): [number, CkrMeaning] => [
      Number(code),
      { name: `CKR_${name}`, rule: rule as RuleId, cause },
    ]),
  ),
);

/** CKR_VENDOR_DEFINED: this bit marks codes that every vendor gives a meaning of its own. */
const vendorDefined = 0x80000000;

/**
 * Explains a PKCS#11 return value.
 * @param code - the CK_RV, other than CKR_OK
 * @returns its name, rule and cause; an unknown code violates TOKEN-ANSWERS and names who defined it
 */
export function meaningOfCkr(code: number): CkrMeaning {
  const known = meanings.get(code);
  if (known !== undefined) return known;
  return code >= vendorDefined
    ? { name: 'CKR_VENDOR_DEFINED', rule: 'TOKEN-ANSWERS', cause: 'The token answered with a code of its vendor.' }
    : {
        name: 'CKR_UNKNOWN',
        rule: 'TOKEN-ANSWERS',
        cause: 'The token answered with a code PKCS#11 3.1 does not define.',
      };
}

/**
 * Names a return value the way the log and the window show it.
 * @param code - the CK_RV
 * @returns for example `CKR_PIN_INCORRECT (0xa0)`
 */
export function ckrText(code: number): string {
  return `${meaningOfCkr(code).name} (${hexNumber(code)})`;
}

/**
 * Turns a return value into a refusal with the raw code kept.
 * @param code - the CK_RV, other than CKR_OK
 * @param calledFunction - the PKCS#11 function that returned it
 * @param more - what else the people should know, one sentence
 * @returns the refusal, plain data
 */
export function refusalOfCkr(code: number, calledFunction: string, more = ''): Refusal {
  const { rule, cause } = meaningOfCkr(code);
  return refusal(rule, [cause, more, `PKCS#11 function: ${calledFunction}.`].filter(Boolean).join(' '), {
    code: ckrText(code),
  });
}
