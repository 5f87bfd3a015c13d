import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ground } from '../../../main/shell/ground.ts';

it('the ground before the first drawing is the paper of the window', () => {
  const tokens = readFileSync(join(import.meta.dirname, '../../../renderer/styles/tokens.css'), 'utf8');
  expect(/--paper: light-dark\((\S+), (\S+)\)/u.exec(tokens)?.slice(1)).toEqual([ground.light, ground.dark]);
});
