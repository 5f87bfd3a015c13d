import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { entryHash } from '../../../app/audit/entry.ts';
import { extractBytes, parseExtract } from '../../../app/audit/extract.ts';
import { transcriptText } from '../../../app/bundle/transcript.ts';
import { sampleLog } from './bundle-maker.ts';
import { sampleEvents } from './sample-bundle.ts';

const entries = sampleLog(sampleEvents());
const tell = (event: JsonValue) => transcriptText(sampleLog([event])).split('\n');

describe('a transcript', () => {
  it('tells every entry with number, time, actor, type and hash', () => {
    const lines = transcriptText(entries).split('\n');
    expect(lines).toContain('1  2026-11-23 14:00:00.000 UTC  p1  ceremony opened');
    for (const entry of entries) expect(lines).toContain(`    hash: ${entryHash(entry)}`);
  });

  it('is marked as a rehearsal when it is one', () => {
    expect(transcriptText(entries)).toContain('REHEARSAL');
    expect(tell({ type: 'ceremony-opened', mode: 'production' }).join('\n')).not.toContain('REHEARSAL');
    expect(transcriptText([])).not.toContain('REHEARSAL');
  });

  it('indents what is nested and leaves long hex in one piece', () => {
    const hex = 'ab'.repeat(300);
    const lines = tell({
      type: 'kek-read',
      spkiSha256: hex,
      kek: { bits: 2048, files: ['a', 'b'] },
      keys: [{ id: 'x' }, 7],
    });
    expect(lines.slice(4, 16)).toEqual([
      '    kek:',
      '      bits: 2048',
      '      files:',
      '        1: a',
      '        2: b',
      '    keys:',
      '      1:',
      '        id: x',
      '      2: 7',
      expect.stringMatching(/^ {4}spki sha256: (?:ab){300}$/u),
      expect.stringMatching(/^ {4}hash: /u),
      '',
    ]);
  });

  it('tells a log that was read back like the one that was written', () => {
    expect(transcriptText(parseExtract(extractBytes(entries)))).toBe(transcriptText(entries));
  });

  it('gives every value a line, so that one cannot pass for two', () => {
    const two = tell({ type: 't', files: ['a', 'b'] });
    const one = tell({ type: 't', files: ['a, b'] });
    expect(two.filter((line) => / {6}\d: /u.test(line))).toHaveLength(2);
    expect(one.filter((line) => / {6}\d: /u.test(line))).toHaveLength(1);
  });

  it('has a word for what is empty', () => {
    const lines = tell({ type: 't', a: null, b: '', c: [], d: {}, e: true, f: false });
    for (const name of ['a', 'b', 'c', 'd']) expect(lines).toContain(`    ${name}: none`);
    expect(lines).toContain('    e: yes');
    expect(lines).toContain('    f: no');
  });

  it('tells events of any shape', () => {
    expect(tell('words')).toContain('    value: words');
    expect(tell([1, 2])).toEqual(expect.arrayContaining(['    value:', '      1: 1', '      2: 2']));
    expect(tell({ type: 7 })).toContain('    type: 7');
  });

  it('lets nobody begin a line of their own or turn the text around', () => {
    const hostile = 'x\n9  2026-11-23\u2028y\u202ez';
    const lines = tell({ type: hostile, [hostile]: hostile });
    expect(lines.filter((line) => line.startsWith('9'))).toEqual([]);
    expect(lines.join('')).not.toMatch(/[\u2028\u202e]/u);
  });

  it('is the same for the same log, and names every string in it', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[A-Za-z0-9]{1,20}$/u), { maxLength: 5 }), (words) => {
        const told = tell({ type: 't', words });
        expect(told).toEqual(tell({ type: 't', words }));
        for (const word of words) expect(told.join('\n')).toContain(word);
      }),
    );
  });
});
