import { lstatSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { verdictOf, type RuleResult } from '../../app/bundle/verification.ts';
import { verifyBundle, verifyLog } from '../../app/bundle/verify-bundle.ts';
import { Refused } from '../../app/rules/refusal.ts';
import { readLog } from '../audit/read-log.ts';
import { isBundle, readBundle } from '../media/bundle-folder.ts';
import { systemCode } from '../media/errors.ts';
import { applicationInfo } from './installation.ts';

const usage = 'usage: npm run verify -- BUNDLE   (the folder of a bundle, or the log.sqlite of a ceremony)';

/** Exit codes that scripts may lean on. */
const sound = 0;
const notSound = 1;
const notChecked = 2;
const exitCodes = { holds: sound, broken: notSound } as const;

/** A log that cannot be read for one of these reasons says nothing about its soundness. */
const notAboutSoundness: ReadonlySet<string> = new Set([
  'LOG-ONE-WRITER',
  'LOG-FILE-PRESENT',
  'LOG-FORMAT-KNOWN',
  'LOG-DURABLE',
]);

/**
 * Checks a bundle or a log offline and says one line for each rule.
 * @param args - the command line after the program
 * @returns the exit code
 */
function verify(args: readonly string[]): number {
  const target = targetOf(args);
  if (target === null) return giveUp(usage);
  try {
    const results = check(target);
    if (results === null) return giveUp(`${target} is neither a bundle nor a log.`);
    results.forEach(say);
    const verdict = verdictOf(results);
    return verdict === 'not-checkable' ? giveUp('Not everything could be checked: see above.') : exitCodes[verdict];
  } catch (error) {
    if (error instanceof Refused) return judge(error);
    const code = systemCode(error);
    return giveUp(
      code === null ? 'The check itself failed; nothing is known.' : `${target} could not be read: ${code}`,
    );
  }
}

/** Null when the path is neither; throws when it cannot be read. */
function check(target: string): RuleResult[] | null {
  const found = lstatSync(target);
  if (found.isFile()) return verifyLog(readLog(target, 'if-there'));
  if (!found.isDirectory() || !isBundle(target)) return null;
  const { name, version } = applicationInfo();
  return verifyBundle(readBundle(target), `${name} ${version}`);
}

/** What stopped the reading: either it makes the thing unsound, or it leaves everything open. */
function judge({ refusal: { rule, cause } }: Refused): number {
  if (notAboutSoundness.has(rule)) return giveUp(`${rule}: ${cause}`);
  say({ rule, outcome: 'broken', detail: cause });
  return notSound;
}

/** One line a rule, whatever the names in the bundle may hold. */
function say({ rule, outcome, detail }: RuleResult): void {
  console.log(`${outcome.padEnd(13)}  ${rule}  ${detail.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')}`);
}

function targetOf(args: readonly string[]): string | null {
  try {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const [target, ...others] = positionals;
    return target === undefined || others.length > 0 ? null : target;
  } catch {
    return null;
  }
}

function giveUp(why: string): number {
  console.error(why);
  return notChecked;
}

process.exitCode = verify(process.argv.slice(2));
