import { describe, expect, it, vi } from 'vitest';
import { reportDocument } from '../../../app/paper/report.ts';
import { inGroups } from '../../../app/paper/report-forms.ts';
import { shortForm } from '../../../app/keys/short-form.ts';
import { reportOf } from '../../../app/record/report.ts';
import { printed } from '../../support/paper.ts';
import { readPdf } from '../../support/pdf-text.ts';
import { eventfulState, logOf } from '../../support/report-log.ts';

const log = logOf(eventfulState());
const report = reportOf(log);

describe('a printed report', () => {
  it('is the same file whenever it is printed, and holds what was decided, signed and sealed', async () => {
    const file = await printed(reportDocument(report));
    vi.useFakeTimers({ now: new Date('2031-01-02T03:04:05Z'), toFake: ['Date'] });
    const again = await printed(reportDocument(reportOf(log)));
    vi.useRealTimers();
    expect(Buffer.compare(file, again)).toBe(0);
    const { pages, metadata } = readPdf(file);
    const text = pages.join(' ').replaceAll(/\s+/gu, ' ');
    for (const told of ['The fire alarm went off.', 'A child is ill.', 'Lunch', 'Medium B did not come.', 'A-2']) {
      expect(text).toContain(told);
    }
    expect(text).toContain(shortForm(report.log.head).hex);
    const [first] = report.steps.flatMap(({ approvals }) => approvals);
    expect(text).toContain(inGroups(first?.signature ?? ''));
    expect(metadata).toContain(`CreateDate>${report.until.slice(0, 19)}Z<`);
    expect(pages.at(-1)).toContain('Signature');
  }, 60_000);
});
