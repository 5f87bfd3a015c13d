import { describe, expect, it } from 'vitest';
import { checkConfirmation, type Confirmation } from '../../../app/ceremony/confirmation.ts';
import type { Person } from '../../../app/ceremony/roles.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { azureKey, confirmation, opened, planWith, walkTo } from '../../support/walk.ts';

function ruleAt(state: CeremonyState, given: Partial<Confirmation>): RuleId | null {
  return checkConfirmation(state, { ...confirmation(state), ...given })?.rule ?? null;
}

describe('where one person may hold both roles', () => {
  const plan = planWith([azureKey('root')], {
    roles: { operator: 2, witness: 2 },
    quorum: { operator: 1 },
    separate: [],
  });
  const people: readonly Person[] = [
    {
      id: 'both',
      name: 'Ada',
      organisation: '',
      roles: ['operator', 'witness'],
      initials: 'AL',
      identifiedBy: 'passport',
    },
    {
      id: 'other',
      name: 'Grace',
      organisation: '',
      roles: ['operator', 'witness'],
      initials: 'GH',
      identifiedBy: 'passport',
    },
  ];
  const comparing = { ...walkTo(opened(plan), 'bring-in.compare.root'), people };

  it('two people compare all the same', () => {
    expect(ruleAt(comparing, { confirmedBy: ['both'] })).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    expect(ruleAt(comparing, { confirmedBy: ['both', 'both'] })).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    expect(ruleAt(comparing, { confirmedBy: ['both', 'other'] })).toBeNull();
  });
});

describe('keys to be destroyed', () => {
  const doomed = walkTo(opened(planWith([azureKey('root'), azureKey('leaf')])), 'close.destroy');
  const typed = (...keyIds: string[]): RuleId | null => ruleAt(doomed, { input: { kind: 'key-ids', keyIds } });

  it('are typed one by one, each beside its own line', () => {
    expect(typed('root', 'leaf')).toBeNull();
    expect(typed('root', '')).toBe('DESTROY-CONFIRMED-BY-NAME');
    expect(typed('leaf', 'root')).toBe('DESTROY-CONFIRMED-BY-NAME');
    expect(typed('root')).toBe('DESTROY-CONFIRMED-BY-NAME');
    expect(typed('root', 'leaf', 'leaf')).toBe('DESTROY-CONFIRMED-BY-NAME');
    expect(typed('root', 'Leaf')).toBe('DESTROY-CONFIRMED-BY-NAME');
  });
});
