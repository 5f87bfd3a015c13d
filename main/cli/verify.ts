import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { oneLine, verdictOf, type RuleResult } from '../../app/bundle/verification.ts';
import { verifyBundle, verifyLog } from '../../app/bundle/verify-bundle.ts';
import { askedBy, parsePaperCheckpoint, type KnownElsewhere } from '../../app/bundle/verify-known.ts';
import { parseWrittenHash, sha256Hex } from '../../app/keys/fingerprint.ts';
import { readPublicKeyPem } from '../../app/keys/pem.ts';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import { readEach } from '../audit/read-log.ts';
import { isLines, linesOf } from './log-source.ts';
import { isBundle, readBundle } from '../media/bundle-folder.ts';
import { readingInbound, systemCode } from '../media/errors.ts';
import { applicationInfo } from './installation.ts';

const usage = `usage: npm run verify -- BUNDLE [--checkpoint "SIZE FIRST LAST"] [--manifest-sha256 HEX] [--log-key-sha256 HEX | --log-key FILE.pem]

BUNDLE is the folder of a bundle, or the log of a ceremony: log.sqlite, or log.jsonl. The options are what is known by another way than the bundle.
From the paper of the room: --checkpoint, how many entries, the first word and the last; --manifest-sha256 and --log-key-sha256, whole hashes in hex,
of MANIFEST.json and of the key that signed the log. --log-key is that key itself.`;

/** Exit codes that scripts may lean on. */
const sound = 0;
const notSound = 1;
const notChecked = 2;
const exitCodes = { holds: sound, broken: notSound } as const;

/** What is refused for one of these reasons says nothing about its soundness. */
const notAboutSoundness: ReadonlySet<string> = new Set([
  'LOG-ONE-WRITER',
  'LOG-FILE-PRESENT',
  'LOG-FORMAT-KNOWN',
  'LOG-DURABLE',
  'CHECKED-FOLDER-IS-BUNDLE',
]);

/**
 * Checks a bundle or a log offline and says one line for each rule.
 * @param args - the command line after the program
 * @returns the exit code
 */
function verify(args: readonly string[]): number {
  const options = optionsOf(args);
  if (typeof options === 'string') return giveUp(options);
  const { target, known } = options;
  try {
    const results = check(target, known);
    if (results === null) return giveUp(`${target} is neither a bundle nor a log.`);
    results.forEach(say);
    const verdict = verdictOf(results, askedBy(known));
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
  const found = statSync(target);
  // A log alone has no manifest and no note: whoever asked must not take its chain for an answer.
  if (found.isFile() && askedBy(known).size > 0) {
    refuse('CHECKED-FOLDER-IS-BUNDLE', 'What the paper says is held against a bundle, not a log alone.');
  }
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
  console.log(`${outcome.padEnd(13)}  ${rule}  ${oneLine(detail)}`);
}

/** So that it is noticed when an option comes twice. */
const many = { type: 'string', multiple: true } as const;

interface Options {
  readonly target: string;
  readonly known: KnownElsewhere;
}

/** Or what is wrong with them: a key that cannot be read leaves everything open, and makes no bundle unsound. */
function optionsOf(args: readonly string[]): Options | string {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        checkpoint: many,
        'manifest-sha256': many,
        'log-key-sha256': many,
        'log-key': many,
      },
    });
    // Of what is given twice nobody could say which was held against the bundle.
    const given = (name: keyof typeof values): string | undefined => onlyOne(values[name]);
    const target = onlyOne(positionals);
    const [pem, hash] = [given('log-key'), given('log-key-sha256')];
    if (target === undefined || (pem !== undefined && hash !== undefined)) return usage;
    const known = {
      checkpoint: parsed(given('checkpoint'), parsePaperCheckpoint),
      logKeySha256: pem === undefined ? parsed(hash, parseWrittenHash) : keyHashIn(pem),
      manifestSha256: parsed(given('manifest-sha256'), parseWrittenHash),
    };
    return { target, known };
  } catch (error) {
    return error instanceof Refused ? `${error.refusal.rule}: ${error.refusal.cause}` : usage;
  }
}

/** Undefined for what was not given; throws where it was given twice. */
function onlyOne(values: readonly string[] = []): string | undefined {
  if (values.length > 1) throw new Error('wrong usage');
  return values[0];
}

/** Null for what was not given; throws where it is mistyped. */
function parsed<T>(text: string | undefined, parse: (text: string) => T | null): T | null {
  if (text === undefined) return null;
  const found = parse(text);
  if (found === null) throw new Error('wrong usage');
  return found;
}

/** SHA-256 over the DER SubjectPublicKeyInfo in a file, in hex; throws Refused when there is none. */
function keyHashIn(pem: string): string {
  return readingInbound(pem, () => {
    const text = readFileSync(pem, 'latin1').replaceAll('\r\n', '\n');
    if (/[^\0-\x7f]/u.test(text)) refuse('INBOUND-PEM-ONE-PUBLIC-KEY', `${pem} is no text in ASCII.`);
    return sha256Hex(readPublicKeyPem(text, pem));
  });
}

function giveUp(why: string): number {
  console.error(why);
  return notChecked;
}

process.exitCode = verify(process.argv.slice(2));
