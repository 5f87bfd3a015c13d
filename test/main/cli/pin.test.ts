import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { readPin } from '../../../main/cli/pin.ts';
import { ruleOfAsync } from '../../support/rule-of.ts';

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

describe('what was read', () => {
  it.each([
    ['a PIN', ['12', '34\n'], null],
    ['too long a line', ['x'.repeat(200), 'y'.repeat(200)], 'TOKEN-PIN-GIVEN'],
    ['an empty line', ['\n1234'], 'TOKEN-PIN-GIVEN'],
  ])('is overwritten: %s', async (_, texts, rule) => {
    const chunks = texts.map((text) => Buffer.from(text));
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from(chunks) as unknown as typeof process.stdin);
    expect(await ruleOfAsync(readPin)).toBe(rule);
    vi.restoreAllMocks();
    expect(chunks.every((chunk) => chunk.every((byte) => byte === 0))).toBe(true);
  });
});

describe('a PIN typed at a terminal', () => {
  /** Types at a terminal of its own, once it is asked for; `script` of util-linux makes the terminal. */
  async function type(keys: string): Promise<string> {
    const terminalProgram = `
      import { spawnSync } from 'node:child_process';
      ${program}
      // While the program still runs: at its end Node would put the terminal back by itself.
      console.log(spawnSync('stty', ['-F', '/dev/tty', '-a'], { encoding: 'utf8' }).stdout);
    `.replaceAll("'", '"');
    const command = `'${process.execPath}' --input-type=module -e '${terminalProgram}'`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const seen: Buffer[] = [];
    let isTyped = false;
    terminal.stdout.on('data', (shown: Buffer) => {
      seen.push(shown);
      if (isTyped || !Buffer.concat(seen).includes('PIN')) return;
      isTyped = true;
      terminal.stdin.write(keys);
    });
    await new Promise((resolve) => terminal.on('close', resolve));
    return Buffer.concat(seen).toString();
  }

  it.each([
    ['ends with Enter', '73819\r', '73819'],
    ['loses its last character with Backspace', '738x\x7f19\r', '73819'],
    ['loses a whole character of UTF-8', '738ü\b19\r', '73819'],
    ['has nothing to lose at its beginning', '\x7f73819\r', '73819'],
  ])('%s, is not shown, and the terminal echoes again', { timeout: 20_000 }, async (_, keys, pin) => {
    const shown = await type(keys);
    expect(shown).toContain(hex(pin));
    expect(shown).not.toContain('738');
    expect(shown).toMatch(/ echo /u);
    expect(shown).toMatch(/ icanon/u);
  });

  it.each([
    ['broken off with Ctrl-C', '738\x03'],
    ['empty', '\r'],
    ['longer than any', `${'7'.repeat(300)}\r`],
  ])('is none when it is %s, and the terminal echoes again', { timeout: 20_000 }, async (_, keys) => {
    const shown = await type(keys);
    expect(shown).toContain('TOKEN-PIN-GIVEN');
    expect(shown).not.toContain('77');
    expect(shown).toMatch(/ echo /u);
  });
});
