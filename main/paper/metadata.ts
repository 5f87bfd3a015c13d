import type { PaperDocument } from '../../app/paper/document.ts';

/** What a PDF says about itself. Nothing of it comes from the clock. */
export interface Metadata {
  readonly Title: string;
  readonly Subject: string;
  readonly Keywords: string;
  readonly Creator: string;
  readonly Producer: string;
  readonly CreationDate?: Date;
  readonly ModDate?: Date;
}

/**
 * What is told about a document.
 * @param paper - the document
 * @param maker - name and version of the application
 */
export function metadataOf(paper: PaperDocument, maker: string): Metadata {
  const date = paper.date === null ? null : new Date(paper.date);
  return {
    Title: `${paper.title}: ${paper.name}`,
    Subject: `${paper.name}, ${paper.mode}`,
    Keywords: `plan SHA-256 ${paper.planSha256}`,
    Creator: maker,
    Producer: maker,
    ...(date === null ? {} : { CreationDate: date, ModDate: date }),
  };
}

/**
 * The same as XMP, which PDF/A asks for (ISO 19005-2, 6.6.2). pdfkit writes its own with values as they are, whatever
 * they hold, and cannot do without a date.
 * @param metadata - see {@link metadataOf}
 * @returns RDF descriptions, without what is around them
 */
export function xmpOf(metadata: Metadata): string {
  const { Title, Subject, Keywords, Creator, Producer, CreationDate, ModDate } = metadata;
  const dates = [
    ...(CreationDate === undefined ? [] : [`<xmp:CreateDate>${xmpDate(CreationDate)}</xmp:CreateDate>`]),
    ...(ModDate === undefined ? [] : [`<xmp:ModifyDate>${xmpDate(ModDate)}</xmp:ModifyDate>`]),
  ];
  return [
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">',
    `<xmp:CreatorTool>${escaped(Creator)}</xmp:CreatorTool>`,
    ...dates,
    '</rdf:Description>',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">',
    `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escaped(Title)}</rdf:li></rdf:Alt></dc:title>`,
    `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(Subject)}</rdf:li></rdf:Alt></dc:description>`,
    '</rdf:Description>',
    '<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">',
    `<pdf:Producer>${escaped(Producer)}</pdf:Producer>`,
    `<pdf:Keywords>${escaped(Keywords)}</pdf:Keywords>`,
    '</rdf:Description>',
  ].join('\n');
}

function xmpDate(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
