import type { Fact } from '../contract/view.ts';
import type { Block } from './document.ts';

/**
 * Puts on paper what the window shows, in the same words.
 * @param facts - of a step, or of a plan
 */
export function blocksOf(facts: readonly Fact[]): Block[] {
  return facts.map(blockOf);
}

function blockOf(fact: Fact): Block {
  switch (fact.kind) {
    case 'values':
    case 'notice':
      return fact;
    case 'fingerprint':
      return { kind: 'hash', caption: fact.caption, hex: fact.hex, words: fact.words };
    case 'table': {
      const { kind, caption, columns, rows } = fact;
      return { kind, caption, columns: columns.map((heading) => ({ heading })), rows, isForm: false };
    }
    case 'deadline':
      return { kind: 'values', caption: fact.caption, items: [{ label: 'Ends', value: fact.ends, isCode: true }] };
  }
}
