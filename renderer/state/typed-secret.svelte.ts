import { passphraseBytes } from '../../app/approval/passphrase.ts';

/** What somebody types into a field that shows its length only. Taking it empties the field. */
export class TypedSecret {
  text = $state('');

  /** How many characters are typed. */
  get length(): number {
    return Array.from(this.text).length;
  }

  /**
   * Takes it as a passphrase.
   * @returns UTF-8 in NFKC; whoever receives it overwrites it
   */
  takePassphrase(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(passphraseBytes(this.text));
    this.text = '';
    return bytes;
  }

  /**
   * Takes it as a PIN, or as a part of one.
   * @returns UTF-8 as typed: the token knows it in no other form; whoever receives it overwrites it
   */
  takePin(): Uint8Array<ArrayBuffer> {
    const bytes = new TextEncoder().encode(this.text);
    this.text = '';
    return bytes;
  }
}
