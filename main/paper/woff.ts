import { inflateSync } from 'node:zlib';

// Source: W3C, WOFF File Format 1.0, sections 3 to 5, and OpenType 1.9, "Organization of an OpenType Font".
// fontkit reads WOFF, but cannot cut a subset with composite letters (é, Ł) out of it; out of a plain font it can.

const header = { flavor: 4, numTables: 12, bytes: 44 };
const entry = { tag: 0, offset: 4, compLength: 8, origLength: 12, origChecksum: 16, bytes: 20 };
const plain = { numTables: 4, searchRange: 6, entrySelector: 8, rangeShift: 10, bytes: 12, entryBytes: 16 };

interface Table {
  readonly tag: Uint8Array;
  readonly checksum: number;
  readonly bytes: Uint8Array;
}

/**
 * Unpacks a font: the same tables, uncompressed, behind the directory of a plain font.
 * @param woff - a WOFF 1.0 file that the application ships
 * @returns an OpenType font
 */
export function unpackWoff(woff: Uint8Array): Uint8Array {
  const view = new DataView(woff.buffer, woff.byteOffset, woff.byteLength);
  const count = view.getUint16(header.numTables);
  const tables = Array.from({ length: count }, (_, index) => tableAt(woff, view, header.bytes + index * entry.bytes));
  const start = plain.bytes + count * plain.entryBytes;
  const font = new Uint8Array(tables.reduce((sum, { bytes }) => sum + padded(bytes.length), start));
  const out = new DataView(font.buffer);
  out.setUint32(0, view.getUint32(header.flavor));
  writeCounts(out, count);
  let offset = start;
  tables.forEach(({ tag, checksum, bytes }, index) => {
    const place = plain.bytes + index * plain.entryBytes;
    font.set(tag, place);
    out.setUint32(place + 4, checksum);
    out.setUint32(place + 8, offset);
    out.setUint32(place + 12, bytes.length);
    font.set(bytes, offset);
    offset += padded(bytes.length);
  });
  return font;
}

function tableAt(woff: Uint8Array, view: DataView, place: number): Table {
  const offset = view.getUint32(place + entry.offset);
  const packed = woff.subarray(offset, offset + view.getUint32(place + entry.compLength));
  // A table that would not shrink is stored as it is.
  const isStored = packed.length === view.getUint32(place + entry.origLength);
  return {
    tag: woff.subarray(place + entry.tag, place + entry.tag + 4),
    checksum: view.getUint32(place + entry.origChecksum),
    bytes: isStored ? packed : inflateSync(packed),
  };
}

/** What lets a reader search the directory by halves. */
function writeCounts(out: DataView, count: number): void {
  const selector = Math.floor(Math.log2(count));
  const range = 2 ** selector * plain.entryBytes;
  out.setUint16(plain.numTables, count);
  out.setUint16(plain.searchRange, range);
  out.setUint16(plain.entrySelector, selector);
  out.setUint16(plain.rangeShift, count * plain.entryBytes - range);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
