import { checkpointLine } from '../keys/short-form.ts';
import type { Report } from '../record/report.ts';
import { paragraph, type Block, type Column, type PaperDocument } from './document.ts';
import { deviationsOf } from './report-deviations.ts';
import { hash, sharedTable, table, values } from './report-forms.ts';
import { keyBlocks } from './report-keys.ts';
import { machineBlocks, mediaBlocks } from './report-machine.ts';
import { linesToSign, signaturesInLog } from './report-signatures.ts';
import {
  endInWords,
  initialsInLine,
  isOfOneDay,
  placeInWords,
  timeInColumn,
  timeInWords,
  timesInWords,
} from './report-words.ts';

/**
 * The report of a ceremony on paper: everything that the log tells, with every hash whole and in words, and lines to sign.
 * @param report - from the log; the same log gives the same paper
 */
export function reportDocument(report: Report): PaperDocument {
  const isInterim = report.end === 'under-way';
  const name = isInterim ? 'Interim report' : 'Ceremony report';
  const parts: readonly (readonly [title: string, blocks: readonly Block[]])[] = [
    [isInterim ? 'How it stands' : 'How it ended', outcome(report)],
    ['People', people(report)],
    ['Workstation and token', machineBlocks(report)],
    ['Steps', steps(report)],
    ['Keys', keyBlocks(report)],
    ['Media', mediaBlocks(report)],
    ['Exceptions, breaks and custody', deviationsOf(report)],
    ['The log', transcript(report)],
    ['Signatures in the log', signaturesInLog(report)],
    ['Signatures by hand', linesToSign(report)],
  ];
  return {
    title: report.title,
    name,
    mode: report.mode,
    planSha256: report.planSha256,
    date: report.until,
    blocks: [
      { kind: 'cover', name, title: report.title, purpose: report.purpose },
      hash('SHA-256 of the plan', report.planSha256),
      hash('Head of the log: hash of its last entry', report.log.head),
      ...parts.flatMap(([text, blocks], index): Block[] => [
        { kind: 'heading', level: 1, text: `${index + 1}. ${text}` },
        ...blocks,
      ]),
    ],
  };
}

function outcome(report: Report): Block[] {
  const { planApproval, siteSha256, exceptions, keys } = report;
  const open = exceptions.filter(({ closed }) => closed === null).length;
  const out = keys.filter(({ files, wrap }) => files.length > 0 || wrap !== null).length;
  return [
    values('This ceremony', [
      ['Ceremony', report.ceremony],
      ['Mode', report.mode === 'rehearsal' ? 'rehearsal: never put these keys to use' : 'production'],
      ['Ended', endInWords(report)],
      ['Opened', timeInWords(report.opened)],
      ['Last entry', timeInWords(report.until)],
      ['Made with', report.application],
      ['Plan approved before', planApproval === null ? 'not on this workstation' : approvedBy(planApproval)],
      ['Keys', `${out} wrapped of ${keys.length} planned`],
      ['Exceptions', exceptions.length === 0 ? 'none' : `${exceptions.length}, ${open} of them open`],
    ]),
    ...report.aborted.map(({ time, at, reason }, index) =>
      values(index === 0 ? 'Aborted' : 'The abort was ended', [
        ['When', timeInWords(time)],
        ['At step', placeInWords(at)],
        ['Why', reason],
      ]),
    ),
    ...(siteSha256 === null ? [] : [hash('SHA-256 of the site binding', siteSha256)]),
    ...report.notices.map(({ rule, text }): Block => ({ kind: 'notice', rule, text })),
  ];
}

function approvedBy({ approver, role, time }: NonNullable<Report['planApproval']>): string {
  return `${approver}, ${role}, ${timeInWords(time)}`;
}

function people(report: Report): Block[] {
  if (report.people.length === 0) return [paragraph('Nobody was named as far as this record goes.')];
  const rows = report.people.map(({ initials, name, organisation, roles, identifiedBy, absent }) => [
    initials,
    absent === null ? name : `${name} (left for good: ${absent})`,
    organisation === '' ? 'none named' : organisation,
    roles.join(', '),
    identifiedBy,
  ]);
  const keyed = report.people.flatMap(({ name, initials, approvalKeySha256 }) =>
    approvalKeySha256 === null ? [] : [hash(`Approval key of ${name} (${initials}), SHA-256`, approvalKeySha256)],
  );
  return [
    table('Roll call', ['Initials', 'Name', 'Organisation', 'Role', 'Identified by'], rows),
    paragraph(
      keyed.length === 0
        ? 'Nobody has an approval key as far as this record goes.'
        : 'Each approval key was made for this ceremony, sealed with a passphrase of its owner, and proved by a signature at roll call. These are the hashes of their public halves.',
    ),
    ...keyed,
  ];
}

const outcomes: Readonly<Record<Report['steps'][number]['outcome'], string>> = {
  done: 'done',
  failed: 'failed',
  'under-way': 'under way',
};

/** A line for each confirmation: who, when, what came of it, and whether with signatures. */
function steps(report: Report): Block[] {
  if (report.steps.length === 0) return [paragraph('No step was confirmed as far as this record goes.')];
  const rows = report.steps.map((step) => [
    step.number,
    step.title,
    timesInWords(report, step.from, step.to),
    initialsInLine(step),
    step.approvals.length === 0 ? 'initials' : `${step.approvals.length} signed`,
    outcomes[step.outcome],
    String(step.entry),
  ]);
  const columns: Column[] = [
    { heading: 'Step', share: 4 },
    { heading: 'What was done', share: 14 },
    { heading: 'From – to, UTC', share: 11 },
    { heading: 'Confirmed by', share: 12 },
    { heading: 'How', share: 6 },
    { heading: 'Came to', share: 6 },
    { heading: 'Entry', share: 4 },
  ];
  return [sharedTable('Steps as they were confirmed', columns, rows)];
}

/** What the token signed, in the form in which it stands in the boxes of the script. */
function checkpointBlocks(report: Report): Block[] {
  const { logKeySha256, signed } = report.checkpoints;
  if (logKeySha256 === null) return [];
  const rows = signed.map(({ time, size, root, kept }) => [
    timeInColumn(report, time),
    checkpointLine({ size, root }),
    root,
    kept ? 'yes' : 'no',
  ]);
  const columns: Column[] = [
    { heading: 'Time, UTC', share: isOfOneDay(report) ? 3 : 5 },
    { heading: 'Entries, first word, last word', share: 8 },
    { heading: 'Root', share: 10 },
    { heading: 'In the token', share: 2 },
  ];
  return [
    hash('SHA-256 of the key that signed the log', logKeySha256),
    sharedTable('Checkpoints that the token signed', columns, rows),
  ];
}

function transcript(report: Report): Block[] {
  const { log, entries } = report;
  const columns: Column[] = [
    { heading: 'No.', share: 2 },
    { heading: 'Time, UTC', share: isOfOneDay(report) ? 3 : 5 },
    { heading: 'Who', share: 4 },
    { heading: 'What', share: 13 },
  ];
  const rows = entries.map(({ entry, time, actor, what }) => [String(entry), timeInColumn(report, time), actor, what]);
  return [
    hash('Head: hash of the last entry', log.head),
    hash('Root: RFC 6962 tree over all entries', log.root),
    paragraph(
      `The log has ${log.entries} entries. Each of them, with every value and its hash, is in transcript.txt and log.jsonl; this is what happened, entry by entry.`,
    ),
    ...checkpointBlocks(report),
    sharedTable('Entries', columns, rows),
  ];
}
