import type { ReportedApproval } from '../record/report-approvals.ts';
import type { Report } from '../record/report.ts';
import { emptyRows, field, form, paragraph, type Block } from './document.ts';
import { inGroups, sharedTable } from './report-forms.ts';
import { signatureColumns } from './signature-columns.ts';

/** The signatures in the log, made with the approval keys. */
export function signaturesInLog({ steps, exceptions }: Report): Block[] {
  const decisions = exceptions.flatMap(({ exception, closed }) =>
    closed === null ? [] : [{ what: `Decision on exception ${exception}`, approvals: closed.approvals }],
  );
  const given = [...steps.map(({ number, title, approvals }) => ({ what: `${number} ${title}`, approvals })), ...decisions]; // prettier-ignore
  const tables = given.filter(({ approvals }) => approvals.length > 0);
  return [
    paragraph(
      tables.length === 0
        ? 'None as far as this record goes.'
        : 'Each is by ECDSA on P-256 with SHA-256, in DER, over the statement of ceremony, plan, subject, parameters, person and head of the log. The log has what each statement is made of; the verifier checks every one of them.',
    ),
    ...tables.map(signatureTable),
  ];
}

/** Whoever approved the same thing signed the same hash, which stands once. */
function signatureTable({ what, approvals }: { what: string; approvals: readonly ReportedApproval[] }): Block {
  const shown = [...new Set(approvals.map(({ parametersSha256 }) => parametersSha256))];
  const columns = [
    { heading: 'Who, entry', share: 4 },
    { heading: 'Signature', share: 16, isCode: true },
  ];
  return sharedTable(what, columns, [
    ...shown.map((sha256) => ['Shown, SHA-256', inGroups(sha256)]),
    ...approvals.map(({ initials, entry, signature }) => [`${initials}, ${entry}`, inGroups(signature)]),
  ]);
}

/** The lines on which people sign this paper: whoever is still there, and one independent person. */
export function linesToSign({ people }: Report): Block[] {
  const present = people.filter(({ absent }) => absent === null);
  const watches = ({ roles }: Report['people'][number]): boolean =>
    roles.includes('witness') || roles.includes('auditor');
  const rows = (some: Report['people']): string[][] => some.map(({ name, roles }) => [roles.join(', '), name]);
  const [watching, taking] = [present.filter(watches), present.filter((person) => !watches(person))];
  return [
    paragraph(
      'Each of us was present as this report says, and knows of nothing that it leaves out. Whoever signs compares the short form of the plan’s hash at the head of each page, and the head of the log with what was written down when the ceremony closed.',
    ),
    {
      kind: 'fields',
      items: [
        field('Room and building', 6),
        field('Video recording, number and keeper', 6),
        field('SHA-256 of the installed software, short form', 6),
        field('Compared with the release sheet by', 6),
      ],
    },
    ...(taking.length === 0 ? [] : [form('Participants', signatureColumns('Role'), rows(taking))]),
    ...(watching.length === 0 ? [] : [form('Witnesses and auditors', signatureColumns('Role'), rows(watching))]),
    form('One independent person, for example a notary', signatureColumns('Function'), emptyRows(1)),
  ];
}
