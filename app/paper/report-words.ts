import type { Report } from '../record/report.ts';
import type { ReportedPlace } from '../record/step-names.ts';

const ends: Readonly<Record<Report['end'], string>> = {
  'under-way': 'not yet: this record ends before the end of the ceremony',
  completed: 'completed: everybody signed off',
  'aborted-clean': 'aborted; nothing that it made is left in the token',
  'aborted-with-keys-present': 'aborted; keys that it made are left in the token',
};

/** How a ceremony ended, in words; names the keys that are left. */
export function endInWords({ end, keys }: Report): string {
  if (end !== 'aborted-with-keys-present') return ends[end];
  const left = keys.filter(({ state }) => state === 'in-token').map(({ id }) => id);
  return left.length === 0
    ? 'aborted; a key that was being made may be left in the token'
    : `${ends[end]}: ${left.join(', ')}`;
}

/** `2026-11-26 14:07:32 UTC`. */
export function timeInWords(iso: string): string {
  return `${dayOf(iso)} ${clockOf(iso)} UTC`;
}

/** `14:05:10 – 14:07:32`: the day stands with the ceremony; another day is named. */
export function timesInWords({ opened }: Report, from: string, to: string): string {
  const start = dayOf(from) === dayOf(opened) ? clockOf(from) : `${dayOf(from)} ${clockOf(from)}`;
  return `${start} – ${dayOf(from) === dayOf(to) ? clockOf(to) : `${dayOf(to)} ${clockOf(to)}`}`;
}

/** Whether all of it was on one day, which stands with the ceremony. */
export function isOfOneDay({ opened, until }: Report): boolean {
  return dayOf(opened) === dayOf(until);
}

/** The time in a column of times: the day too, where the ceremony took more than one. */
export function timeInColumn(report: Report, iso: string): string {
  return isOfOneDay(report) ? clockOf(iso) : `${dayOf(iso)} ${clockOf(iso)}`;
}

function dayOf(iso: string): string {
  return iso.slice(0, 10);
}

function clockOf(iso: string): string {
  return iso.slice(11, 19);
}

/** `4.2 Compare the wrapping key of payroll-root`; a step that nobody confirmed goes by its id and the one before it. */
export function placeInWords({ step, name, after }: ReportedPlace): string {
  if (name !== null) return name;
  return after === null ? `${step}, before any step was confirmed` : `${step}, after ${after}`;
}

/** `custodian KO, AB; witness NH`: by role, since a role is what a step asks for. */
export function initialsInLine({ confirmedBy }: Report['steps'][number]): string {
  if (confirmedBy.length === 0) return 'the room: before roll call';
  const names = [...new Set(confirmedBy.flatMap(({ roles }) => roles))];
  const holders = (role: string): string =>
    confirmedBy.flatMap(({ initials, roles }) => (roles.includes(role) ? [initials] : [])).join(', ');
  return names.map((role) => `${role} ${holders(role)}`).join('; ');
}
