import { openSync, readFileSync, writeSync } from 'node:fs';
import { appendEntry, followLink } from '../../app/audit/chain.ts';
import type { AuditLog } from '../../main/audit/store.ts';
import { voice } from './effects.ts';
import { words, type Place, type Script } from './script.ts';
import { isMade, isRepair, make, takeUp } from './store-use.ts';

/** Writes the log of a ceremony as it is told to, and says after each step what can be relied on from then on. */
const { folder, commands, steps } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Script;
const mouth = openSync(`${folder}/${voice}`, 'a');
const say = (line: string): unknown => writeSync(mouth, `${line}\n`);

let open: AuditLog | null = null;
for (const step of steps) {
  if (step.do === 'make' || (step.do === 'go-on' && !isMade(folder))) {
    open = make(folder);
    say(words.made);
  } else if (step.do === 'take-up' || step.do === 'go-on' || step.do === 'choose') {
    open = takeUp(folder, step.do === 'choose' ? step.side : null);
    // What the people were shown once, they rely on, acknowledged before or not.
    say(words.made);
    say(words.kept(open.head()));
  } else if (open === null) throw new Error('no log is open');
  else if (step.do === 'close') {
    open.close();
    open = null;
  } else append(open, step.to);
}
// As the power would end it: nothing is closed on the way out.
process.kill(process.pid, 'SIGKILL');

function append(log: AuditLog, to: number): void {
  const done = log.entries().filter((entry) => !isRepair(entry)).length;
  let end = 0;
  for (const command of commands) {
    const begin = end;
    end += command.length;
    if (end <= done || begin >= to) continue;
    const left = command.slice(Math.max(0, done - begin));
    let { size, hash }: Place = log.head();
    say(words.trying(left.map((happened) => ({ size, hash } = followLink({ size, hash }, appendEntry({ size, hash }, happened)))))); // prettier-ignore
    log.appendAll(left);
    say(words.kept(log.head()));
  }
}
