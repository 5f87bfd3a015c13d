import type { UploadCommand, UploadSection } from '../byok/format.ts';
import { utc } from '../byok/inbound/deadline.ts';
import type { Manifest } from './manifest.ts';

/** What UPLOAD.md says about one key. */
export interface UploadKey {
  readonly id: string;
  readonly spec: string;
  /** The service's own name. */
  readonly destination: string;
  /** ISO 8601 with `Z`; null when none is known. */
  readonly deadline: string | null;
  readonly section: UploadSection;
}

/** All that UPLOAD.md is made of. */
export interface UploadSheet {
  readonly ceremony: string;
  readonly title: string;
  readonly mode: Manifest['mode'];
  /** ISO 8601 with `Z`; the hours left are counted from here. */
  readonly createdAt: string;
  readonly notices: readonly { readonly rule: string; readonly text: string }[];
  readonly keys: readonly UploadKey[];
}

/** Says on which bytes of the bundle the upload rests. Both commands stay silent on nothing and name every file that differs. */
const compareFiles: UploadCommand = {
  purpose: 'Compare every file with MANIFEST.json. Go on only when each one is OK.',
  posix: `awk -F'"' '$2=="path"{p=$4} $2=="sha256"{print $4"  "p}' MANIFEST.json | sha256sum -c -`,
  powershell: [
    '(Get-Content -Raw MANIFEST.json | ConvertFrom-Json).files | ForEach-Object {',
    "  $same = (Get-FileHash -Algorithm SHA256 -LiteralPath $_.path).Hash -eq $_.sha256; '{0}: {1}' -f $_.path, $(if ($same) { 'OK' } else { 'DIFFERS' })",
    '}',
  ].join('\n'),
};

const hashManifest: UploadCommand = {
  purpose: 'Compare the hash of MANIFEST.json with the one that the room read out or printed.',
  posix: 'sha256sum MANIFEST.json',
  powershell: '(Get-FileHash -Algorithm SHA256 -LiteralPath MANIFEST.json).Hash.ToLower()',
};

/** What the online desk does before anything is uploaded. */
export const checksBefore: readonly UploadCommand[] = [hashManifest, compareFiles];

/** The keys in the order of their upload: what ends first comes first, what does not end last. */
export function inOrder(keys: readonly UploadKey[]): readonly UploadKey[] {
  return keys.toSorted((one, other) => timeOf(one) - timeOf(other));
}

/**
 * Writes the sheet for the online desk: what to do, in which order, until when.
 * @param sheet - the ceremony, its notices and its keys in the plan's order
 * @returns Markdown (CommonMark with tables), LF; keys that must be uploaded first come first
 */
export function uploadMarkdown(sheet: UploadSheet): string {
  const keys = inOrder(sheet.keys);
  return [
    `# Upload of ceremony ${sheet.ceremony}`,
    ...(sheet.mode === 'rehearsal' ? ['**REHEARSAL: never put the keys of this bundle to use.**'] : []),
    `${unlinked(sheet.title)}. Written ${utc(sheet.createdAt)}. Run every command from the top of this bundle, the folder that holds this file.`,
    '## Before you begin',
    ...checksBefore.flatMap(command),
    ...(sheet.notices.length === 0
      ? []
      : ['## Notices', bullets(sheet.notices.map(({ rule, text }) => `${unlinked(text)} (${rule})`))]),
    '## Order',
    keys.map((key, index) => `${index + 1}. ${key.id}, deadline: ${deadlineOf(key, sheet.createdAt)}`).join('\n'),
    ...keys.flatMap((key, index) => keySection(key, index + 1, sheet.createdAt)),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function keySection(key: UploadKey, place: number, now: string): string[] {
  const { id, spec, destination, section } = key;
  return [
    `## ${place}. ${id} (${spec}) to ${escaped(destination)}`,
    `Deadline: ${deadlineOf(key, now)}.`,
    ...(section.warnings.length === 0 ? [] : [bullets(section.warnings.map(escaped))]),
    '### Upload',
    ...section.upload.flatMap(command),
    '### Check afterwards',
    ...section.checks.flatMap(command),
    ...(section.failures.length === 0 ? [] : ['### When it fails', failureTable(section.failures)]),
  ];
}

function command({ purpose, posix, powershell }: UploadCommand): string[] {
  return [escaped(purpose), 'POSIX shell:', fenced('sh', posix), 'PowerShell:', fenced('powershell', powershell)];
}

/** A fence longer than any run of backticks inside, so that the text cannot end it. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/gu) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function failureTable(failures: UploadSection['failures']): string {
  const rows = failures.map(({ message, meaning }) => `| ${escaped(message)} | ${escaped(meaning)} |`);
  return ['| Message | What it means, what to do |', '|---|---|', ...rows].join('\n');
}

function bullets(texts: readonly string[]): string {
  return texts.map((text) => `- ${text}`).join('\n');
}

/**
 * Keeps a text from becoming mark-up: one line, no HTML, entity, link, emphasis, code, cell or list of its own. CommonMark
 * takes a backslash before any ASCII punctuation.
 */
function escaped(text: string): string {
  return text
    .replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\\`*_<>[\]|~&]/gu, '\\$&')
    .replace(/^([-+=#]|\d+(?=[.)]))/u, (start) => (/\d/u.test(start) ? `${start}\\` : `\\${start}`));
}

/** For text that came on media besides: no address in it may become a link by itself, as GitHub and mail readers do. */
function unlinked(text: string): string {
  return escaped(text)
    .replace(/www\./giu, (start) => `${start.slice(0, -1)}\\.`)
    .replace(/:(?=\/\/)|(?<=mailto|xmpp):|@/giu, '\\$&');
}

/** When a key's deadline ends; a key without one comes after all that have one. */
function timeOf({ deadline }: UploadKey): number {
  return deadline === null ? Number.MAX_SAFE_INTEGER : Date.parse(deadline);
}

/**
 * Says until when a key must be uploaded.
 * @param key - its deadline, and what is known when there is none
 * @param now - when the sheet is written; the hours left are counted from here
 */
export function deadlineOf({ deadline, section }: Pick<UploadKey, 'deadline' | 'section'>, now: string): string {
  if (deadline === null) return section.undated ?? 'none is named in what was carried in';
  const hours = Math.floor((Date.parse(deadline) - Date.parse(now)) / 3_600_000);
  return `${utc(deadline)}, ${hours} hours left when this sheet was written`;
}
