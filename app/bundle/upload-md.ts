import type { UploadCommand } from '../byok/format.ts';
import { blocksOf, type Block, type UploadSheet } from './upload-content.ts';

/**
 * Writes the sheet for the online desk.
 * @param sheet - the ceremony, its notices and its keys in the plan's order
 * @returns Markdown (CommonMark with tables), LF
 */
export function uploadMarkdown(sheet: UploadSheet): string {
  return `${blocksOf(sheet).map(written).join('\n\n')}\n`;
}

function written(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${inline(block.text)}`;
    case 'mark':
      return `**${inline(block.text)}**`;
    case 'text':
      return ours(block.text);
    case 'list':
      return listed(block.items.map(ours), block.ordered);
    case 'foreign':
      return block.form === 'list' ? listed(block.items.map(unlinked), false) : block.items.map(unlinked).join('\n\n');
    case 'command':
      return command(block);
    case 'table':
      return table(block.head, block.rows);
  }
}

function listed(items: readonly string[], ordered: boolean): string {
  return items.map((item, index) => `${ordered ? `${index + 1}.` : '-'} ${item}`).join('\n');
}

function command({ purpose, posix, powershell }: UploadCommand): string {
  const blocks =
    posix === powershell
      ? ['POSIX shell and PowerShell:', fenced('sh', posix)]
      : ['POSIX shell:', fenced('sh', posix), 'PowerShell:', fenced('powershell', powershell)];
  return [ours(purpose), ...blocks].join('\n\n');
}

/** A fence longer than any run of backticks inside, so that the text cannot end it. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/gu) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(inline).join(' | ')} |`;
  return [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n');
}

/**
 * Words of ours: a name with an underscore, as clouds give to errors and members, becomes code, where it stands as it is,
 * so that a search in the bare text finds it. Nothing that could end the code is part of such a name.
 */
function inline(text: string): string {
  const pieces = text.split(/([A-Za-z0-9][A-Za-z0-9.-]*_[A-Za-z0-9_.-]*[A-Za-z0-9])/u);
  return pieces.map((piece, index) => (index % 2 === 1 ? `\`${piece}\`` : escaped(piece))).join('');
}

/** Words of ours where a line begins. */
function ours(text: string): string {
  return atStart(inline(text));
}

/**
 * Keeps a text from becoming mark-up: one line, no HTML, entity, link, emphasis, code or cell of its own. CommonMark takes a
 * backslash before any ASCII punctuation.
 */
function escaped(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\\`*_<>[\]|~&]/gu, '\\$&');
}

/** Keeps the beginning of a line from becoming a heading, a rule or a list. */
function atStart(line: string): string {
  return line.replace(/^([-+=#]|\d+(?=[.)]))/u, (start) => (/\d/u.test(start) ? `${start}\\` : `\\${start}`));
}

/** For text that came on media besides: no address in it may become a link by itself, as GitHub and mail readers do. */
function unlinked(text: string): string {
  return atStart(escaped(text))
    .replace(/www\./giu, (start) => `${start.slice(0, -1)}\\.`)
    .replace(/:(?=\/\/)|(?<=mailto|xmpp):|@/giu, '\\$&');
}
