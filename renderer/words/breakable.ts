/** A text divided where a line may break, and how its pieces are set. */
export interface Breakable {
  /** In order; joined they are the text. */
  readonly pieces: readonly string[];
  /** `code` is read letter by letter, `whole` never breaks inside a piece. */
  readonly setting: 'words' | 'whole' | 'code' | 'code whole';
}

const hexGroups = /^[0-9A-F]{4}(?: [0-9A-F]{4})+$/u;

/**
 * Decides how a cell of a narrow column breaks: hex after two groups, an address after its slashes and before its dots, a short id never.
 * @param text - the cell
 * @returns its pieces and their setting
 */
export function breakable(text: string): Breakable {
  if (hexGroups.test(text)) return { pieces: text.match(/.{9} ?|.+/gu) ?? [], setting: 'code whole' };
  if (!/\s/u.test(text) && text.length < 25) return { pieces: [text], setting: 'whole' };
  if (!/[^\s-]{25}/u.test(text)) return { pieces: [text], setting: 'words' };
  return { pieces: text.split(/(?<=[^/]\/)(?=[^/])|(?=\.)/u), setting: 'code' };
}
