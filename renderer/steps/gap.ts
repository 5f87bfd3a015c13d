/** Something that is still to be done: in words, and the id of the field where it is done. */
export interface Gap {
  readonly words: string;
  readonly field: string;
}
