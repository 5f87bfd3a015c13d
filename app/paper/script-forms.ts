import type { Plan } from '../ceremony/plan.ts';
import { hexToBytes } from '../keys/bytes.ts';
import { pgpWords } from '../keys/fingerprint.ts';
import { emptyRows, field, form, paragraph, toTick, type Block } from './document.ts';
import { seatsOf } from './script-words.ts';
import { signatureColumns } from './signature-columns.ts';

/**
 * Part B: who allowed this ceremony to be held, with this plan.
 * @param sha256 - of the plan
 */
export function approval(sha256: string): Block[] {
  return [
    paragraph(
      'Before the day, whoever answers for the keys compares this hash with the plan that was reviewed, and signs. A script with another hash is another ceremony.',
    ),
    { kind: 'hash', caption: 'SHA-256 of the approved plan', hex: sha256, words: pgpWords(hexToBytes(sha256)) },
    form('Approved by', signatureColumns('Function'), emptyRows(2)),
    { kind: 'fields', items: [field('Conditions of the approval, or “none”', 12, 3)] },
  ];
}

/** Part C: the room. */
export const physicalNeeds: readonly Block[] = [
  toTick([
    'The room can be locked; nobody enters or leaves without an entry in part F.',
    'The table is clear of telephones, watches with a radio, and anything else that records or sends.',
    'The clock on the wall was set today and everybody can see it.',
    'Everybody can see the screen; nobody sees the keyboard while a PIN or passphrase is typed.',
    'Video, where it is used, shows the table and the screen but not the keyboard, and shows the clock.',
    'Power lasts for the whole ceremony, also when the mains fail.',
    'Pens, this script in enough copies, empty bags and labels lie ready.',
  ]),
  {
    kind: 'fields',
    items: [
      field('Room and building', 6),
      field('Clock set by, against which source', 6),
      field('Locked at, UTC', 3),
      field('Checked by, initials', 3),
      field('Camera or recorder, serial number', 6),
    ],
  },
];

/**
 * Part D: what is on the table, and what opens it. Nothing secret is written here.
 * @param plan - for the number of copies
 */
export function hardware(plan: Plan): Block[] {
  const media = [['Media A', 'inbound'], ...numberedMedia(plan.copies)];
  return [
    {
      kind: 'fields',
      items: [
        field('Workstation: maker and model', 6),
        field('Serial number', 3),
        field('Bag it came in', 3),
        field('Keyferry: version', 3),
        field('SHA-256 of the installed software, short form', 6),
        field('Equals the release sheet', 3),
        field('Token: maker and model', 6),
        field('Serial number', 3),
        field('Firmware', 3),
      ],
    },
    form(
      'Credentials of the token',
      [['What it is, never its value', 6], ['Brought by', 4], ['Bag', 3], ['Used at step', 3], ['Returned in bag', 3], ['Initials', 2]], // prettier-ignore
      emptyRows(Math.max(3, plan.roles.custodian + 1)),
    ),
    form(
      'Media',
      [['Label', 4], ['Use', 3], ['Serial number', 4], ['Written and read back, SHA-256 short form', 6], ['Bag', 3], ['Initials', 2]], // prettier-ignore
      [...media, []],
    ),
    form(
      'Tamper-evident bags',
      [['Number', 4], ['Type', 3], ['Content', 5], ['Opened, UTC', 3], ['Unharmed, number matched', 3], ['Sealed, UTC', 3], ['Two initials', 3]], // prettier-ignore
      emptyRows(10),
    ),
  ];
}

/** Part G: where everything lies when the room is empty. */
export const storage: readonly Block[] = [
  paragraph('Every opened bag is closed again, replaced by another, or destroyed before the ceremony closes.'),
  form(
    'Where it goes',
    [['What', 5], ['Bag', 3], ['Stored where', 5], ['Handed to', 4], ['Time, UTC', 3], ['Two initials', 3]], // prettier-ignore
    [['Token'], ['Credentials'], ['Media A'], ['Media B'], ['Workstation'], ['Log and its copy'], ['This script'], [], []], // prettier-ignore
  ),
  {
    kind: 'fields',
    items: [
      field('SHA-256 of the manifest, short form', 6),
      field('Read to the online desk by', 3),
      field('Time, UTC', 3),
      field('Head of the log at the end: first 3 bytes', 4),
      field('Last byte', 2),
      field('First word', 3),
      field('Last word', 3),
    ],
  },
];

/**
 * Part H: everybody who took part, who watched, and somebody who answers to none of them.
 * @param plan - for its seats
 */
export function signOff(plan: Plan): Block[] {
  const watches = (seat: string): boolean => /^(?:Witness|Auditor)/u.test(seat);
  const seats = seatsOf(plan);
  return [
    paragraph(
      'Each of us was present as this script says, saw what we put our initials to, and knows of no deviation that is not on an exception sheet.',
    ),
    { kind: 'fields', items: [field('Exception sheets used, or “none”', 6), field('Breaks, or “none”', 6)] },
    form('Participants', signatureColumns('Role'), seats.filter((seat) => !watches(seat)).map((seat) => [seat])), // prettier-ignore
    ...(seats.some(watches)
      ? [
          form(
            'Witnesses and auditors',
            signatureColumns('Role'),
            seats.filter(watches).map((seat) => [seat]),
          ),
        ]
      : []),
    form('One independent person, for example a notary', signatureColumns('Function'), emptyRows(1)),
  ];
}

function numberedMedia(copies: number): string[][] {
  return Array.from({ length: copies }, (_, index) => [
    copies === 1 ? 'Media B' : `Media B, copy ${index + 1}`,
    'outbound',
  ]);
}
