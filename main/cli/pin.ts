import { refuse } from '../../app/rules/refusal.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
const longestPin = 255;

/**
 * Reads a PIN from standard input: one line, as bytes, so that it never becomes a string here.
 * @returns 1 to 255 bytes; the caller overwrites them
 * @throws Refused with TOKEN-PIN-GIVEN when there is none
 */
export async function readPin(): Promise<Uint8Array<ArrayBuffer>> {
  // One byte more for a carriage return.
  const line = new Uint8Array(longestPin + 1);
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    const end = chunk.indexOf(newline);
    const part = end < 0 ? chunk : chunk.subarray(0, end);
    if (length + part.length > line.length) tooLong();
    line.set(part, length);
    length += part.length;
    chunk.fill(0);
    if (end >= 0) break;
  }
  if (line[length - 1] === carriageReturn) length -= 1;
  const pin = line.slice(0, length);
  line.fill(0);
  if (pin.length > longestPin) tooLong();
  if (pin.length === 0) refuse('TOKEN-PIN-GIVEN', 'Standard input holds no PIN for the token.');
  return pin;
}

function tooLong(): never {
  return refuse('TOKEN-PIN-GIVEN', 'The line on standard input is longer than a PIN.');
}
