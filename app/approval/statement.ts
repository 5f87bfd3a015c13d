import { canonicalBytes, type JsonValue } from '../audit/canonical-json.ts';
import { sha256Hex } from '../keys/fingerprint.ts';

/** What a person puts a signature under; a record of a ceremony can be asked for every one of them again. */
export interface Statement {
  /** Id of the ceremony; a rehearsal's says so, and no signature of a rehearsal fits anything else. */
  readonly ceremony: string;
  /** SHA-256 of the plan, 64 lower-case hex digits. */
  readonly planSha256: string;
  /** `approval` of a step, the first signature at `roll-call`, or the `return` of somebody who had left. */
  readonly purpose: 'approval' | 'roll-call' | 'return';
  /** Id of the step, or what stands for one (`exception.1`). */
  readonly subject: string;
  /** {@link parametersSha256} of exactly what the screen shows: another parameter, another statement. */
  readonly parameters: string;
  /** Id of the person who signs. */
  readonly person: string;
  /** The log as it was when the person was asked: number of entries, hash of the last one in hex. */
  readonly log: { readonly size: number; readonly head: string };
}

/**
 * Writes a statement as the bytes that are signed.
 * @param statement - see {@link Statement}; its members are checked where they come from
 * @returns canonical JSON (RFC 8785) as UTF-8. The member `keyferryStatement`, the version of this form, keeps it apart
 *   from everything else that Keyferry hashes or signs.
 * @throws Refused with JSON-CANONICAL for what JSON cannot hold
 */
export function statementBytes(statement: Statement): Uint8Array {
  const { ceremony, planSha256, purpose, subject, parameters, person, log } = statement;
  const { size, head } = log;
  return canonicalBytes({
    keyferryStatement: 1,
    ceremony,
    planSha256,
    purpose,
    subject,
    parameters,
    person,
    log: { size, head },
  });
}

/**
 * Hashes what the screen shows for a step, for {@link Statement.parameters}.
 * @param parameters - plain data; the order of members makes no difference, that of lists does
 * @returns SHA-256 over its canonical JSON (RFC 8785), 64 lower-case hex digits
 * @throws Refused with JSON-CANONICAL for what JSON cannot hold
 */
export function parametersSha256(parameters: JsonValue): string {
  return sha256Hex(canonicalBytes(parameters));
}
