import { describe, expect, it } from 'vitest';
import { actorOf, followerOf, inPlace } from '../../renderer/words/acting.ts';

const person = (name: string) => ({ id: name.toLowerCase(), name, initials: name.slice(0, 2).toUpperCase() });

describe('who acts', () => {
  it('is named with the role, and told to be one of several', () => {
    expect(actorOf({ role: 'administrator', names: ['Ada'] })).toMatch(/^Ada\b.*administrator/u);
    expect(actorOf({ role: 'custodian', names: ['Kim', 'Sam'] })).toMatch(/^One custodian\b.*Kim or Sam/u);
    expect(actorOf({ role: 'custodian', names: ['Kim', 'Sam', 'Noor', 'Lin'] })).toBe('One custodian');
    expect(actorOf({ role: 'operator', names: [] })).toBe('The operator');
  });

  it('presses the button once everything is in place', () => {
    expect(inPlace({ role: 'administrator', names: ['Ada'] })).toContain('Ada presses');
    expect(inPlace({ role: 'custodian', names: ['Kim', 'Sam'] })).toContain('one custodian presses');
    expect(inPlace({ role: 'operator', names: [] })).toContain('the operator presses');
  });
});

describe('who follows what is read out', () => {
  const acts = { role: 'operator', names: ['Grace'] } as const;
  const operator = { role: 'operator' as const, needed: 1, people: [person('Grace')] };

  it('is who confirms and does not act', () => {
    const witness = { role: 'witness' as const, needed: 1, people: [person('Lin')] };
    expect(followerOf({ acts: { ...acts, names: ['Grace'] }, confirmers: [operator, witness] })).toMatch(/^Lin\b/u);
  });

  it('is the other one where both hold one role', () => {
    expect(followerOf({ acts: { ...acts, names: ['Grace'] }, confirmers: [operator] })).toBe('The other person');
  });
});
