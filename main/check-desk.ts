import { layout } from '../app/bundle/layout.ts';
import { parseManifest } from '../app/bundle/manifest.ts';
import { oneLine, verdictOf, type RuleResult } from '../app/bundle/verification.ts';
import { verifyBundle, type Bundle } from '../app/bundle/verify-bundle.ts';
import { askedBy, parsePaperCheckpoint, type KnownElsewhere } from '../app/bundle/verify-known.ts';
import { parseWrittenHash } from '../app/keys/fingerprint.ts';
import type { CheckedRecord, PaperOfTheRoom } from '../app/contract/record-calls.ts';
import type { RuleId } from '../app/rules/index.ts';
import { Refused, refuse } from '../app/rules/refusal.ts';
import { isBundle, readBundle } from './media/bundle-folder.ts';
import { readingInbound } from './media/errors.ts';

/** What the check of a record needs of the machine. */
export interface CheckDeskPorts {
  readonly application: { readonly name: string; readonly version: string };
  readonly chooseFolder: (direction: 'inbound') => Promise<string | null>;
}

/** Nobody reads more of one rule; a bundle made to mislead may hold megabytes of it. */
const longestDetail = 2000;

/**
 * Checks a bundle that the people choose, by the very rules of the command `verify`. It only reads, and needs no ceremony.
 * @param ports - see {@link CheckDeskPorts}
 * @param paper - what people write from the paper; each null when nobody has it
 * @returns what was found; null when nobody chooses a folder
 * @throws Refused with CHECKPOINT-AS-PEOPLE-WRITE-IT or HASH-AS-PEOPLE-WRITE-IT, before anything is chosen; CHECKED-FOLDER-IS-BUNDLE or INBOUND-READABLE,
 * which say nothing about the soundness of a bundle
 */
export async function checkRecord(ports: CheckDeskPorts, paper: PaperOfTheRoom): Promise<CheckedRecord | null> {
  const known = knownFrom(paper);
  const folder = await ports.chooseFolder('inbound');
  if (folder === null) return null;
  const bundle = readingInbound(folder, () => readChosen(folder));
  if (bundle instanceof Refused) return { folder: oneLine(folder), ceremony: null, ...unread(bundle) };
  const { name, version } = ports.application;
  const results = verifyBundle(bundle, `${name} ${version}`, known);
  return {
    folder: oneLine(folder),
    ceremony: ceremonyOf(bundle),
    verdict: verdictOf(results, askedBy(known)),
    results: results.map(shown),
  };
}

/** What was typed and is none must not pass for what nobody typed. */
function knownFrom({ checkpoint, logKeySha256, manifestSha256 }: PaperOfTheRoom): KnownElsewhere {
  const rules = { checkpoint: 'CHECKPOINT-AS-PEOPLE-WRITE-IT', hash: 'HASH-AS-PEOPLE-WRITE-IT' } as const;
  return {
    checkpoint: readFrom(checkpoint, parsePaperCheckpoint, rules.checkpoint, 'a number and two words'),
    logKeySha256: readFrom(logKeySha256, parseWrittenHash, rules.hash, '64 hex digits'),
    manifestSha256: readFrom(manifestSha256, parseWrittenHash, rules.hash, '64 hex digits'),
  };
}

function readFrom<T>(typed: string | null, parse: (text: string) => T | null, rule: RuleId, form: string): T | null {
  if (typed === null) return null;
  return parse(typed) ?? refuse(rule, `"${oneLine(typed)}" is not ${form}.`);
}

/** A bundle, or why it is none that can be sound. */
function readChosen(folder: string): Bundle | Refused {
  if (!isBundle(folder)) refuse('CHECKED-FOLDER-IS-BUNDLE', `${oneLine(folder)} holds no ${layout.manifest}.`);
  try {
    return readBundle(folder);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** A link, a device or too much in it: the reading ends there, and with it the check. */
function unread({ refusal: { rule, cause } }: Refused): Pick<CheckedRecord, 'verdict' | 'results'> {
  return { verdict: 'broken', results: [shown({ rule, outcome: 'broken', detail: cause })] };
}

/** As the manifest has it; null where that cannot be read. */
function ceremonyOf({ files }: Bundle): string | null {
  try {
    return parseManifest(files.get(layout.manifest) ?? new Uint8Array()).ceremony;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

function shown({ rule, outcome, detail }: RuleResult): RuleResult {
  const text = oneLine(detail);
  return { rule, outcome, detail: text.length > longestDetail ? `${text.slice(0, longestDetail)}…` : text };
}
