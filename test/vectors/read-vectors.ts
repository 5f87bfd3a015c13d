import { readdirSync, readFileSync } from 'node:fs';

/** A vector file: `name: value` lines, an empty line, then the body to the end of the file. */
export interface Vector {
  readonly name: string;
  readonly header: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Reads the text vectors of one area.
 * @param area - folder beside this file
 */
export function textVectors(area: string): Vector[] {
  const folder = new URL(`${area}/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8');
      const end = text.indexOf('\n\n');
      const lines = text.slice(0, end).split('\n');
      const header = Object.fromEntries(lines.map(split));
      return { name, header, body: text.slice(end + 2) };
    });
}

/**
 * Reads one JSON vector file.
 * @param path - relative to this file
 */
export function jsonVector(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

/**
 * Reads every JSON vector of one area.
 * @param area - folder beside this file
 */
export function jsonVectors(area: string): { readonly name: string; readonly vector: unknown }[] {
  return readdirSync(new URL(`${area}/`, import.meta.url))
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, vector: jsonVector(`${area}/${name}`) }));
}

function split(line: string): [string, string] {
  const at = line.indexOf(': ');
  return [line.slice(0, at), line.slice(at + 2)];
}
