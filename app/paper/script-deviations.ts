import type { Plan } from '../ceremony/plan.ts';
import { emptyRows, field, form, paragraph, type Block } from './document.ts';
import { seatsOf } from './script-words.ts';

/** As many as scripts of the field carry; more are copied. */
const exceptionSheets = 5;

/**
 * Part F: breaks, and the numbered sheets for whatever departs from the script.
 * @param plan - for the people whose initials close an exception
 */
export function deviations(plan: Plan): Block[] {
  const seats = seatsOf(plan);
  return [
    paragraph(
      'An exception is whatever departs from this script, however small. The step waits until the people have decided. A sheet that was begun is kept; one that was not needed is crossed out whole at the end.',
    ),
    paragraph(
      'At a break, credentials and this script go into a bag, everybody leaves together, and the room is locked. Everybody who comes back is counted, and the bag is looked at before it is opened.',
    ),
    form(
      'Breaks',
      [['After step', 2], ['Left at, UTC', 3], ['Log: entries; head, first 3 and last byte', 5], ['Bag', 3], ['Stayed behind', 4], ['Back at, UTC', 3], ['Two initials', 3]], // prettier-ignore
      emptyRows(6),
    ),
    ...Array.from({ length: exceptionSheets }, (_, index) => sheet(index + 1, seats)).flat(),
  ];
}

function sheet(number: number, seats: readonly string[]): Block[] {
  return [
    { kind: 'new-page' },
    { kind: 'heading', level: 2, text: `Exception sheet ${number} of ${exceptionSheets}` },
    {
      kind: 'fields',
      items: [
        field('At step', 3),
        field('Noticed at, UTC', 3),
        field('Noticed by', 6),
        field('What was expected', 12, 4),
        field('What happened', 12, 6),
        field('What was decided', 12, 5),
        field('Decided by', 6),
        field('Closed at, UTC', 3),
        field('Entry in the log', 3),
      ],
    },
    paragraph('Initials of everybody in the room:'),
    { kind: 'fields', items: seats.map((seat) => field(seat, 3)) },
  ];
}
