import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePlan, refusesPlanNow } from '../../app/ceremony/plan.ts';
import { formatFor } from '../../app/byok/registry.ts';
import { hexToBytes } from '../../app/keys/bytes.ts';
import { hexGroups, pgpWords, sha256Hex } from '../../app/keys/fingerprint.ts';

const sample = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../resources/samples/${path}`, import.meta.url)));

describe('the sample of the first rehearsal', () => {
  const { plan, sha256 } = parsePlan(sample('plan.json'));
  const sheet = Buffer.from(sample('SHEET.md')).toString();
  /** What is printed for a hash: groups and words, whatever the line breaks. */
  const shows = (hex: string): boolean => {
    const flat = sheet.replace(/\s+/gu, ' ');
    return flat.includes(hexGroups(hex).join(' ')) && flat.includes(pgpWords(hexToBytes(hex)).join(' '));
  };

  it('has a sheet with the hash of its plan, and the version that is rehearsed', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(shows(sha256)).toBe(true);
    expect(sheet).toContain(version);
  });

  it('brings for each key a wrapping key that stands, with the fingerprint on the sheet', () => {
    for (const { id, destination } of plan.keys) {
      const file = { name: 'kek-for-byok.json', bytes: sample(`inbound/${id}/kek-for-byok.json`) };
      const { kek } = formatFor(destination).readInbound([file], destination, { nowIso: '2026-11-23T00:00:00Z', uploadMarginHours: 2 }); // prettier-ignore
      expect([id, shows(sha256Hex(kek.spki))]).toEqual([id, true]);
    }
  });
});

describe('the sample of four clouds', () => {
  it('is a plan that nothing stands against, now or later', () => {
    const { plan } = parsePlan(sample('four-clouds/plan.json'));
    expect(plan.notices).toEqual([]);
    expect(refusesPlanNow(plan, '9999-12-31T23:59:59Z')).toBeNull();
  });
});
