import type { PaperDocument } from '../../app/paper/document.ts';
import { piecesOf, type Bookmark } from './blocks.ts';
import type { Fonts } from './fonts.ts';
import { measure, page } from './look.ts';
import { metadataOf, xmpOf, type Metadata } from './metadata.ts';
import { paginate } from './piece.ts';
import { drawRunning } from './running.ts';
import { openPdf, Sheets } from './sheets.ts';
import { Type } from './type.ts';

/**
 * Prints a document as PDF/A-2a (ISO 19005-2): tagged, every font embedded, readable in ten years. The same document
 * gives the same bytes: nothing in them comes from the clock or from randomness.
 * @param paper - what is printed
 * @param fonts - see `readFonts`
 * @param maker - name and version of the application
 * @returns the file
 */
export async function printPdf(paper: PaperDocument, fonts: Fonts, maker: string): Promise<Uint8Array> {
  const pdf = open(metadataOf(paper, maker), fonts);
  const file = collected(pdf);
  const sheets = new Sheets(pdf, fonts);
  const type = new Type(fonts);
  const setting = { sheets, type, x: page.left, width: measure, parent: sheets.top };
  paginate(piecesOf(setting, paper.blocks, bookmarks(pdf)), sheets);
  drawRunning(paper, sheets, type, maker);
  sheets.top.end();
  pdf.end();
  return file;
}

function open(metadata: Metadata, fonts: Fonts): PDFKit.PDFDocument {
  // pdfkit makes the file's id from these values, with the date; a document without one is given none afterwards.
  const info = { CreationDate: new Date(0), ...metadata };
  const pdf = openPdf({
    size: [page.width, page.height],
    margin: 0,
    autoFirstPage: false,
    bufferPages: true,
    pdfVersion: '1.7',
    subset: 'PDF/A-2a',
    tagged: true,
    lang: 'en',
    displayTitle: true,
    // Without one pdfkit opens a font of its own, which would not be embedded. Its types know a file's name only.
    font: fonts.regular[0]?.font as unknown as string,
    info,
  });
  if (metadata.CreationDate === undefined) delete pdf.info.CreationDate;
  // The one method of pdfkit that is replaced: see xmpOf. A test reads the metadata back.
  return Object.assign(pdf, { _addInfo: () => pdf.appendXML(xmpOf(metadata)) });
}

function collected(pdf: PDFKit.PDFDocument): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  return new Promise((resolve, reject) => {
    pdf.on('data', (part: Uint8Array) => parts.push(part));
    pdf.on('end', () => resolve(new Uint8Array(Buffer.concat(parts))));
    pdf.on('error', reject);
  });
}

/** Bookmarks below each other, each to the whole page it stands on. */
function bookmarks(pdf: PDFKit.PDFDocument): Bookmark {
  // pdfkit's `fit` is not in its types.
  const options = { expanded: true, fit: true };
  const open: PDFKit.PDFOutline[] = [pdf.outline];
  return (text, level) => {
    const parent = open.slice(0, level).at(-1) ?? pdf.outline;
    const depth = Math.min(level, open.length);
    open.length = depth;
    open.push(parent.addItem(text, options));
  };
}
