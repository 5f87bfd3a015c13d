import type { UploadCommand } from '../byok/format.ts';
import { utc } from '../byok/inbound/deadline.ts';
import { checksBefore, deadlineOf, inOrder, type UploadKey, type UploadSheet } from './upload-md.ts';

/** A4, large type, commands whole on a page; nothing is loaded and nothing runs. */
const style = [
  '@page { size: A4; margin: 18mm }',
  'body { font: 11pt/1.45 sans-serif; max-width: 180mm; margin: auto; color: #000; background: #fff }',
  'h1 { font-size: 18pt } h2 { font-size: 14pt; border-top: 2px solid #000; padding-top: 4mm; break-before: page }',
  'h2.first { break-before: avoid } h3 { font-size: 12pt; break-after: avoid }',
  'pre { font: 9pt/1.5 monospace; border: 1px solid #000; padding: 2mm; white-space: pre-wrap; overflow-wrap: anywhere; break-inside: avoid }',
  'table { border-collapse: collapse } td, th { border: 1px solid #000; padding: 1.5mm 2mm; text-align: left; vertical-align: top }',
  '.mark { border: 3px solid #000; padding: 2mm; font-weight: bold }',
].join('\n');

/**
 * Writes UPLOAD.md once more as a page to be printed: the same content in the same order.
 * @param sheet - as for `uploadMarkdown`
 * @returns HTML5, UTF-8, LF, without script, link or anything that is loaded
 */
export function uploadHtml(sheet: UploadSheet): string {
  const keys = inOrder(sheet.keys);
  const title = `Upload of ceremony ${sheet.ceremony}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${text(title)}</title><style>\n${style}\n</style></head>`,
    '<body>',
    `<h1>${text(title)}</h1>`,
    ...(sheet.mode === 'rehearsal' ? ['<p class="mark">REHEARSAL: never put the keys of this bundle to use.</p>'] : []),
    `<p>${text(sheet.title)}. Written ${utc(sheet.createdAt)}. Run every command from the top of the bundle, the folder that holds UPLOAD.md.</p>`,
    '<h2 class="first">Before you begin</h2>',
    ...checksBefore.flatMap(command),
    ...(sheet.notices.length === 0 ? [] : ['<h2 class="first">Notices</h2>', list('ul', sheet.notices.map((notice) => `${notice.text} (${notice.rule})`))]), // prettier-ignore
    '<h2 class="first">Order</h2>',
    list('ol', keys.map((key) => `${key.id}, deadline: ${deadlineOf(key, sheet.createdAt)}`)), // prettier-ignore
    ...keys.flatMap((key, index) => keySection(key, index + 1, sheet.createdAt)),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function keySection(key: UploadKey, place: number, now: string): string[] {
  const { warnings, upload, checks, failures } = key.section;
  return [
    `<h2>${place}. ${text(key.id)} (${text(key.spec)}) to ${text(key.destination)}</h2>`,
    `<p>Deadline: ${text(deadlineOf(key, now))}.</p>`,
    ...(warnings.length === 0 ? [] : [list('ul', warnings)]),
    '<h3>Upload</h3>',
    ...upload.flatMap(command),
    '<h3>Check afterwards</h3>',
    ...checks.flatMap(command),
    ...(failures.length === 0 ? [] : ['<h3>When it fails</h3>', failureTable(failures)]),
  ];
}

function command({ purpose, posix, powershell }: UploadCommand): string[] {
  return [
    `<p>${text(purpose)}</p>`,
    `<p>POSIX shell:</p><pre>${text(posix)}</pre>`,
    `<p>PowerShell:</p><pre>${text(powershell)}</pre>`,
  ];
}

function failureTable(failures: UploadKey['section']['failures']): string {
  const rows = failures.map(({ message, meaning }) => `<tr><td>${text(message)}</td><td>${text(meaning)}</td></tr>`);
  return `<table><tr><th>Message</th><th>What it means, what to do</th></tr>${rows.join('')}</table>`;
}

function list(kind: 'ul' | 'ol', items: readonly string[]): string {
  return `<${kind}>${items.map((item) => `<li>${text(item)}</li>`).join('')}</${kind}>`;
}

/** Text stays text: no mark-up, no direction marks, nobody's line breaks but those of a command. */
function text(raw: string): string {
  return raw
    .replace(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
