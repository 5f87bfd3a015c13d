import type { Entry } from '../audit/entry.ts';
import { entryHash } from '../audit/entry.ts';
import { rootOver } from '../audit/log-tree.ts';
import { noticesFrom, type ToldNotice } from '../bundle/notices.ts';
import { hexToBytes, utf8ToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import { bagsOf, type CustodyRecord } from '../ceremony/custody.ts';
import type { OutcomeOf } from '../ceremony/effects.ts';
import type { EventOf } from '../ceremony/events.ts';
import { refuse } from '../rules/refusal.ts';
import { planInLog } from './plan-in-log.ts';
import { approvalsIn } from './report-approvals.ts';
import { endOf, type ReportedEnd } from './report-end.ts';
import { entriesIn, type ReportedEntry } from './report-entries.ts';
import { abortsIn, exceptionsIn, type ReportedAbort, type ReportedException } from './report-exceptions.ts';
import { keysIn, leftOutIn, type ReportedKey } from './report-keys.ts';
import {
  mediaIn,
  tokenIn,
  workstationIn,
  type ReportedMedium,
  type ReportedToken,
  type ReportedWorkstation,
} from './report-machine.ts';
import { breaksIn, peopleIn, type ReportedBreak, type ReportedPerson } from './report-people.ts';
import { stepsIn, type ReportedStep } from './report-steps.ts';
import { StepNames } from './step-names.ts';
import { ofType, outcomesOf, timedEvents, type Timed } from './timed.ts';

/** Everything that a report tells, from the log alone: the same entries give the same report. Times are ISO 8601 with Z. */
/** How far the token had signed the log, and whether it kept that. */
export type ReportedCheckpoint = Omit<OutcomeOf<'sign-checkpoint'>, 'kind'> & { readonly time: string };

export interface Report {
  readonly keyferryReport: 1;
  readonly ceremony: string;
  readonly title: string;
  readonly purpose: string;
  readonly mode: 'rehearsal' | 'production';
  readonly application: string;
  readonly planSha256: string;
  readonly planApproval: EventOf<'ceremony-opened'>['planApproval'];
  readonly siteSha256: string | null;
  readonly opened: string;
  /** Of the last entry. */
  readonly until: string;
  readonly end: ReportedEnd;
  readonly aborted: readonly ReportedAbort[];
  /** Size, hash of the last entry and RFC 6962 root over all entries, hex. */
  readonly log: { readonly entries: number; readonly head: string; readonly root: string };
  /** The key in the token that signed the log, and how far it did; `signature` is DER in hex. */
  readonly checkpoints: {
    /** SHA-256 of its SubjectPublicKeyInfo, hex; null before it was made. */
    readonly logKeySha256: string | null;
    readonly signed: readonly ReportedCheckpoint[];
  };
  readonly workstation: ReportedWorkstation | null;
  readonly token: ReportedToken | null;
  readonly people: readonly ReportedPerson[];
  readonly steps: readonly ReportedStep[];
  readonly keys: readonly ReportedKey[];
  readonly media: readonly ReportedMedium[];
  readonly exceptions: readonly ReportedException[];
  readonly breaks: readonly ReportedBreak[];
  readonly custody: {
    readonly bags: readonly { readonly bag: string; readonly status: string }[];
    /** `by` and `witness` are ids of people. */
    readonly lines: readonly (CustodyRecord & { readonly time: string })[];
  };
  /** Of the workstation, the wrapping keys and the keys left out; those of the plan follow from the plan. */
  readonly notices: readonly ToldNotice[];
  readonly entries: readonly ReportedEntry[];
}

/**
 * Makes the report of a ceremony.
 * @param entries - its log, or the part of it that a bundle carries; the chain already followed
 * @returns the report
 * @throws Refused with LOG-HOLDS-A-CEREMONY when an entry is no event of a ceremony
 */
export function reportOf(entries: readonly Entry[]): Report {
  const events = timedEvents(entries);
  const [first] = events;
  const last = entries.at(-1);
  if (first?.event.type !== 'ceremony-opened' || last === undefined) {
    return refuse('LOG-HOLDS-A-CEREMONY', 'The log does not begin with the opening of a ceremony.');
  }
  const { ceremony, mode, application, planSha256, planApproval, siteSha256 } = first.event;
  const plan = planInLog(first.event.plan);
  const people = peopleIn(events);
  const keys = keysIn(events, plan);
  const names = new StepNames(events);
  const approvals = approvalsIn(events, people);
  return {
    keyferryReport: 1,
    ceremony,
    title: plan.title,
    purpose: plan.purpose,
    mode,
    application,
    planSha256,
    planApproval,
    siteSha256,
    opened: first.time,
    until: last.time,
    end: endOf(events, people, keys),
    aborted: abortsIn(events, names),
    log: { entries: entries.length, head: entryHash(last), root: rootOver(entries) },
    checkpoints: checkpointsIn(events),
    workstation: workstationIn(events),
    token: tokenIn(events, people),
    people,
    steps: stepsIn(events, people, approvals),
    keys,
    media: mediaIn(events),
    exceptions: exceptionsIn(events, { people, names, approvals }),
    breaks: breaksIn(events, people),
    custody: custodyIn(events),
    notices: noticesIn(events),
    entries: entriesIn(entries, events, { people, names }),
  };
}

function checkpointsIn(events: readonly Timed[]): Report['checkpoints'] {
  const key = outcomesOf(events, 'make-log-key').at(-1)?.outcome.publicKey;
  return {
    logKeySha256: key === undefined ? null : sha256Hex(hexToBytes(key)),
    signed: outcomesOf(events, 'sign-checkpoint').map(({ time, outcome: { size, root, signature, kept } }) => ({
      time,
      size,
      root,
      signature,
      kept,
    })),
  };
}

function custodyIn(events: readonly Timed[]): Report['custody'] {
  const records = ofType(events, 'custody-recorded');
  return {
    bags: [...bagsOf(records.map(({ event }) => event.record))].map(([bag, status]) => ({ bag, status })),
    lines: records.map(({ time, event }) => ({ time, ...event.record })),
  };
}

function noticesIn(events: readonly Timed[]): Report['notices'] {
  const leftOut = leftOutIn(events);
  const keks = outcomesOf(events, 'read-inbound').at(-1)?.outcome.keks ?? [];
  return noticesFrom({
    plan: [],
    workstation: outcomesOf(events, 'inspect-workstation').at(-1)?.outcome.notices ?? [],
    keks: keks.filter(({ key }) => !leftOut.has(key)).flatMap(({ notices }) => notices),
    leftOut,
  });
}

/**
 * The report as a file.
 * @param report - see {@link reportOf}
 * @returns JSON with two spaces of indentation and a final LF, UTF-8; the same report gives the same bytes
 */
export function reportBytes(report: Report): Uint8Array {
  return utf8ToBytes(`${JSON.stringify(report, null, 2)}\n`);
}
