import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adviceOn, checkPassphrase, passphraseBytes, type PassphraseFault } from '../../../app/approval/passphrase.ts';
import { bytesToHex } from '../../../app/keys/bytes.ts';

const ada = 'Ada Lovelace';
const faultsOf = (text: string, person = ada): readonly PassphraseFault[] =>
  adviceOn(passphraseBytes(text), person).faults;

describe('a passphrase that somebody chooses', () => {
  it.each([
    'correct horse battery staple',
    'vier Bäume tragen Zinn',
    'quiet-lantern-7-oyster',
    'x7#Lq!9vT2&m',
    'первый снег и медь',
    '砂糖とカエルの郵便局で踊る',
    '31415926535897932384626433',
    'tea with eleven otters 🦦',
  ])('is taken: %s', (text) => {
    expect(faultsOf(text)).toEqual([]);
    expect(checkPassphrase(passphraseBytes(text), ada)).toBeNull();
    expect(adviceOn(passphraseBytes(text), ada).meter).toBeGreaterThan(0);
  });

  it.each<[string, PassphraseFault]>([
    ['', 'too-short'],
    ['horse-stapl', 'too-short'],
    ['abababababcd', 'few-characters'],
    ['            ', 'few-characters'],
    ['AaAaBbBbCcCcDdDd', 'few-characters'],
    ['hunter2hunter2', 'pattern'],
    ['Monday!mONDAY!MON', 'pattern'],
    ['abcdefghijklmnop', 'pattern'],
    ['zyxwvutsrqponmlk', 'pattern'],
    ['qwertyuiopasdfgh', 'pattern'],
    ['QWERTZUIOPasdfgh', 'pattern'],
    ['1234567890qwert', 'pattern'],
    ['abcdef123456', 'pattern'],
    ['aaaaaabcdefffff', 'pattern'],
    ['2718281828459', 'only-digits'],
    ['24.12.1815 - 27.11', 'only-digits'],
    ['1815 1852 4711 0815', 'only-digits'],
    ['my name is Lovelace', 'has-the-name'],
    ['x-A-D-A-lovelace-7', 'has-the-name'],
    ['adalovelace & otters', 'has-the-name'],
    ['tab\tbetween the words', 'not-text'],
    ['line\nbetween the words', 'not-text'],
    ['zero\u200bwidth between words', 'not-text'],
  ])('is refused: %j, %s', (text, fault) => {
    expect(faultsOf(text)).toContain(fault);
    expect(adviceOn(passphraseBytes(text), ada).meter).toBe(0);
    expect(checkPassphrase(passphraseBytes(text), ada)?.rule).toBe('APPROVAL-PASSPHRASE-STRONG');
  });

  it('is refused with all that is against it, and without a word of the passphrase', () => {
    const refused = checkPassphrase(passphraseBytes('lovelacelovelace'), ada);
    expect(faultsOf('lovelacelovelace')).toEqual(['pattern', 'has-the-name']);
    expect(JSON.stringify(refused)).not.toContain('lovelace');
  });

  it('may hold a short name that stands in many words, but not a whole one', () => {
    expect(faultsOf('planning the canned peas', 'Ann Lee')).toEqual([]);
    expect(faultsOf('annlee plans the peas', 'Ann Lee')).toEqual(['has-the-name']);
  });

  it('holds no name however it is written: accents, case and scripts without case', () => {
    expect(faultsOf('under ZOE-ANGSTROM bridge', 'Zoë Ångström')).toContain('has-the-name');
    expect(faultsOf('静かな李明の砂糖と蛙の庭で', '李明')).toContain('has-the-name');
    expect(faultsOf('静かな砂糖と蛙の庭で踊る人', '李明')).not.toContain('has-the-name');
  });

  it('with a person whose name is not known yet is judged by the rest', () => {
    expect(faultsOf('correct horse battery staple', '')).toEqual([]);
    expect(faultsOf('correct horse battery staple', ' . ')).toEqual([]);
  });
});

describe('the meter', () => {
  it('never falls while unforeseen words are added, and ends at 4', () => {
    const words = ['otter ', 'lamp ', 'juniper ', 'brick ', 'velvet '];
    const meters = words.map((_, count) => adviceOn(passphraseBytes(words.slice(0, count + 1).join('')), ada).meter);
    expect(meters).toEqual([...meters].sort((a, b) => a - b));
    expect(meters.at(0)).toBe(0);
    expect(meters.at(-1)).toBe(4);
  });

  it('gives nothing for characters that only run on', () => {
    const plain = adviceOn(passphraseBytes('otter lamp brick'), ada).meter;
    expect(adviceOn(passphraseBytes('otter lamp brickkkkkkkkkkkkk'), ada).meter).toBe(plain);
    expect(adviceOn(passphraseBytes('otter lamp brick'), ada).meter).toBeLessThan(4);
  });

  it('is 0 exactly for what is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const { faults, meter } = adviceOn(passphraseBytes(text), ada);
        expect(meter === 0).toBe(faults.length > 0);
      }),
    );
  });
});

describe('the bytes of a passphrase', () => {
  it('are the same however a keyboard composes its letters (NFKC)', () => {
    expect(passphraseBytes('Zu\u0308rich ﬁnds ①')).toEqual(passphraseBytes('Z\u00fcrich finds 1'));
  });

  it('are UTF-8', () => expect(bytesToHex(passphraseBytes('é€🦦'))).toBe('c3a9e282acf09fa6a6'));

  it('count by characters, not by bytes', () => {
    // 11 characters in 31 bytes.
    expect(faultsOf('砂糖とカエルの郵便局 ')).toContain('too-short');
    expect(faultsOf('🦦🦁🐙🦉🐢🦊🐝🦒🐪🦔🐧🦜')).toEqual([]);
  });

  it('that are no UTF-8 are refused: main takes them from the window', () => {
    for (const wrong of [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf0, 0x9f, 0xa6], [0x80]]) {
      const bytes = Uint8Array.of(...passphraseBytes('correct horse battery'), ...wrong);
      expect(adviceOn(bytes, ada)).toEqual({ faults: ['not-text'], meter: 0 });
    }
  });

  it('are left to whoever has to overwrite them', () => {
    const bytes = passphraseBytes('correct horse battery staple');
    const before = Uint8Array.from(bytes);
    adviceOn(bytes, ada);
    expect(bytes).toEqual(before);
  });
});
