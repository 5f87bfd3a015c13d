import type { UploadCommand } from '../byok/format.ts';
import { blocksOf, rehearsalMark, titleOf, type Block, type UploadSheet } from './upload-content.ts';

/**
 * A4, large type, commands whole on a page; nothing is loaded and nothing runs. A line of a command has its number beside
 * it, and a word of it, such as an option, breaks only where it is longer than the page is wide.
 */
const style = [
  'body { font: 11pt/1.45 sans-serif; max-width: 174mm; margin: auto; color: #000; background: #fff }',
  'h1 { font-size: 18pt } h2 { font-size: 14pt; border-top: 2px solid #000; padding-top: 4mm } h3 { font-size: 12pt }',
  'h1, h2, h3, .lead { break-after: avoid; break-inside: avoid } li, tr, .mark { break-inside: avoid }',
  'p { orphans: 3; widows: 3; overflow-wrap: anywhere }',
  'pre { font: 9pt/1.5 monospace; border: 1px solid #000; padding: 2mm 2mm 2mm 9mm; white-space: pre-wrap; overflow-wrap: anywhere; break-inside: avoid; counter-reset: line }',
  'pre b { font-weight: normal; counter-increment: line }',
  'pre b::before { content: counter(line); display: inline-block; width: 5mm; margin-left: -7mm; padding-right: 2mm; text-align: right; font: 7pt sans-serif }',
  'pre span { display: inline-block; max-width: 100%; vertical-align: top }',
  'table { border-collapse: collapse; width: 100% } td, th { border: 1px solid #000; padding: 1.5mm 2mm; text-align: left; vertical-align: top; overflow-wrap: break-word }',
  '.form td { height: 18mm } .form th:nth-child(2) { width: 48mm } .form th:last-child { width: 38mm }',
  '.mark { border: 3px solid #000; padding: 2mm; font-weight: bold }',
  '.page { break-before: page }',
];

/**
 * Writes UPLOAD.md once more as a page to be printed: the same content in the same order.
 * @param sheet - as for `uploadMarkdown`
 * @returns HTML5, UTF-8, LF, without script, link or anything that is loaded
 */
export function uploadHtml(sheet: UploadSheet): string {
  const [first = '', ...rest] = blocksOf(sheet).flatMap(written);
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${text(titleOf(sheet))}</title><style>`,
    pageStyle(sheet),
    ...style,
    '</style></head>',
    '<body>',
    first,
    '<p>Each line of a command has its number before it: what has none goes on with the line above, behind a space where that one is not full.</p>',
    ...rest,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** On every page: which ceremony, which page of how many, and the mark of a rehearsal. */
function pageStyle(sheet: UploadSheet): string {
  const boxes = [
    ...(sheet.mode === 'rehearsal' ? [`@top-center { content: ${cssString(rehearsalMark)}; font: bold 11pt sans-serif }`] : []), // prettier-ignore
    `@bottom-left { content: ${cssString(titleOf(sheet))}; font: 9pt sans-serif }`,
    '@bottom-right { content: "Page " counter(page) " of " counter(pages); font: 9pt sans-serif }',
  ];
  return `@page { size: A4; margin: 18mm; ${boxes.join(' ')} }`;
}

/** A string of CSS: whatever is neither letter, digit, space nor hyphen is escaped by its number, the quote too. */
function cssString(raw: string): string {
  return `"${raw.replace(/[^A-Za-z0-9 -]/gu, (one) => `\\${(one.codePointAt(0) ?? 0).toString(16)} `)}"`;
}

function written(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
      return [`<h${block.level}${block.page ? ' class="page"' : ''}>${text(block.text)}</h${block.level}>`];
    case 'mark':
      return [`<p class="mark">${text(block.text)}</p>`];
    case 'text':
      return [`<p>${text(block.text)}</p>`];
    case 'list':
      return [list(block.ordered ? 'ol' : 'ul', block.items)];
    case 'foreign':
      return block.form === 'list' ? [list('ul', block.items)] : block.items.map((item) => `<p>${text(item)}</p>`);
    case 'command':
      return command(block);
    case 'table':
      return [table(block)];
  }
}

function command({ purpose, posix, powershell }: UploadCommand): string[] {
  const inShell = (shell: string, code: string): string[] => [
    `<p class="lead">${shell}:</p>`,
    `<pre>${lines(code)}</pre>`,
  ];
  return [
    `<p class="lead">${text(purpose)}</p>`,
    ...(posix === powershell
      ? inShell('POSIX shell and PowerShell', posix)
      : [...inShell('POSIX shell', posix), ...inShell('PowerShell', powershell)]),
  ];
}

/** The text of a command as it is, each line and each word of it in an element of its own. */
function lines(code: string): string {
  const words = (line: string): string => text(line).replace(/[^ ]+/gu, '<span>$&</span>');
  return code.split('\n').map((line) => `<b>${words(line)}</b>`).join('\n'); // prettier-ignore
}

function table({ head, rows, form }: Extract<Block, { kind: 'table' }>): string {
  const row = (cells: readonly string[], kind: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${kind}>${text(cell)}</${kind}>`).join('')}</tr>`;
  return `<table${form ? ' class="form"' : ''}><thead>${row(head, 'th')}</thead>${rows.map((cells) => row(cells, 'td')).join('')}</table>`;
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
