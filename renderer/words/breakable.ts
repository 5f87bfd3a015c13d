/** A stretch of a text, and how it is set. */
export interface Run {
  /** Divided where a line may break; joined they are the stretch. */
  readonly pieces: readonly string[];
  /** `words` break as words do; an `id`, and `code`, which is read letter by letter, break between pieces only. */
  readonly setting: 'words' | 'id' | 'code';
}

const hexGroups = /^[0-9A-F]{4}(?: [0-9A-F]{4})+$/u;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;
/** `RSA 4096`, `EC P-256`: a kind of key. */
const kindOfKey = /^(?:RSA|EC|AES|HMAC) [\w-]+$/u;
/** Three labels at least, and no version: its last label is a word. */
const host = /^[\w-]+(?:\.[\w-]+)+\.[a-z]{2,}$/u;
/** No word of a language is as long as this without a hyphen. */
const longWord = 25;
/** A piece that is longer breaks at its hyphens, and what is still longer in the middle. */
const longPiece = 20;

/**
 * Decides how a cell of a narrow column breaks: hex after two groups, an address after its slashes and colons and before
 * its dots, a short id or a moment never. What is read letter by letter is set apart from the words around it.
 * @param text - the cell
 * @returns its runs in order; joined they are the text
 */
export function breakable(text: string): readonly Run[] {
  if (hexGroups.test(text)) return [{ pieces: text.match(/.{9} ?|.+/gu) ?? [], setting: 'code' }];
  if (isShortId(text) || kindOfKey.test(text)) return [{ pieces: [text], setting: 'id' }];
  const parts = text.match(/\d{4}-\d\d-\d\d \d\d:\d\d UTC|[^\s,;]+|[\s,;]+/gu) ?? [];
  const runs: Run[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (part.endsWith(' UTC')) runs.push({ pieces: [part], setting: 'id' });
    else if (isCode(part)) runs.push({ pieces: codePieces(part), setting: 'code' });
    else if (last?.setting !== 'words') runs.push({ pieces: [part], setting: 'words' });
    else runs[runs.length - 1] = { pieces: [`${last.pieces.join('')}${part}`], setting: 'words' };
  }
  return runs;
}

function isShortId(text: string): boolean {
  return text.length < longWord && !/\s/u.test(text) && !isCode(text);
}

function isCode(part: string): boolean {
  if (uuid.test(part) || host.test(part)) return true;
  return part.length >= longWord && /[^-]{25}|[./:]/u.test(part);
}

function codePieces(part: string): string[] {
  return part
    .split(/(?<=[^/]\/)(?=[^/])|(?<=:)(?=[^/])|(?<=[^.])(?=\.)/u)
    .flatMap((piece) => (piece.length > longPiece ? piece.split(/(?<=[-_])/u) : [piece]))
    .flatMap((piece) => (piece.length > longPiece ? (piece.match(/.{1,16}/gu) ?? []) : [piece]));
}
