import { custodyInWords } from '../ceremony/custody-words.ts';
import type { Report } from '../record/report.ts';
import { paragraph, type Block } from './document.ts';
import { table, values } from './report-forms.ts';
import { placeInWords, timeInColumn, timeInWords } from './report-words.ts';

/** Exceptions, breaks and the custody register; where there is none of something, that is said. */
export function deviationsOf(report: Report): Block[] {
  return [
    { kind: 'heading', level: 2, text: 'Exceptions' },
    ...(report.exceptions.length === 0 ? [paragraph('None.')] : report.exceptions.map(exception)),
    { kind: 'heading', level: 2, text: 'Breaks' },
    ...breaks(report),
    { kind: 'heading', level: 2, text: 'Custody' },
    ...custody(report),
  ];
}

function exception({
  exception: number,
  time,
  at,
  expected,
  happened,
  openedBy,
  rule,
  closed,
}: Report['exceptions'][number]): Block {
  return values(`Exception ${number}`, [
    ['Noticed', `${timeInWords(time)}, by ${openedBy}`],
    ['At step', placeInWords(at)],
    ['Expected', expected],
    ['Happened', happened],
    ['Rule', rule ?? 'none: noticed by people'],
    ...(closed === null
      ? ([['Decided', 'nothing: it was open when this record ended']] as const)
      : ([
          ['Decided', closed.decided],
          ...(closed.without === null ? [] : ([['Goes on without', closed.without]] as const)),
          ['Closed', `${timeInWords(closed.time)}, by ${closed.by.join(', ')}, each with a signature`],
        ] as const)),
  ]);
}

function breaks({ breaks: taken }: Report): Block[] {
  if (taken.length === 0) return [paragraph('None.')];
  const rows = taken.map(({ from, to, reason, by, returned }) => [
    timeInWords(from),
    to === null ? 'not ended' : timeInWords(to),
    by === null ? reason : `${reason} (${by})`,
    returned.length === 0 ? 'nobody' : returned.join(', '),
  ]);
  return [table('When nobody worked', ['From', 'To', 'Why', 'Identified again'], rows)];
}

function custody(report: Report): Block[] {
  const { bags, lines } = report.custody;
  if (lines.length === 0) return [paragraph('Nothing was entered in the register.')];
  const initials = (id: string): string => report.people.find((person) => person.id === id)?.initials ?? id;
  const rows = lines.map((line) => {
    const { what, thing, detail } = custodyInWords(line);
    return [timeInColumn(report, line.time), what, thing, detail, initials(line.by), initials(line.witness)];
  });
  return [
    bags.length === 0
      ? paragraph('No bag is in the register.')
      : table('Bags at the end of this record', ['Bag', 'Now'], bags.map(({ bag, status }) => [bag, status])), // prettier-ignore
    table('Register', ['Time, UTC', 'What', 'Which', 'More', 'By', 'Seen by'], rows),
  ];
}
