import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import { viewOf } from '../../../app/ceremony/view/view.ts';
import { viewSchema, type CeremonyView } from '../../../app/contract/view.ts';
import { after, opened, planWith, azureKey, walkTo } from '../../support/walk.ts';

const moment = {
  log: { size: 7, head: 'ab'.repeat(32) },
  workingSince: null,
  isTokenOpen: true,
  trouble: null,
  airGap: 'closed',
} as const;
const view = (state: CeremonyState): CeremonyView => v.parse(viewSchema, viewOf(state, moment));
const state = walkTo(opened(planWith([azureKey('root')])), 'keys.check');

describe('what the window says of the people', () => {
  it('is which try with a passphrase is the next, counted anew after those that opened an exception', () => {
    const wrongPassphrases = new Map([
      ['p3', 2],
      ['p4', 3],
      ['p5', 0],
    ]);
    const tries = view({ ...state, wrongPassphrases }).room.people.map(({ passphraseTry }) => passphraseTry);
    expect(tries.map(({ number }) => number)).toEqual([1, 1, 3, 1, 1, 1]);
    expect(new Set(tries.map(({ of }) => of))).toEqual(new Set([3]));
  });

  it('is who leads while an exception is open, as far as they are here', () => {
    const noticed: Command = { type: 'open-exception', expected: 'a', happened: 'b', openedBy: 'p3', rule: null };
    const open = after(state, decide(state, noticed));
    expect(view(open).closing?.acts).toEqual({ role: 'administrator', names: ['Person 1'] });
    expect(view({ ...open, absent: ['p1'] }).closing?.acts).toEqual({ role: 'administrator', names: [] });
  });
});
