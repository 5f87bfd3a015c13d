import { canonicalBytes } from '../audit/canonical-json.ts';
import { verifyChain } from '../audit/chain.ts';
import type { Entry } from '../audit/entry.ts';
import { follow, nothingFollowed, rootFollowed } from '../audit/follow.ts';
import { parseExtract } from '../audit/extract.ts';
import { equalBytes, utf8ToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import { refuser } from '../keys/refuser.ts';
import { parseStrictJson } from '../keys/strict-json.ts';
import { refuse } from '../rules/refusal.ts';
import type { RuleId } from '../rules/index.ts';
import { bundleName, layout } from './layout.ts';
import { factsOf } from './log-facts.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { toldIn, type ToldEntry } from './told-events.ts';
import { transcriptText } from './transcript.ts';
import {
  check,
  checkRead,
  fileOf,
  holds,
  notCheckable,
  type Finding,
  type Readings,
  type RuleResult,
} from './verification.ts';
import { checkApprovals } from './verify-approvals.ts';
import { checkBreaks } from './verify-breaks.ts';
import { checkClock } from './verify-clock.ts';
import { checkConfirmations } from './verify-confirmations.ts';
import { checkExceptions } from './verify-exceptions.ts';
import { checkKeyFiles, checkKnownFiles, checkListed, checkUnlisted } from './verify-files.ts';
import {
  checkBlobShapes,
  checkDeadlines,
  checkLoggedBlobs,
  checkLoggedKeys,
  checkPlannedKeys,
  checkPublicKeys,
} from './verify-keys.ts';
import { checkQuorum } from './verify-quorum.ts';
import { checkReport } from './verify-report.ts';
import { checkNamed } from './verify-roll-call.ts';
import { checkCheckpoints, checkCosignatures, checkManifestNote, checkProofs } from './verify-seals.ts';
import { checkManifestHash, checkPaper, checkTrusted, nothingKnown, type KnownElsewhere } from './verify-known.ts';
import { checkSteps } from './verify-steps.ts';
import { checkUpload } from './verify-upload.ts';
import { checkWraps } from './verify-wraps.ts';

/** A bundle as it was read: every file by its path from the top, `/` between parts. */
export interface Bundle {
  /** The name of the folder it lies in. */
  readonly folder: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const noExtract = 'The log extract could not be read.';
const noEvents = 'The events of the log could not be read.';

/** What the people did, and when, by the log. */
const onThePeople: readonly (readonly [RuleId, (readings: Readings) => Finding])[] = [
  ['BUNDLE-ROLL-CALL-AS-PLANNED', checkNamed],
  ['BUNDLE-STEPS-AS-PLANNED', checkSteps],
  ['BUNDLE-CONFIRMED-AS-PLANNED', checkConfirmations],
  ['BUNDLE-APPROVALS-SIGNED', checkApprovals],
  ['BUNDLE-QUORUM-APPROVED', checkQuorum],
  ['BUNDLE-EXCEPTIONS-CLOSED', checkExceptions],
  ['BUNDLE-BREAKS-ENDED', checkBreaks],
  ['BUNDLE-CLOCK-TOLD', checkClock],
];

/**
 * Checks a bundle without secrets, clock or network: what it says of itself, and whether manifest, plan, log and key
 * transfer files say the same.
 * @param bundle - everything found in the folder
 * @param application - name and version of this application, as a manifest has its generator
 * @param known - what the reader knows from elsewhere
 * @returns one result for each rule, always the same rules in the same order
 */
export function verifyBundle(bundle: Bundle, application: string, known: KnownElsewhere = nothingKnown): RuleResult[] {
  const { files } = bundle;
  const { results, parts } = readParts(files);
  const [read, ...onTheLog] = results;
  const { onManifest, onExtract, onLog } = checksOn(parts);
  return [
    read,
    onManifest('BUNDLE-FILES-AS-LISTED', (found) => checkListed(found, files)),
    onManifest('BUNDLE-NO-UNLISTED-FILE', (found) => checkUnlisted(found, files)),
    onManifest('BUNDLE-FILES-KNOWN', checkKnownFiles),
    onManifest('BUNDLE-NAMED-AS-CEREMONY', (found) => checkName(found, bundle.folder)),
    ...onTheLog,
    onLog('BUNDLE-LOG-OF-CEREMONY', checkLog),
    onLog('BUNDLE-PLAN-AS-HASHED', checkPlan),
    onExtract('BUNDLE-TRANSCRIPT-AS-LOGGED', (entries) => checkTranscript({ files, entries })),
    onLog('BUNDLE-REPORT-AS-LOGGED', (found) => checkReport(found, application)),
    onLog('BUNDLE-UPLOAD-AS-LOGGED', (found) => checkUpload(found, application)),
    ...onThePeople.map(([rule, find]) => onLog(rule, find)),
    onLog('BUNDLE-KEYS-AS-PLANNED', checkPlannedKeys),
    onLog('BUNDLE-KEYS-AS-LOGGED', checkLoggedKeys),
    onLog('BUNDLE-WRAPS-AS-PROVEN', checkWraps),
    onManifest('BUNDLE-BLOBS-AS-LISTED', checkKeyFiles),
    onManifest('BLOB-SHAPE-VALID', (found) => checkBlobShapes(found, files)),
    onLog('BUNDLE-BLOBS-AS-LOGGED', checkLoggedBlobs),
    onManifest('BUNDLE-PUBLIC-KEY-AS-LISTED', (found) => checkPublicKeys(found, files)),
    onLog('BUNDLE-DEADLINE-AHEAD', checkDeadlines),
    onLog('BUNDLE-CHECKPOINTS-SIGNED', checkCheckpoints),
    onLog('BUNDLE-CHECKPOINTS-COSIGNED', checkCosignatures),
    onLog('BUNDLE-PROOFS-HOLD', checkProofs),
    onLog('BUNDLE-SIGNED', checkManifestNote),
    onExtract('BUNDLE-CHECKPOINT-AS-ON-PAPER', (entries) => checkPaper({ entries }, known.checkpoint)),
    onLog('BUNDLE-LOG-KEY-TRUSTED', (found) => checkTrusted(found, known.logKeySha256)),
    onManifest('BUNDLE-MANIFEST-AS-ON-PAPER', () => checkManifestHash({ files }, known.manifestSha256)),
  ];
}

/** What a bundle is made of, as far as it can be read; null for what cannot. */
interface Parts {
  readonly files: Bundle['files'];
  readonly manifest: Manifest | null;
  readonly entries: readonly Entry[] | null;
  readonly told: readonly ToldEntry[] | null;
}

/** Reads manifest, log, and what the log tells; with what stands against each. */
function readParts(files: Bundle['files']): {
  readonly parts: Parts;
  readonly results: readonly [RuleResult, RuleResult, RuleResult];
} {
  let manifest: Manifest | null = null;
  let entries: readonly Entry[] | null = null;
  let told: readonly ToldEntry[] | null = null;
  const read = checkRead('BUNDLE-MANIFEST-SCHEMA', () => {
    manifest = parseManifest(fileOf(files, layout.manifest));
    return holds(`ceremony ${manifest.ceremony}, ${manifest.mode}, plan ${manifest.planSha256}`);
  });
  const chain = checkRead('LOG-CHAIN-INTACT', () => {
    const found = parseExtract(fileOf(files, layout.log));
    const finding = describeChain(found);
    entries = found;
    return finding;
  });
  const forms = checkRead('BUNDLE-EVENTS-IN-FORM', () => {
    if (entries === null) return notCheckable(noExtract);
    told = toldIn(entries);
    return holds(`${told.length} events`);
  });
  return { parts: { files, manifest, entries, told }, results: [read, chain, forms] };
}

/** How rules are checked: one that needs a part which could not be read is left open. */
function checksOn({ files, manifest, entries, told }: Parts): {
  readonly onManifest: (rule: RuleId, find: (manifest: Manifest) => Finding) => RuleResult;
  readonly onExtract: (rule: RuleId, find: (entries: readonly Entry[]) => Finding) => RuleResult;
  readonly onLog: (rule: RuleId, find: (readings: Readings) => Finding) => RuleResult;
} {
  const onManifest = (rule: RuleId, find: (manifest: Manifest) => Finding): RuleResult =>
    checkRead(rule, () => (manifest === null ? notCheckable('MANIFEST.json could not be read.') : find(manifest)));
  return {
    onManifest,
    onExtract: (rule, find) => checkRead(rule, () => (entries === null ? notCheckable(noExtract) : find(entries))),
    onLog: (rule, find) =>
      onManifest(rule, (found) =>
        told === null ? notCheckable(noEvents) : find({ files, manifest: found, entries: told }),
      ),
  };
}

/**
 * Checks a log alone, entry by entry: one of any length takes the same memory.
 * @param entries - the bytes of each, in order
 * @returns one result for each rule
 */
export function verifyLog(entries: Iterable<Uint8Array>): RuleResult[] {
  return [
    check('LOG-CHAIN-INTACT', () => {
      let followed = nothingFollowed;
      for (const bytes of entries) ({ followed } = follow(followed, bytes));
      const { size, hash } = followed.chain;
      requireEntries(size);
      return holds(`${size} entries, the last with hash ${hash}, root ${rootFollowed(followed)}`);
    }),
  ];
}

function describeChain(entries: readonly Entry[]): Finding {
  const { size, hash } = verifyChain(entries);
  requireEntries(size);
  return holds(`${size} entries, the last with hash ${hash}`);
}

/** What was emptied follows from nothing and contradicts nothing; it is no log. */
function requireEntries(size: number): void {
  if (size === 0) refuse('LOG-CHAIN-INTACT', 'There is no entry in it.');
}

/** A copy may lie in a folder of any name, so a renamed one is said, not judged; the mark of a rehearsal is judged. */
function checkName({ ceremony, mode }: Manifest, folder: string): Finding {
  if (ceremony.startsWith('rehearsal-') !== (mode === 'rehearsal')) {
    refuse('BUNDLE-NAMED-AS-CEREMONY', `Mode ${mode} does not fit the ceremony id ${ceremony}.`);
  }
  const name = bundleName(ceremony);
  return folder === name ? holds(name) : notCheckable(`The folder is called ${folder} instead of ${name}.`);
}

/** The extract goes from the opening to the order to write the bundle, which says how long it is, and no further. */
function checkLog({ manifest, entries }: Readings): Finding {
  const { opened, createdAt } = factsOf(entries);
  if (opened === null)
    return refuse('BUNDLE-LOG-OF-CEREMONY', 'The log does not begin with the opening of a ceremony.');
  const claims: readonly (readonly [string, string, string])[] = [
    ['ceremony', manifest.ceremony, opened.ceremony],
    ['mode', manifest.mode, opened.mode],
    ['generator', manifest.generator, opened.application],
    ['createdAt', manifest.createdAt, createdAt ?? 'nothing of the writing of the bundle'],
  ];
  for (const [member, said, logged] of claims) {
    if (said !== logged) refuse('BUNDLE-LOG-OF-CEREMONY', `Member "${member}" says ${said}; the log says ${logged}.`);
  }
  const again = entries.slice(1).find(({ event }) => event.type === 'ceremony-opened');
  if (again !== undefined) {
    refuse(
      'BUNDLE-LOG-OF-CEREMONY',
      `Entry ${again.sequence} opens a ceremony; the log is of one that entry 1 opened.`,
    );
  }
  const last = entries.at(-1)?.event;
  const request = last?.type === 'effect-requested' ? last.request : null;
  if (request?.kind !== 'sign-bundle' || request.logSize !== entries.length) {
    refuse('BUNDLE-LOG-OF-CEREMONY', `Entry ${entries.length}, the last, is not the order to write this bundle.`);
  }
  return holds(`opened ${entries[0]?.time ?? ''} by ${opened.application}`);
}

function checkPlan({ files, manifest, entries }: Readings): Finding {
  const bytes = fileOf(files, layout.plan);
  const plan = parseStrictJson(bytes, refuser('BUNDLE-PLAN-AS-HASHED', layout.plan));
  if (!equalBytes(canonicalBytes(plan), bytes))
    refuse('BUNDLE-PLAN-AS-HASHED', `${layout.plan} is not canonical JSON.`);
  const { opened } = factsOf(entries);
  const hashes = [
    [layout.plan, sha256Hex(bytes)],
    ['the plan in the log', sha256Hex(canonicalBytes(opened?.plan ?? null))],
    ['the hash in the log', opened?.planSha256],
  ] as const;
  for (const [place, hash] of hashes) {
    if (hash !== manifest.planSha256) refuse('BUNDLE-PLAN-AS-HASHED', `The manifest names another hash than ${place}.`);
  }
  return holds(manifest.planSha256);
}

/** The wording of the transcript belongs to the manifest's format: another wording takes another format number. */
function checkTranscript({ files, entries }: Omit<Readings<Entry>, 'manifest'>): Finding {
  const told = utf8ToBytes(transcriptText(entries));
  if (!equalBytes(fileOf(files, layout.transcript), told)) {
    refuse('BUNDLE-TRANSCRIPT-AS-LOGGED', `${layout.transcript} tells something else than ${layout.log}.`);
  }
  return holds(`${entries.length} entries`);
}
