import { lstatSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { verdictOf, type RuleResult } from '../../app/bundle/verification.ts';
import { verifyBundle, verifyLog } from '../../app/bundle/verify-bundle.ts';
import { parsePaperCheckpoint, type KnownElsewhere, type PaperCheckpoint } from '../../app/bundle/verify-known.ts';
import { bytesToHex } from '../../app/keys/bytes.ts';
import { readPublicKeyPem } from '../../app/keys/pem.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { Refused } from '../../app/rules/refusal.ts';
import { readEach } from '../audit/read-log.ts';
import { isLines, linesOf } from './log-source.ts';
import { isBundle, readBundle } from '../media/bundle-folder.ts';
import { systemCode } from '../media/errors.ts';
import { applicationInfo } from './installation.ts';

const usage = `usage: npm run verify -- BUNDLE [--checkpoint "SIZE FIRST LAST"] [--log-key FILE.pem]

BUNDLE is the folder of a bundle, or the log of a ceremony: log.sqlite, or log.jsonl. --checkpoint is one that the paper of the room has: how many
entries, the first word and the last. --log-key is the public key of the log, where it is known by another way than the bundle.`;

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
  const options = optionsOf(args);
  if (options === null) return giveUp(usage);
  const { target } = options;
  try {
    const results = check(target, knownIn(options));
    if (results === null) return giveUp(`${target} is neither a bundle nor a log.`);
    results.forEach(say);
    const verdict = verdictOf(results, askedIn(options));
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
function check(target: string, known: KnownElsewhere): RuleResult[] | null {
  const found = lstatSync(target);
  if (found.isFile()) return isLines(target) ? verifyLog(linesOf(target)) : readEach(target, verifyLog);
  if (!found.isDirectory() || !isBundle(target)) return null;
  const { name, version } = applicationInfo();
  return verifyBundle(readBundle(target), `${name} ${version}`, known);
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

interface Options {
  readonly target: string;
  readonly checkpoint: PaperCheckpoint | null;
  /** Path of a PEM file. */
  readonly logKey: string | null;
}

/** Null when they are wrong. */
function optionsOf(args: readonly string[]): Options | null {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { checkpoint: { type: 'string' }, 'log-key': { type: 'string' } },
    });
    const [target, ...others] = positionals;
    if (target === undefined || others.length > 0) return null;
    const checkpoint = values.checkpoint === undefined ? null : parsePaperCheckpoint(values.checkpoint);
    if (values.checkpoint !== undefined && checkpoint === null) return null;
    return { target, checkpoint, logKey: values['log-key'] ?? null };
  } catch {
    return null;
  }
}

function knownIn({ checkpoint, logKey }: Options): KnownElsewhere {
  const spki = logKey === null ? null : bytesToHex(readPublicKeyPem(readFileSync(logKey, 'utf8'), logKey));
  return { checkpoint, logKey: spki };
}

/** Whoever says what the paper has wants to know, and takes no shrug for an answer. */
function askedIn({ checkpoint, logKey }: Options): ReadonlySet<RuleId> {
  return new Set<RuleId>([
    ...(checkpoint === null ? [] : (['BUNDLE-CHECKPOINT-AS-ON-PAPER'] as const)),
    ...(logKey === null ? [] : (['BUNDLE-LOG-KEY-TRUSTED'] as const)),
  ]);
}

function giveUp(why: string): number {
  console.error(why);
  return notChecked;
}

process.exitCode = verify(process.argv.slice(2));
