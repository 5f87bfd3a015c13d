import { refuse } from '../../app/rules/refusal.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
const longestPin = 255;

/** What a terminal in raw mode sends for these keys. */
const interrupt = 0x03;
const endOfInput = 0x04;
const backspaces: readonly number[] = [0x08, 0x7f];

/**
 * Reads a PIN from standard input, as bytes, so that it never becomes a string here: one line of a pipe, or what is typed
 * at a terminal, which shows nothing of it. Everything read is overwritten, however this ends.
 * @returns 1 to 255 bytes; the caller overwrites them
 * @throws Refused with TOKEN-PIN-GIVEN when there is none, or typing was broken off
 */
export async function readPin(): Promise<Uint8Array<ArrayBuffer>> {
  // One byte more for a carriage return.
  const line = new Uint8Array(longestPin + 1);
  try {
    const length = process.stdin.isTTY ? await readTyped(line) : await readLine(line);
    if (length > longestPin) tooLong();
    if (length === 0) refuse('TOKEN-PIN-GIVEN', 'Standard input holds no PIN for the token.');
    return line.slice(0, length);
  } finally {
    line.fill(0);
    process.stdin.destroy();
  }
}

/** Reads up to the end of the line, or of the input; returns the length without the line end. */
async function readLine(line: Uint8Array): Promise<number> {
  let length = 0;
  await readUntil((chunk) => {
    const end = chunk.indexOf(newline);
    const part = end < 0 ? chunk : chunk.subarray(0, end);
    if (length + part.length > line.length) tooLong();
    line.set(part, length);
    length += part.length;
    return end >= 0;
  });
  return line[length - 1] === carriageReturn ? length - 1 : length;
}

/** Reads what is typed until Enter; the terminal echoes nothing meanwhile and is put back as it was. */
async function readTyped(line: Uint8Array): Promise<number> {
  let length = 0;
  const wasRaw = process.stdin.isRaw;
  process.stdin.setRawMode(true);
  try {
    process.stderr.write('PIN of the token: ');
    await readUntil((chunk) => {
      for (const byte of chunk) {
        if (byte === newline || byte === carriageReturn || byte === endOfInput) return true;
        if (byte === interrupt) refuse('TOKEN-PIN-GIVEN', 'Typing the PIN was broken off.');
        if (backspaces.includes(byte)) length = withoutLast(line, length);
        else if (length === line.length) tooLong();
        else line[length++] = byte;
      }
      return false;
    });
  } finally {
    process.stdin.setRawMode(wasRaw);
    process.stderr.write('\n');
  }
  return length;
}

/** Takes the last character back: one byte, with the continuation bytes of UTF-8 after it. */
function withoutLast(line: Uint8Array, length: number): number {
  let start = Math.max(length - 1, 0);
  while (start > 0 && ((line[start] ?? 0) & 0xc0) === 0x80) start--;
  return start;
}

/** Hands on each chunk of standard input until it was enough, and overwrites it. */
async function readUntil(isEnough: (chunk: Buffer) => boolean): Promise<void> {
  // Left open, so that the mode of the terminal can still be set back.
  for await (const chunk of process.stdin.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    try {
      if (isEnough(chunk)) return;
    } finally {
      chunk.fill(0);
    }
  }
}

function tooLong(): never {
  return refuse('TOKEN-PIN-GIVEN', 'The line on standard input is longer than a PIN.');
}
