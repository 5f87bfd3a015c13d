import type { PaperDocument } from '../../app/paper/document.ts';
import { shortLine } from '../../app/keys/short-form.ts';
import { hairline, ink, measure, page, styles } from './look.ts';
import type { Sheets } from './sheets.ts';
import type { Line, Style, Type } from './type.ts';

const band = { height: 10, top: 26, gap: 10, step: 5 } as const;
const headY = 50;
const footY = page.height - 58;
const rehearsalWord = 'REHEARSAL';

/**
 * Draws what every page repeats, once the number of pages is known: title, short form of the plan's hash, page number,
 * room for initials, and on rehearsal paper the word and its hatched bands.
 * @param paper - the document
 * @param sheets - with all pages still open
 * @param maker - name and version of the application
 */
export function drawRunning(paper: PaperDocument, sheets: Sheets, type: Type, maker: string): void {
  const { count } = sheets.pdf.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    sheets.pdf.switchToPage(index);
    const put = (line: Line, x: number, y: number, style: Style = styles.running): void =>
      sheets.text(line, style, x, y, null);
    const mark = type.fitted(`Plan ${shortLine(paper.planSha256)}`, styles.running, measure / 2);
    put(type.fitted(paper.title, styles.running, measure - mark.width - 16), page.left, headY);
    put(mark, page.left + measure - mark.width, headY);
    sheets.rule(page.left, headY + 14, page.left + measure, headY + 14, hairline);
    sheets.rule(page.left, footY - 4, page.left + measure, footY - 4, hairline);
    put(type.fitted(`${paper.name}, ${maker}`, styles.running, measure / 3), page.left, footY);
    const number = type.fitted(`Page ${index + 1} of ${count}`, styles.running, measure / 3);
    put(number, page.left + measure - number.width, footY);
    put(type.fitted('Initials of everybody:', styles.running, 90), page.left + measure * 0.34, footY);
    sheets.rule(page.left + measure * 0.34 + 82, footY + 11, page.left + measure * 0.82, footY + 11, hairline);
    if (paper.mode === 'rehearsal') {
      for (const y of [band.top, page.height - band.top - band.height]) drawBand(sheets, type, y);
    }
  }
}

/** Hatched to either side of the word, so that a copier keeps it. */
function drawBand(sheets: Sheets, type: Type, y: number): void {
  const word = type.fitted(rehearsalWord, styles.mark, measure);
  const left = (page.width - word.width) / 2;
  sheets.text(word, styles.mark, left, y - 1, null);
  hatch(sheets, page.left, left - band.gap, y);
  hatch(sheets, left + word.width + band.gap, page.left + measure, y);
}

function hatch(sheets: Sheets, fromX: number, toX: number, y: number): void {
  sheets.aside(() => {
    const { pdf } = sheets;
    pdf
      .save()
      .rect(fromX, y, toX - fromX, band.height)
      .clip()
      .lineWidth(1.4);
    for (let x = fromX - band.height; x < toX; x += band.step) {
      pdf.moveTo(x, y + band.height).lineTo(x + band.height, y);
    }
    pdf.stroke(ink.rehearsal).restore();
  }, 'Pagination');
}
