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
      const header = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s, 2)));
      return { name, header: header as Record<string, string>, body: text.slice(end + 2) };
    });
}

/**
 * Reads one JSON vector file.
 * @param path - relative to this file
 */
export function jsonVector<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as T;
}

/** Reads every JSON vector of one area. */
export function jsonVectors<T>(area: string): (T & { readonly name: string })[] {
  const folder = new URL(`${area}/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, ...jsonVector<T>(`${area}/${name}`) }));
}
