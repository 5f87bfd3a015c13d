import { describe, expect, it } from 'vitest';
import { rules } from '../../app/rules/index.ts';
import { safeUnopened, wrongPin } from '../../renderer/words/stays-safe.ts';

describe('what stays safe when a token is not opened again', () => {
  it('tells a wrong PIN, which leaves a try behind, from every other refusal', () => {
    expect(Object.keys(rules)).toContain(wrongPin);
    const others = new Set(Object.keys(rules).flatMap((rule) => (rule === wrongPin ? [] : [safeUnopened(rule)])));
    expect(others.size).toBe(1);
    expect(others).not.toContain(safeUnopened(wrongPin));
  });
});
