import { hexGroups } from '../keys/fingerprint.ts';
import type { CustodyRecord } from './custody.ts';

/** A line of the custody register as people read it. */
export interface CustodyLine {
  readonly what: string;
  /** The bag, the medium or the credential. */
  readonly thing: string;
  readonly detail: string;
}

/**
 * Tells a line of the register: for the screen and for the printed report.
 * @param record - the line as the log has it
 * @returns all of it but the people and the time
 */
export function custodyInWords(record: CustodyRecord): CustodyLine {
  switch (record.kind) {
    case 'bag-sealed': {
      const from = record.replaces === null || record.replaces === record.bag ? '' : `, from bag ${record.replaces}`;
      return { what: 'Bag sealed', thing: record.bag, detail: `${record.content}${from}` };
    }
    case 'bag-opened': {
      const matched = record.idMatched ? 'number and seal as listed' : 'number or seal NOT as listed';
      return { what: 'Bag opened', thing: record.bag, detail: `${record.content}; ${matched}` };
    }
    case 'bag-destroyed':
      return { what: 'Bag destroyed', thing: record.bag, detail: '' };
    case 'medium': {
      const { serial, bag, written } = record;
      const parts = [`serial ${serial === '' ? 'none' : serial}`, copyInWords(written), inBag(bag)];
      return {
        what: `Medium (${record.use})`,
        thing: record.label,
        detail: parts.filter((part) => part !== '').join(', '),
      };
    }
    case 'credential':
      return { what: `Credential ${record.state}`, thing: record.what, detail: inBag(record.bag) };
  }
}

function copyInWords(written: Extract<CustodyRecord, { kind: 'medium' }>['written']): string {
  if (written === null) return '';
  return `copy ${written.copy} of the bundle, written and read: manifest ${hexGroups(written.manifestSha256).join(' ')}`;
}

function inBag(bag: string): string {
  return bag === '' ? '' : `in bag ${bag}`;
}
