import { refuse } from '../../app/rules/refusal.ts';

/** More people than any quorum of custodians of one PIN. */
const maximumParts = 8;
/** More bytes than any token takes. */
const maximumBytes = 255;

/**
 * The parts of one PIN in the order in which they came, held by the HSM process alone. They are joined as they come, in
 * one piece of memory of fixed size: nothing is moved when the PIN grows, so that overwriting it leaves no older copy.
 */
export class PinParts {
  readonly #bytes = new Uint8Array(maximumBytes);
  #length = 0;
  #count = 0;

  /**
   * Puts a part behind those that are held.
   * @param part - UTF-8; overwritten, whether it is taken or not
   * @returns how many parts are held now
   * @throws Refused with STEP-INPUT-AS-ASKED for an empty part, a ninth one or one too long; those before it stay
   */
  add(part: Uint8Array): number {
    try {
      if (part.length === 0) refuse('STEP-INPUT-AS-ASKED', 'A part of the PIN is empty.');
      if (this.#count === maximumParts) refuse('STEP-INPUT-AS-ASKED', `A PIN has at most ${maximumParts} parts.`);
      if (this.#length + part.length > maximumBytes) {
        refuse('STEP-INPUT-AS-ASKED', `The parts of the PIN have more than ${maximumBytes} bytes together.`);
      }
      this.#bytes.set(part, this.#length);
      this.#length += part.length;
      return ++this.#count;
    } finally {
      part.fill(0);
    }
  }

  /**
   * The whole PIN, UTF-8: the very memory that {@link clear} overwrites, not a copy.
   * @throws Refused with STEP-INPUT-AS-ASKED when no part is held
   */
  joined(): Uint8Array {
    if (this.#count === 0) refuse('STEP-INPUT-AS-ASKED', 'No part of the PIN has been given.');
    return this.#bytes.subarray(0, this.#length);
  }

  /** Overwrites and forgets every part. */
  clear(): void {
    this.#bytes.fill(0);
    this.#length = 0;
    this.#count = 0;
  }
}
