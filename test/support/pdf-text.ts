import { inflateSync } from 'node:zlib';

/** What a PDF of ours holds, read back through its cross-reference table: enough to see what is on its pages. */
export interface ReadPdf {
  /** The text of each page, in the order in which it was drawn, runs joined without anything between them. */
  readonly pages: readonly string[];
  /** The dictionary of every object, as text. */
  readonly dictionaries: readonly string[];
  /** The XMP packet. */
  readonly metadata: string;
}

interface PdfObject {
  readonly dictionary: string;
  readonly stream: Uint8Array;
}

/**
 * Reads a PDF with a plain cross-reference table and no encryption.
 * @param file - its bytes
 * @throws Error when it is no such PDF
 */
export function readPdf(file: Uint8Array): ReadPdf {
  const objects = objectsOf(file);
  const all = [...objects.values()];
  const kids = /\/Kids \[([^\]]*)\]/u.exec(all.find(({ dictionary }) => /\/Type \/Pages\b/u.test(dictionary))?.dictionary ?? ''); // prettier-ignore
  const pages = [...(kids?.[1] ?? '').matchAll(/(\d+) 0 R/gu)].map(([, id]) => get(objects, id));
  const metadata = all.find(({ dictionary }) => dictionary.includes('/Type /Metadata'));
  return {
    pages: pages.map((page) => textOf(page, objects)),
    dictionaries: all.map(({ dictionary }) => dictionary),
    metadata: metadata === undefined ? '' : Buffer.from(metadata.stream).toString('utf8'),
  };
}

function objectsOf(file: Uint8Array): Map<string, PdfObject> {
  const text = Buffer.from(file).toString('latin1');
  const start = Number(/startxref\n(\d+)\n%%EOF\s*$/u.exec(text)?.[1]);
  const table = text.slice(start, text.indexOf('trailer', start));
  const offsets = [...table.matchAll(/^(\d{10}) \d{5} n/gmu)].map(([, offset]) => Number(offset));
  return new Map(offsets.map((offset) => objectAt(file, text, offset)));
}

function objectAt(file: Uint8Array, text: string, offset: number): [string, PdfObject] {
  const id = /^(\d+) 0 obj/u.exec(text.slice(offset, offset + 20))?.[1];
  if (id === undefined) throw new Error(`No object at ${offset}`);
  const end = text.indexOf('endobj', offset);
  const begin = text.indexOf('stream\n', offset);
  if (begin < 0 || begin > end) return [id, { dictionary: text.slice(offset, end), stream: new Uint8Array() }];
  const dictionary = text.slice(offset, begin);
  const length = Number(/\/Length (\d+)/u.exec(dictionary)?.[1]);
  const raw = file.subarray(begin + 7, begin + 7 + length);
  return [id, { dictionary, stream: dictionary.includes('/FlateDecode') ? inflateSync(raw) : raw }];
}

function get(objects: ReadonlyMap<string, PdfObject>, id: string | undefined): PdfObject {
  const found = objects.get(id ?? '');
  if (found === undefined) throw new Error(`No object ${id ?? ''}`);
  return found;
}

function textOf({ dictionary }: PdfObject, objects: ReadonlyMap<string, PdfObject>): string {
  const reference = (name: string): string | undefined => new RegExp(`/${name} (\\d+) 0 R`, 'u').exec(dictionary)?.[1];
  const fonts = /\/Font <<([^>]*)>>/u.exec(get(objects, reference('Resources')).dictionary)?.[1] ?? '';
  const letters = new Map(
    [...fonts.matchAll(/\/(F\d+) (\d+) 0 R/gu)].map(([, name = '', id]) => [
      name,
      lettersOf(get(objects, id), objects),
    ]),
  );
  const content = Buffer.from(get(objects, reference('Contents')).stream).toString('latin1');
  let current = new Map<number, string>();
  let text = '';
  for (const [, font, shown = ''] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/gu)) {
    if (font !== undefined) current = letters.get(font) ?? new Map<number, string>();
    else text += shown.replaceAll(/<([0-9a-f]+)>|[^<]+/gu, (_, hex: string | undefined) => decoded(hex ?? '', current));
  }
  return text;
}

function decoded(hex: string, letters: ReadonlyMap<number, string>): string {
  return (hex.match(/.{4}/gu) ?? []).map((glyph) => letters.get(Number.parseInt(glyph, 16)) ?? '\uFFFD').join('');
}

/** What each glyph of a font stands for, from its ToUnicode map. */
function lettersOf({ dictionary }: PdfObject, objects: ReadonlyMap<string, PdfObject>): Map<number, string> {
  const map = get(objects, /\/ToUnicode (\d+) 0 R/u.exec(dictionary)?.[1]);
  const text = Buffer.from(map.stream).toString('latin1');
  const letters = new Map<number, string>();
  for (const [, first = '', list = ''] of text.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gu)) {
    [...list.matchAll(/<([^>]*)>/gu)].forEach(([, units = ''], index) => {
      const codes = units.split(' ').filter((unit) => unit !== '').map((unit) => Number.parseInt(unit, 16)); // prettier-ignore
      letters.set(Number.parseInt(first, 16) + index, String.fromCharCode(...codes));
    });
  }
  return letters;
}
