import { parsePlanDocument } from '../../app/ceremony/plan.ts';
import type { Block, PaperDocument } from '../../app/paper/document.ts';
import { scriptOf } from '../../app/paper/script.ts';
import { checkout } from '../../main/cli/installation.ts';
import { locate } from '../../main/locations.ts';
import { readFonts, type Fonts } from '../../main/paper/fonts.ts';
import { printPdf } from '../../main/paper/pdf.ts';
import { readPdf, type ReadPdf } from './pdf-text.ts';

/** Where the typefaces lie in a checkout. */
export const fontFolder = locate(checkout, null).fonts;
export const verifierPath = locate(checkout, null).verifier;

let read: Fonts | null = null;

/** The typefaces, read once. */
export function fonts(): Fonts {
  read ??= readFonts(fontFolder);
  return read;
}

/** The script of a plan document. */
export function scriptFor(document: unknown, mode: PaperDocument['mode'] = 'rehearsal'): PaperDocument {
  return scriptOf(parsePlanDocument(document), { mode });
}

/** A document of these blocks alone. */
export function paperOf(blocks: readonly Block[], more: Partial<PaperDocument> = {}): PaperDocument {
  const planSha256 = 'e5'.repeat(32);
  return { title: 'Payroll', name: 'Report', mode: 'production', planSha256, date: null, blocks, ...more };
}

/** The file of a document. */
export function printed(paper: PaperDocument): Promise<Uint8Array> {
  return printPdf(paper, fonts(), 'Keyferry 0.0.0');
}

/** A document, printed and read back. */
export async function readBack(paper: PaperDocument): Promise<ReadPdf> {
  return readPdf(await printed(paper));
}
