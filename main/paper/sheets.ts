import PDFDocument from 'pdfkit';
import type { Fonts } from './fonts.ts';
import { hairline, ink, page } from './look.ts';
import type { Line, Style } from './type.ts';

export type Element = PDFKit.PDFStructureElement;
/** What an element says beside its text, for those who hear the page. */
export interface Spoken {
  readonly alt?: string;
  readonly actual?: string;
  readonly title?: string;
  /** Of a heading cell: what it stands above or beside. */
  readonly scope?: 'Column' | 'Row';
}

/** The sheets of one document and what is drawn on them: nothing is drawn that is neither tagged nor an artifact. */
export class Sheets {
  readonly pdf: PDFKit.PDFDocument;
  readonly #top: Element;

  constructor(pdf: PDFKit.PDFDocument, fonts: Fonts) {
    this.pdf = pdf;
    // pdfkit takes an open fontkit font as well as a file; its types know the file only.
    for (const { name, font } of Object.values(fonts).flat()) pdf.registerFont(name, font as unknown as Uint8Array);
    this.#top = pdf.struct('Document');
    pdf.addStructure(this.#top);
  }

  get top(): Element {
    return this.#top;
  }

  /** Begins a page. @returns where its text begins, from the upper edge */
  turn(): number {
    this.pdf.addPage();
    return page.top;
  }

  /** A new element of the structure below another. */
  element(parent: Element, tag: string, spoken: Spoken = {}): Element {
    const element = this.pdf.struct(tag, { ...spoken });
    parent.add(element);
    return element;
  }

  /**
   * Draws a line of text.
   * @param line - as measured
   * @param style - the one it was measured with
   * @param x - its left end, in points from the left edge
   * @param y - the upper end of its leading, from the upper edge
   * @param element - what it belongs to; null for what is no content, like a page number
   * @param tag - of that element
   */
  text(line: Line, style: Style, x: number, y: number, element: Element | null, tag = 'P'): void {
    const draw = (): void => this.#runs(line, style, x, y + style.leading / 2 + style.size * capHalf);
    if (element === null) this.aside(draw);
    else this.inside(element, tag, draw);
  }

  /** Draws something that belongs to an element. */
  inside(element: Element, tag: string, draw: () => void): void {
    element.add(this.pdf.markStructureContent(tag));
    draw();
    this.pdf.endMarkedContent();
  }

  /** Draws something that is no content: rules, boxes, and what every page repeats. */
  aside(draw: () => void, type: 'Layout' | 'Pagination' = 'Layout'): void {
    this.pdf.markContent('Artifact', { type });
    draw();
    this.pdf.endMarkedContent();
  }

  /** A rule from one point to another. */
  rule(fromX: number, fromY: number, toX: number, toY: number, weight = hairline, colour: string = ink.rule): void {
    this.aside(() => void this.pdf.lineWidth(weight).moveTo(fromX, fromY).lineTo(toX, toY).stroke(colour));
  }

  /** An empty box. */
  box(x: number, y: number, width: number, height: number, weight = hairline): void {
    this.aside(() => void this.pdf.lineWidth(weight).rect(x, y, width, height).stroke(ink.rule));
  }

  #runs(line: Line, { size, colour }: Style, x: number, baseline: number): void {
    let left = x;
    for (const { cut, text, width } of line.runs) {
      this.pdf
        .font(cut.name)
        .fontSize(size)
        .fillColor(colour)
        .text(text, left, baseline, { lineBreak: false, baseline: 'alphabetic' });
      left += width;
    }
  }
}

/** Half the height of a capital of IBM Plex, in parts of its size: what puts a line into the middle of its leading. */
const capHalf = 0.349;

/** Opens a document for {@link Sheets}. */
export function openPdf(options: PDFKit.PDFDocumentOptions): PDFKit.PDFDocument {
  return new PDFDocument(options);
}
