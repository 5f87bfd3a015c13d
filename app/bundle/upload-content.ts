import type { UploadCommand, UploadSection } from '../byok/format.ts';
import { utc } from '../byok/inbound/deadline.ts';
import type { Manifest } from './manifest.ts';
import { checksBefore } from './upload-checks.ts';

/** What the sheet says about one key. */
export interface UploadKey {
  readonly id: string;
  readonly spec: string;
  /** The service's own name. */
  readonly destination: string;
  /** What the ceremony does with the key in the HSM when the bundle has been written. */
  readonly after: 'destroy' | 'keep';
  /** ISO 8601 with `Z`; null when none is known. */
  readonly deadline: string | null;
  readonly section: UploadSection;
}

/** All that the sheet is made of. */
export interface UploadSheet {
  readonly ceremony: string;
  readonly title: string;
  readonly mode: Manifest['mode'];
  /** ISO 8601 with `Z`; the hours left are counted from here. */
  readonly createdAt: string;
  readonly notices: readonly { readonly rule: string; readonly text: string }[];
  readonly keys: readonly UploadKey[];
}

/** A piece of the sheet, whatever it is written in. */
export type Block =
  /** `page`: on a new one, where there are pages. */
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string; readonly page: boolean }
  /** What nobody may pass over. */
  | { readonly kind: 'mark'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly string[] }
  /** `foreign`: from the media or from people, so that nothing in them is a word of ours. */
  | { readonly kind: 'foreign'; readonly form: 'text' | 'list'; readonly items: readonly string[] }
  | ({ readonly kind: 'command' } & UploadCommand)
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** Whether people write into it. */
      readonly form: boolean;
    };

/** The mark of a rehearsal: the first line of the sheet, and on every printed page. */
export const rehearsalMark = 'REHEARSAL: never put the keys of this bundle to use.';

export function titleOf({ ceremony }: UploadSheet): string {
  return `Upload of ceremony ${ceremony}`;
}

/**
 * Says what the online desk does, in which order, until when.
 * @param sheet - the ceremony, its notices and its keys in the plan's order
 * @returns the sheet from top to bottom; keys that must be uploaded first come first
 */
export function blocksOf(sheet: UploadSheet): readonly Block[] {
  const keys = inOrder(sheet.keys);
  const now = sheet.createdAt;
  return [
    heading(1, titleOf(sheet)),
    ...(sheet.mode === 'rehearsal' ? [mark(rehearsalMark)] : []),
    { kind: 'foreign', form: 'text', items: [`${sheet.title}. Written ${utc(now)}.`] },
    ...fateInHsm(keys),
    ...preparation(keys),
    ...notices(sheet),
    heading(2, 'Order'),
    list(keys.map((key) => `${key.id}, ${key.destination}, ${deadlineOf(key, now)}`), true), // prettier-ignore
    ...keys.flatMap((key, index) => keyBlocks(key, index + 1, now)),
    ...receipt(keys),
  ];
}

/** What ends first comes first; what ends at a time that nobody here knows may do so at any moment. */
function inOrder(keys: readonly UploadKey[]): readonly UploadKey[] {
  return keys.toSorted((one, other) => timeOf(one) - timeOf(other));
}

/** Milliseconds since 1970; before all of them for an end that is not known, behind all of them where there is none. */
function timeOf({ deadline, section }: UploadKey): number {
  if (deadline !== null) return Date.parse(deadline);
  return section.undated === null ? Number.MAX_SAFE_INTEGER : 0;
}

/** Until when a key must be uploaded, in words; the hours left are those when the sheet was written. */
function deadlineOf({ deadline, section }: UploadKey, now: string): string {
  if (deadline === null) return section.undated ?? 'no deadline; the wrapping key must still exist';
  return `by ${utc(deadline)}, ${timeLeft(Date.parse(deadline) - Date.parse(now))} when this sheet was written`;
}

function timeLeft(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000);
  if (hours < 0) return 'which had passed';
  if (hours === 0) return 'less than an hour left';
  return hours === 1 ? '1 hour left' : `${hours} hours left`;
}

/** Whether the bundle is all that there is of a key. */
function fateInHsm(keys: readonly UploadKey[]): Block[] {
  const names = (after: UploadKey['after']): string =>
    keys.filter((key) => key.after === after).map(({ id }) => id).join(', '); // prettier-ignore
  const [destroyed, kept] = [names('destroy'), names('keep')];
  return [
    ...(destroyed === ''
      ? []
      : [
          mark(
            `The ceremony destroys these keys in the HSM: ${destroyed}. This bundle is then the only copy: keep the medium until every check has passed.`,
          ),
        ]),
    ...(kept === '' ? [] : [text(`The HSM keeps: ${kept}.`)]),
  ];
}

function preparation(keys: readonly UploadKey[]): Block[] {
  return [
    heading(2, 'Before you begin'),
    text(
      'Copy the whole folder of this bundle to this computer, leave the medium as it is, and open a shell in the copy, the folder that holds UPLOAD.md: every command is run there. Some put files beside that folder (../), none inside it.',
    ),
    text(
      'A POSIX shell needs awk and openssl, LibreSSL included. PowerShell is 5.1 or later. Besides, this computer needs:',
    ),
    list([...new Set(keys.flatMap(({ section }) => section.tools))]),
    ...checksBefore.map(command),
  ];
}

function notices(sheet: UploadSheet): Block[] {
  if (sheet.notices.length === 0) return [];
  const items = sheet.notices.map((notice) => `${notice.text} (${notice.rule})`);
  return [heading(2, 'Notices'), { kind: 'foreign', form: 'list', items }];
}

function keyBlocks(key: UploadKey, place: number, now: string): Block[] {
  const { id, spec, destination, section } = key;
  const rows = section.failures.map(({ message, meaning }) => [message, meaning]);
  return [
    heading(2, `${place}. ${id} (${spec}) to ${destination}`, true),
    text(`To be uploaded: ${deadlineOf(key, now)}.`),
    ...(section.warnings.length === 0 ? [] : [list(section.warnings)]),
    ...(section.signIn.length === 0 ? [] : [heading(3, 'Sign in'), ...section.signIn.map(command)]),
    heading(3, 'Upload'),
    ...section.upload.map(command),
    heading(3, 'Check afterwards'),
    ...section.checks.map(command),
    ...(rows.length === 0 ? [] : [heading(3, 'When it fails'), table(['Message', 'What it means, what to do'], rows, false)]), // prettier-ignore
  ];
}

/** Where the desk says what the cloud answered, and who has done it. */
function receipt(keys: readonly UploadKey[]): Block[] {
  return [
    heading(2, 'Receipt', true),
    text(
      'One line for each key. Sign only when every check has passed, and give this page back to those who keep the record of the ceremony.',
    ),
    table(
      ['Key', 'Id, version or kid at the cloud', 'Imported, UTC', 'Checks passed, UTC', 'Signature'],
      keys.map(({ id, destination }) => [`${id}, ${destination}`, '', '', '', '']),
      true,
    ),
  ];
}

function heading(level: 1 | 2 | 3, words: string, page = false): Block {
  return { kind: 'heading', level, text: words, page };
}

function mark(words: string): Block {
  return { kind: 'mark', text: words };
}

function text(words: string): Block {
  return { kind: 'text', text: words };
}

function list(items: readonly string[], ordered = false): Block {
  return { kind: 'list', ordered, items };
}

function command(one: UploadCommand): Block {
  return { kind: 'command', ...one };
}

function table(head: readonly string[], rows: readonly (readonly string[])[], form: boolean): Block {
  return { kind: 'table', head, rows, form };
}
