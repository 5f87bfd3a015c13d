import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { layout } from '../../../app/bundle/layout.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { bytesToUtf8 } from '../../../app/keys/bytes.ts';
import { application, manifestOf, utf8, withLog, withManifest, type Files } from './bundle-maker.ts';
import { foreignBundle, sampleBundle, sampleEvents } from './sample-bundle.ts';

const rule = 'BUNDLE-REPORT-AS-LOGGED';
const sample = sampleBundle();
const reportOf = (files: Files): string => bytesToUtf8(files.get(layout.report) ?? new Uint8Array()) ?? '';
const outcomeOf = (files: Files, version = application): string | undefined =>
  verifyBundle({ folder: sample.folder, files }, version).find((result) => result.rule === rule)?.outcome;
const broken = (files: Files): string[] =>
  verifyBundle({ folder: sample.folder, files }, application).flatMap((each) => (each.outcome === 'broken' ? [each.rule] : [])); // prettier-ignore

describe('the report of a bundle', () => {
  it('is what its log gives', () => {
    expect(outcomeOf(sample.files)).toBe('holds');
    expect(JSON.parse(reportOf(sample.files))).toMatchObject({ keyferryReport: 1, people: [{ name: 'Ada' }, { name: 'Kim' }] }); // prettier-ignore
  });

  it('is found out when it tells something else, even where the manifest was made to fit', () => {
    const told = reportOf(sample.files).replace('"name": "Ada"', '"name": "Eve"');
    const forged = withManifest(new Map([...sample.files, [layout.report, utf8(told)]]));
    expect(broken(forged)).toEqual([rule]);
  });

  it('is not there in a bundle that lacks it, which no manifest can mend', () => {
    const bare = withManifest(new Map([...sample.files].filter(([path]) => path !== layout.report)));
    expect(broken(bare)).toContain(rule);
    expect(broken(bare)).toContain('BUNDLE-FILES-KNOWN');
  });

  it('cannot be made of a log in which something is no event of a ceremony', () => {
    const odd = withLog(sample.files, [...sampleEvents(), { type: 'tea-served' }]);
    expect(outcomeOf(odd)).toBe('not-checkable');
  });

  it('cannot be made where the plan in the log names no keys', () => {
    const [opened, ...events] = sampleEvents();
    const bare: JsonValue[] = [{ ...opened, plan: { title: 'Payroll' } }, ...events];
    expect(outcomeOf(withLog(sample.files, bare))).toBe('broken');
  });

  it('is left to the reader where another version wrote it, whose words may be others', () => {
    expect(outcomeOf(sample.files, 'Keyferry 9.9.9')).toBe('not-checkable');
    expect(manifestOf(sample.files).generator).toBe(application);
  });

  it('is checked for a destination that this version does not know', () => {
    expect(outcomeOf(foreignBundle().files)).toBe('holds');
  });
});
