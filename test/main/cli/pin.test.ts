import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
const program = `
  import { readPin } from '${join(root, 'main', 'cli', 'pin.ts')}';
  try { console.log(Buffer.from(await readPin()).toString('hex')); } catch (error) { console.log(error.refusal.rule); }
`;

/** What the command takes from standard input: the PIN in hex, or the rule that refused it. */
function read(input: string | Uint8Array): string {
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], { input, encoding: 'utf8' });
  return run.stdout.trim();
}

const hex = (text: string): string => Buffer.from(text).toString('hex');

describe('a PIN on standard input', () => {
  it.each([
    ['a line', '1234\n', '1234'],
    ['a line of Windows', '1234\r\n', '1234'],
    ['what has no line end', '1234', '1234'],
    ['the first line only', '1234\nnext\n', '1234'],
    ['spaces as they are', ' 12 34 \n', ' 12 34 '],
    ['UTF-8', 'pïn\n', 'pïn'],
    ['255 bytes', `${'x'.repeat(255)}\n`, 'x'.repeat(255)],
  ])('is %s', (_, input, pin) => expect(read(input)).toBe(hex(pin)));

  it.each([
    ['nothing', ''],
    ['an empty line', '\n1234\n'],
    ['an empty line of Windows', '\r\n'],
    ['256 bytes', `${'x'.repeat(256)}\n`],
    ['a whole file', `${'x'.repeat(100_000)}\n`],
  ])('is not %s', (_, input) => expect(read(input)).toBe('TOKEN-PIN-GIVEN'));
});
