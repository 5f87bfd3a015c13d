import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { appendEntry, emptyChain } from '../../app/audit/chain.ts';
import { entryBytes } from '../../app/audit/entry.ts';
import { verifyLog } from '../../app/bundle/verify-bundle.ts';
import { linesOf } from '../../main/cli/log-source.ts';

/** Writes a log of a million entries as lines, verifies it, and says how long that took beside hashing it, and how much memory. */
const entries = 1_000_000;
const file = join(process.argv[2] ?? '.', 'long.jsonl');
write();
const begun = process.hrtime.bigint();
const [result] = verifyLog(linesOf(file));
const verified = process.hrtime.bigint();
if (result?.outcome !== 'holds') throw new Error('The log should be sound');
const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
const hashing = process.hrtime.bigint();
for (const line of linesOf(file)) createHash('sha256').update(line).digest();
const hashed = process.hrtime.bigint();
const ms = (from: bigint, to: bigint): number => Number(to - from) / 1e6;
console.log(JSON.stringify({ entries, verifyMs: ms(begun, verified), hashMs: ms(hashing, hashed), peakMegabytes }));

function write(): void {
  const out = openSync(file, 'w');
  let head = emptyChain;
  let lines = '';
  for (let n = 0; n < entries; n += 1) {
    const note = { time: '2026-11-23T14:07:32.000Z', actor: 'bench', event: { type: 'note', n } };
    const bytes = Buffer.from(entryBytes(appendEntry(head, note)));
    head = { size: head.size + 1, hash: createHash('sha256').update(bytes).digest('hex') };
    lines += `${bytes.toString()}\n`;
    if (lines.length > 1_000_000) lines = flushed(out, lines);
  }
  flushed(out, lines);
  closeSync(out);
}

function flushed(out: number, lines: string): string {
  writeSync(out, lines);
  return '';
}
