import type { Cut, Face, Fonts } from './fonts.ts';

/** How text is set. Sizes and leading in points, 72 to the inch. */
export interface Style {
  readonly face: Face;
  readonly size: number;
  readonly leading: number;
  readonly colour: string;
}

/** Text of one cut. */
export interface Run {
  readonly cut: Cut;
  readonly text: string;
  readonly width: number;
}

/** What stands beside each other on one line. */
export interface Line {
  readonly runs: readonly Run[];
  readonly width: number;
}

/** After these a long id may go on in the next line. */
const breakable = /[-/:._=,@]/u;

/** Sets text in the letters that there are: measures it and breaks it into lines. */
export class Type {
  readonly #fonts: Fonts;
  readonly #advances = new Map<Cut, Map<string, number>>();

  constructor(fonts: Fonts) {
    this.#fonts = fonts;
  }

  /**
   * Breaks text into lines. A letter that no font has is shown as its number, `[U+4E2D]`: it is never left out.
   * @param text - any text; white space of every kind becomes one space
   * @param style - face and size
   * @param width - of the column, in points
   * @returns at least one line
   */
  lines(text: string, style: Style, width: number): Line[] {
    const words = this.#shown(text, style.face).split(' ');
    const lines: string[] = [];
    let line = '';
    for (const word of words) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (this.width(longer, style) <= width) {
        line = longer;
        continue;
      }
      // The space stays at the end of the line: whoever copies or hears the text gets two words, not one.
      if (line !== '') lines.push(`${line} `);
      const parts = this.#parts(word, style, width);
      lines.push(...parts.slice(0, -1));
      line = parts.at(-1) ?? '';
    }
    return [...lines, line].map((each) => this.#line(each, style));
  }

  /**
   * One line that fits, its end cut off with an ellipsis where it does not.
   * @param text - any text
   * @param style - face and size
   * @param width - at most, in points
   */
  fitted(text: string, style: Style, width: number): Line {
    const shown = this.#shown(text, style.face);
    if (this.width(shown, style) <= width) return this.#line(shown, style);
    const letters = Array.from(shown);
    while (letters.length > 0 && this.width(`${letters.join('')}…`, style) > width) letters.pop();
    return this.#line(`${letters.join('')}…`, style);
  }

  /** How wide text is on one line, in points. */
  width(text: string, style: Style): number {
    return this.#line(this.#shown(text, style.face), style).width;
  }

  /** How wide the widest word is: a column that has as much breaks no word. */
  widestWord(text: string, style: Style): number {
    return Math.max(...text.split(/\s+/u).map((word) => this.width(word, style)));
  }

  #shown(text: string, face: Face): string {
    const letters = Array.from(text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim());
    return letters.map((letter) => (this.#cutOf(letter, face) === undefined ? numberOf(letter) : letter)).join('');
  }

  #cutOf(letter: string, face: Face): Cut | undefined {
    const code = letter.codePointAt(0) ?? 0;
    return this.#fonts[face].find(({ font }) => font.hasGlyphForCodePoint(code));
  }

  #line(text: string, style: Style): Line {
    const runs: { cut: Cut; text: string }[] = [];
    for (const letter of text) {
      const last = runs.at(-1);
      // Spaces and digits are in every cut: they stay with the letters before them.
      const cut = last?.cut.font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0)
        ? last.cut
        : this.#cutOf(letter, style.face);
      if (cut === undefined) throw new Error('Text is set only after every letter has a font');
      if (last?.cut === cut) last.text += letter;
      else runs.push({ cut, text: letter });
    }
    const measured = runs.map((run) => ({ ...run, width: this.#advance(run.cut, run.text) * style.size }));
    return { runs: measured, width: measured.reduce((sum, { width }) => sum + width, 0) };
  }

  /** Word by word, as the page sets it; in parts of the size of the type. */
  #advance(cut: Cut, text: string): number {
    const words = text.match(/[^ ]* |[^ ]+$/gu) ?? [];
    return words.reduce((sum, word) => sum + this.#advanceOfWord(cut, word), 0);
  }

  #advanceOfWord(cut: Cut, word: string): number {
    const known = this.#advances.get(cut) ?? new Map<string, number>();
    this.#advances.set(cut, known);
    const advance = known.get(word) ?? cut.font.layout(word).advanceWidth / cut.font.unitsPerEm;
    known.set(word, advance);
    return advance;
  }

  /** A word that is wider than the line, in pieces that are not; after a `-` or `/` where one is near. */
  #parts(word: string, style: Style, width: number): string[] {
    const parts: string[] = [];
    let rest = Array.from(word);
    while (rest.length > 1 && this.width(rest.join(''), style) > width) {
      const fits = this.#fitting(rest, style, width);
      const near = rest.slice(0, fits).findLastIndex((letter) => breakable.test(letter)) + 1;
      const cut = near > fits / 2 ? near : fits;
      parts.push(rest.slice(0, cut).join(''));
      rest = rest.slice(cut);
    }
    return [...parts, rest.join('')];
  }

  /** How many of the letters fit, at least one. */
  #fitting(letters: readonly string[], style: Style, width: number): number {
    let count = 1;
    while (count < letters.length && this.width(letters.slice(0, count + 1).join(''), style) <= width) count += 1;
    return count;
  }
}

function numberOf(letter: string): string {
  return `[U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}
