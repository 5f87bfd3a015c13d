/**
 * What is printed, as data: the script before the day, the report after it. Blocks say what something is, never where
 * it stands or how it looks; `main/paper` draws them.
 */
export interface PaperDocument {
  /** Of the plan: the largest words of the first page, and a line of every page. */
  readonly title: string;
  /** What this paper is: `Ceremony script`. */
  readonly name: string;
  /** Every page of a rehearsal's paper says so. */
  readonly mode: 'rehearsal' | 'production';
  /** Lower-case hex; its short form stands on every page. */
  readonly planSha256: string;
  /** When what it tells had happened, ISO 8601 with Z; null for paper that follows from the plan alone. */
  readonly date: string | null;
  readonly blocks: readonly Block[];
}

/** One column of a table. */
export interface Column {
  readonly heading: string;
  /** Width compared with the other columns; where no column has one, the widths follow from the words. */
  readonly share?: number;
  /** Ids, hashes and commands: read character by character. */
  readonly isCode?: boolean;
}

/** A space to write in, with its label. */
export interface Field {
  readonly label: string;
  /** Width in twelfths of the line. */
  readonly twelfths: number;
  /** Height in lines of handwriting. */
  readonly lines: number;
  /** What stands in it already: a report has what was written; empty on a script. */
  readonly value: string;
}

/** A named value. */
export interface Item {
  readonly label: string;
  readonly value: string;
  readonly isCode: boolean;
}

export type Block =
  /** Level 1 begins a page; all of them are bookmarks. */
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'new-page' }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** The large words of the first page. */
  | { readonly kind: 'cover'; readonly name: string; readonly title: string; readonly purpose: string }
  /** Read aloud. */
  | { readonly kind: 'say'; readonly paragraphs: readonly string[] }
  /** A box for each; a script ticks none. */
  | {
      readonly kind: 'checks';
      readonly items: readonly { readonly text: string; readonly isTicked: boolean }[];
    }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'values'; readonly caption: string; readonly items: readonly Item[] }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly columns: readonly Column[];
      /** An empty cell is written in by hand. */
      readonly rows: readonly (readonly string[])[];
      /** Whether rows are tall enough to be written in. */
      readonly isForm: boolean;
    }
  /** A SHA-256, whole and in its short form. `words` has one for each byte. */
  | { readonly kind: 'hash'; readonly caption: string; readonly hex: string; readonly words: readonly string[] }
  | { readonly kind: 'notice'; readonly rule: string; readonly text: string }
  | { readonly kind: 'fields'; readonly items: readonly Field[] }
  /** Stays on one page where it fits on one. */
  | {
      readonly kind: 'step';
      readonly id: string;
      readonly number: string;
      readonly title: string;
      readonly blocks: readonly Block[];
    };

/**
 * A space to write in.
 * @param label - what is written
 * @param twelfths - its width, in twelfths of the line
 * @param lines - its height, in lines of handwriting
 */
export function field(label: string, twelfths: number, lines = 1): Field {
  return { label, twelfths, lines, value: '' };
}

/**
 * A table to be filled in by hand.
 * @param caption - what it lists
 * @param columns - headings with the width of each compared with the others
 * @param rows - what stands in each row already, from the left; the cells after it are empty
 */
export function form(
  caption: string,
  columns: readonly (readonly [heading: string, share: number])[],
  rows: readonly (readonly string[])[],
): Block {
  return {
    kind: 'table',
    caption,
    columns: columns.map(([heading, share]) => ({ heading, share })),
    rows: rows.map((row) => columns.map((_, index) => row[index] ?? '')),
    isForm: true,
  };
}

/** So many empty rows of a form. */
export function emptyRows(count: number): readonly (readonly string[])[] {
  return Array.from({ length: count }, () => []);
}

/** A list of what must be ticked, none of it ticked yet. */
export function toTick(texts: readonly string[]): Block {
  return { kind: 'checks', items: texts.map((text) => ({ text, isTicked: false })) };
}

/** A paragraph. */
export function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}
