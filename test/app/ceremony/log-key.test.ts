import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { logNamesOf } from '../../../app/ceremony/log-key.ts';

const ceremony = 'reh-2026-11-23-7kq2';

describe('the names in the token for the log of a ceremony', () => {
  it('follow from the ceremony alone', () => {
    const hash = createHash('sha256').update('keyferry reh-2026-11-23-7kq2 log key').digest('hex');
    expect(logNamesOf(ceremony)).toEqual({
      ckaId: hash.slice(0, 32),
      keyLabel: 'reh-2026-11-23-7kq2/log key',
      headLabel: 'reh-2026-11-23-7kq2/log head',
    });
    expect(logNamesOf(`${ceremony}x`).ckaId).not.toBe(logNamesOf(ceremony).ckaId);
  });

  it('are none that a target key can have: ids of planned keys have no space', () => {
    const { keyLabel, headLabel } = logNamesOf(ceremony);
    for (const label of [keyLabel, headLabel]) expect(label.split('/')[1]).not.toMatch(/^[a-z0-9-]{1,40}$/u);
  });
});
