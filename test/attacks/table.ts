import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'attacks.md'), 'utf8');

/**
 * The rows of a table in docs/attacks.md: what was done, and what names it.
 * @param title - of its part
 */
export function tableOf(title: string): ReadonlyMap<string, readonly string[]> {
  const part = page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = [...part.matchAll(/^\|(.+)\|$/gmu)].map(([, row = '']) => row.split('|').map((cell) => cell.trim()));
  return new Map(rows.slice(2).map(([name = '', ...cells]) => [name, cells]));
}
