import { afterEach, describe, expect, it, vi } from 'vitest';
import { byokExport } from '../../../app/ceremony/byok-export/definition.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { shortForm } from '../../../app/keys/short-form.ts';
import { paperOf, printed, readBack, scriptFor } from '../../support/paper.ts';
import { azureKey, planWith } from '../../support/walk.ts';

const plan = planWith([azureKey('payroll-root'), azureKey('payroll-signing', { after: 'keep' })]);

afterEach(() => vi.useRealTimers());

describe('the same document', () => {
  it('gives the same bytes, whenever it is printed', async () => {
    const first = await printed(scriptFor(plan));
    vi.useFakeTimers({ now: new Date('2031-01-02T03:04:05Z'), toFake: ['Date'] });
    expect(Buffer.compare(await printed(scriptFor(plan)), first)).toBe(0);
  });

  it('differs from another plan’s, from a production script and from another day’s, in its id too', async () => {
    const papers = [
      scriptFor(plan),
      scriptFor({ ...plan, copies: 2 }),
      scriptFor(plan, 'production'),
      { ...scriptFor(plan), date: '2026-11-23T14:07:32.000Z' },
    ];
    const files = await Promise.all(papers.map(printed));
    const ids = files.map((file) => /\/ID \[(<[0-9a-f]{32}>) \1\]/u.exec(Buffer.from(file).toString('latin1'))?.[1]);
    expect(new Set(ids).size).toBe(papers.length);
    expect(ids).not.toContain(undefined);
  });
});

describe('a printed script', () => {
  it('can be read without anything beside it: tagged, in a language, with a colour profile, every font inside', async () => {
    const { dictionaries, metadata } = await readBack(scriptFor(plan));
    const one = (pattern: RegExp): string[] => dictionaries.filter((dictionary) => pattern.test(dictionary));
    const [catalogue = ''] = one(/\/Type \/Catalog/u);
    for (const entry of ['/StructTreeRoot', '/MarkInfo', '/Lang (en)', '/OutputIntents', '/Outlines', '/Metadata']) {
      expect(catalogue).toContain(entry);
    }
    expect(one(/\/Marked true/u)).toHaveLength(1);
    expect(one(/\/DisplayDocTitle true/u)).toHaveLength(1);
    expect(metadata).toMatch(/<pdfaid:part>2<[^]*<pdfaid:conformance>A</u);
    const fonts = one(/\/Type \/Font\n/u);
    const descriptors = one(/\/Type \/FontDescriptor/u);
    expect(descriptors.length).toBeGreaterThan(2);
    expect(descriptors.filter((descriptor) => !descriptor.includes('/FontFile2'))).toEqual([]);
    expect(fonts.filter((font) => !/\/Subtype \/(?:Type0|CIDFontType2)/u.test(font))).toEqual([]);
    expect(fonts).toHaveLength(2 * descriptors.length);
  });

  it('names each font by a tag that follows from its order', async () => {
    const { dictionaries } = await readBack(scriptFor(plan));
    const names = dictionaries.flatMap((each) => /\/FontName \/([A-Z]{6}\+\S+)/u.exec(each)?.[1] ?? []);
    const again = (await readBack(scriptFor(plan))).dictionaries;
    expect(names.filter((name) => !again.some((each) => each.includes(name)))).toEqual([]);
    expect(new Set(names.map((name) => name.split('+')[0])).size).toBe(names.length);
  });

  it('holds each step with its number and all that is said and ticked', async () => {
    const text = (await readBack(scriptFor(plan))).pages.join('');
    for (const { number, title, says, ticks } of byokExport(parsePlanDocument(plan).plan, 'find-token')) {
      expect(text).toContain(`${number}${title}`);
      for (const words of [...says, ...ticks.map((tick) => tick.text)]) expect(text).toContain(words);
    }
  });

  it('has title, short form of the plan’s hash and page number on every page', async () => {
    const paper = scriptFor(plan);
    const { pages } = await readBack(paper);
    const { hex } = shortForm(paper.planSha256);
    expect(pages.length).toBeGreaterThan(15);
    pages.forEach((page, index) => {
      expect(page).toContain(paper.title);
      expect(page).toContain(hex);
      expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
    });
  });

  it('says REHEARSAL twice on every page of a rehearsal, and nowhere else', async () => {
    const count = (page: string): number => page.split('REHEARSAL').length - 1;
    const rehearsal = await readBack(scriptFor(plan));
    expect(new Set(rehearsal.pages.map(count))).toEqual(new Set([2]));
    const production = await readBack(scriptFor(plan, 'production'));
    expect(new Set(production.pages.map(count))).toEqual(new Set([0]));
  });

  it('keeps every word of a plan that is as large as plans are', async () => {
    const destination = { type: 'azure-key-vault', vault: 'contoso-prod', operations: ['sign'] };
    const keys = Array.from({ length: 40 }, (_, index) =>
      azureKey(`key-${index}`, { destination: { ...destination, keyName: `${'n'.repeat(100)}${index}` } }),
    );
    const roles = { administrator: 2, operator: 2, custodian: 5, witness: 2, auditor: 1 };
    const paper = scriptFor(planWith(keys, { title: 'Long '.repeat(25).trim(), roles, copies: 4 }));
    const text = (await readBack(paper)).pages.join('');
    for (const index of keys.keys()) expect(text).toContain(`${'n'.repeat(100)}${index}`);
    expect(text).toContain('Custodian 5');
  });
});

describe('what stands on paper', () => {
  it('is set in the letters of European names, and a letter that no font has is shown by its number', async () => {
    const name = 'Łódź Ђорђе Ωμέγα Nguyễn e\u0301 李 😀';
    const { pages } = await readBack(paperOf([{ kind: 'paragraph', text: name }]));
    expect(pages[0]).toContain('Łódź Ђорђе Ωμέγα Nguyễn é [U+674E] [U+1F600]');
  });

  it('has the heading row of a table on each of its pages, and every cell once', async () => {
    const rows = Array.from({ length: 120 }, (_, index) => [`row ${index};`, 'x']);
    const columns = [{ heading: 'Which' }, { heading: 'What' }];
    const { pages } = await readBack(paperOf([{ kind: 'table', caption: 'Rows', columns, rows, isForm: false }]));
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.filter((page) => page.split('Which').length !== 2)).toEqual([]);
    const text = pages.join('');
    for (const [first = ''] of rows) expect(text.split(first)).toHaveLength(2);
  });

  it('parts a row that no page could hold, and loses nothing of it', async () => {
    const words = Array.from({ length: 3000 }, (_, index) => `w${index}`);
    const blocks = [{ kind: 'values', caption: 'Long', items: [{ label: 'All', value: words.join(' '), isCode: false }] }] as const; // prettier-ignore
    const { pages } = await readBack(paperOf(blocks));
    expect(pages.length).toBeGreaterThan(2);
    const body = pages.join(' ');
    expect(words.filter((word) => !body.includes(word))).toEqual([]);
  });

  it('keeps a step on one page, and parts only one that is longer than a page', async () => {
    const step = (number: string, lines: number) =>
      ({
        kind: 'step',
        id: `step-${number}`,
        number,
        title: `Step ${number}`,
        blocks: Array.from({ length: lines }, (_, index) => ({ kind: 'paragraph', text: `${number}/${index}.` }) as const), // prettier-ignore
      }) as const;
    const { pages } = await readBack(paperOf([step('1', 20), step('2', 20), step('3', 60)]));
    const pagesOf = (number: string): number => pages.filter((page) => page.includes(`${number}/`)).length;
    expect([pagesOf('1'), pagesOf('2')]).toEqual([1, 1]);
    expect(pagesOf('3')).toBeGreaterThan(1);
  });

  it('shows what was ticked and written, for a report', async () => {
    const { pages } = await readBack(
      paperOf([
        { kind: 'checks', items: [{ text: 'The clock was right.', isTicked: true }] },
        { kind: 'fields', items: [{ label: 'Initials', twelfths: 4, lines: 1, value: 'AL' }] },
        { kind: 'notice', rule: 'PLAN-WRAP-STRONG', text: 'Weak.' },
      ]),
    );
    expect(pages.join('')).toMatch(/The clock was right\..*Initials.*AL.*PLAN-WRAP-STRONG.*Weak\./u);
  });
});

describe('what a document says about itself', () => {
  it('has no date where it follows from the plan alone, and the date of what it tells where it has one', async () => {
    const undated = await readBack(paperOf([]));
    expect(undated.dictionaries.filter((each) => each.includes('CreationDate'))).toEqual([]);
    expect(undated.metadata).not.toMatch(/Date>/u);
    const file = await printed(paperOf([], { date: '2026-11-23T14:07:32.500Z' }));
    expect(Buffer.from(file).toString('latin1')).toContain('(D:20261123140732Z)');
    const { metadata } = await readBack(paperOf([], { date: '2026-11-23T14:07:32.500Z' }));
    expect(metadata).toMatch(/CreateDate>2026-11-23T14:07:32Z<[^]*ModifyDate>2026-11-23T14:07:32Z</u);
  });

  it('is sound XML whatever its title holds', async () => {
    const { metadata } = await readBack(paperOf([], { title: 'A & B <c>' }));
    expect(metadata).toContain('A &amp; B &lt;c&gt;: Report');
    expect(metadata.match(/&(?!amp;|lt;|gt;)/gu)).toBeNull();
  });
});
