import { describe, expect, it } from 'vitest';
import { uploadHtml } from '../../../app/bundle/upload-html.ts';
import type { UploadSheet } from '../../../app/bundle/upload-content.ts';
import { uploadMarkdown } from '../../../app/bundle/upload-md.ts';

const hostile = '</pre><script>alert(1)</script> & "quoted" \u202e';
const key = (id: string, deadline: string | null): UploadSheet['keys'][number] => ({
  id,
  spec: 'aes-256',
  destination: 'AWS KMS',
  after: 'destroy',
  deadline,
  section: {
    undated: deadline === null ? `24 hours ${hostile}` : null,
    warnings: [hostile],
    tools: [hostile],
    signIn: [{ purpose: 'Sign in.', posix: 'aws sts', powershell: 'aws sts' }],
    upload: [{ purpose: 'Import the key.', posix: `aws kms 'a' && b`, powershell: 'aws kms "a"' }],
    checks: [{ purpose: 'Look.', posix: 'aws kms describe-key\naws kms list-keys', powershell: 'aws' }],
    failures: [{ message: hostile, meaning: 'Stop.' }],
  },
});
const sheet: UploadSheet = {
  ceremony: 'rehearsal-2026-11-23-7f3a9c',
  title: 'Payroll keys',
  mode: 'rehearsal',
  createdAt: '2026-11-23T14:07:32Z',
  notices: [{ rule: 'INBOUND-TEXT-ENCODING', text: hostile }],
  keys: [key('none', null), key('late', '2026-11-25T14:07:00Z'), key('early', '2026-11-24T14:07:59.5Z')],
};
const page = uploadHtml(sheet);
const unescaped = (html: string): string =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

describe('the printable page', () => {
  it('has every command of UPLOAD.md, in the same order', () => {
    const commands = [...page.matchAll(/<pre>([\s\S]*?)<\/pre>/gu)].map(([, code = '']) =>
      unescaped(code.replace(/<\/?(?:b|span)>/gu, '')),
    );
    const fenced = [...uploadMarkdown(sheet).matchAll(/^(`{3,})\w+\n([\s\S]*?)\n\1$/gmu)].map(([, , code]) => code);
    expect(commands).toEqual(fenced);
    expect(commands.length).toBeGreaterThan(12);
  });

  it('lets no text become mark-up, and loads and runs nothing', () => {
    expect(page.match(/<(?!\/?(?:html|head|meta|title|style|body|h[123]|p|pre|b|span|ul|ol|li|table|thead|tr|th|td)\b|!doctype html>)/gu)).toBeNull(); // prettier-ignore
    expect(page).not.toMatch(/(?:src|href|on\w+)\s*=|url\(|@import|\u202e/iu);
  });

  it('says what ends when, and that a rehearsal is one', () => {
    expect(page).toContain('2026-11-24 14:07 UTC, 24 hours left');
    expect(page).toContain('24 hours &lt;/pre&gt;');
    expect(page).toContain('REHEARSAL');
    expect(uploadHtml({ ...sheet, mode: 'production' })).not.toContain('REHEARSAL');
  });

  it('has on every page its ceremony, its number, and the mark of a rehearsal', () => {
    const [, boxes = ''] = /@page \{ (.*) \}$/mu.exec(page) ?? [];
    expect(boxes).toContain('rehearsal-2026-11-23-7f3a9c');
    expect(boxes).toContain('REHEARSAL');
    expect(boxes).toMatch(/counter\(page\).*counter\(pages\)/u);
  });

  it('lets no ceremony end a string of the style, or the style', () => {
    const styled = uploadHtml({ ...sheet, ceremony: '"; } </style><b>\\a\n' });
    const [, boxes = ''] = /@page \{ (.*) \}$/mu.exec(styled) ?? [];
    expect(boxes).not.toMatch(/<|\\a(?![ 0-9a-f])/u);
    expect(boxes.match(/"/gu)).toHaveLength((/@page \{ (.*) \}$/mu.exec(page)?.[1] ?? '').match(/"/gu)?.length ?? 0);
    expect(styled.match(/<\/style>/gu)).toHaveLength(1);
  });
});
