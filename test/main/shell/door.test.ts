import { describe, expect, it } from 'vitest';
import type { HostHandlers } from '../../../app/contract/calls.ts';
import { Refused, refuse } from '../../../app/rules/refusal.ts';
import { createDoor, origin, type Caller } from '../../../main/shell/door.ts';

const window: Caller = { isOurWindow: true, isTopFrame: true, origin };
const about = { version: '1', electron: '2', unfinished: [] };

/** A door whose every handler fails the test unless the test names it, and what the door reported. */
function doorWith(handlers: Partial<HostHandlers>) {
  const reports: string[] = [];
  const door = createDoor(handlers as HostHandlers, {
    onViolation: (detail) => reports.push(`violation ${detail}`),
    onFault: (call, error) => reports.push(`fault ${call} ${String(error)}`),
  });
  return { door, reports };
}

async function ruleOf(reply: ReturnType<ReturnType<typeof createDoor>>): Promise<string> {
  const answer = await reply;
  return answer.ok ? 'answered' : answer.refusal.rule;
}

describe('the door', () => {
  it('answers a declared call of the window with what the handler returns', async () => {
    const { door, reports } = doorWith({ 'app.about': async () => about });
    expect(await door(window, 'app.about', {})).toEqual({ ok: true, value: about });
    expect(reports).toEqual([]);
  });

  it.each([
    ['another sender', { ...window, isOurWindow: false }],
    ['a frame inside the window', { ...window, isTopFrame: false }],
    ['another origin', { ...window, origin: 'https://keyferry' }],
    ['the origin with more behind it', { ...window, origin: `${origin}.example` }],
    ['no origin', { ...window, origin: '' }],
  ])('refuses %s and reports it, without running the handler', async (_who, caller) => {
    let ran = false;
    const { door, reports } = doorWith({
      'app.about': async () => {
        ran = true;
        return about;
      },
    });
    expect(await ruleOf(door(caller, 'app.about', {}))).toBe('CALL-AS-DECLARED');
    expect(ran).toBe(false);
    expect(reports).toHaveLength(1);
  });

  it.each(['app.nothing', 'toString', '__proto__', 'constructor', '', 7, null, undefined, ['app.about']])(
    'refuses the undeclared call %j',
    async (name) => {
      const { door, reports } = doorWith({ 'app.about': async () => about });
      expect(await ruleOf(door(window, name, {}))).toBe('CALL-AS-DECLARED');
      expect(reports).toHaveLength(1);
    },
  );

  it.each([
    ['no payload', undefined],
    ['null', null],
    ['an unknown member', { ceremony: '2026-11-23-7f3a9c', path: '/' }],
    ['another type', { ceremony: 7 }],
    ['a path in place of an id', { ceremony: '../2026-11-23-7f3a9c' }],
  ])('refuses a payload with %s', async (_what, input) => {
    const { door } = doorWith({});
    expect(await ruleOf(door(window, 'ceremony.resume', input))).toBe('CALL-AS-DECLARED');
  });

  it('reports where a payload was wrong but nothing that it held', async () => {
    const { door, reports } = doorWith({});
    const reply = await door(window, 'ceremony.resume', { ceremony: 'SECRET 4711', keep: null });
    expect(JSON.stringify([reply, reports])).not.toContain('4711');
    expect(reports[0]).toContain('ceremony');
  });

  it('overwrites the bytes of a refused payload, however deep they lie', async () => {
    const pin = new Uint8Array([1, 2, 3]);
    const { door } = doorWith({});
    const step = { step: 'token.open', ticks: [], confirmedBy: [], input: { kind: 'none', pin } };
    expect(await ruleOf(door(window, 'ceremony.confirmStep', step))).toBe('CALL-AS-DECLARED');
    expect([...pin]).toEqual([0, 0, 0]);
  });

  it('hands a PIN to the handler as it came', async () => {
    let received: Uint8Array | null = null;
    const { door } = doorWith({
      'ceremony.reopenToken': async ({ pin }) => {
        received = pin.kind === 'pin' ? pin.pin.slice() : null;
        return refuse('CEREMONY-OPEN', 'seen');
      },
    });
    const pin = { kind: 'pin', pin: new Uint8Array([4, 5]), by: 'p1', finalTryAccepted: false };
    await door(window, 'ceremony.reopenToken', { pin, confirmedBy: ['p3'] });
    expect(received).toEqual(new Uint8Array([4, 5]));
  });

  it('turns a refusal into data, unchanged', async () => {
    const { door, reports } = doorWith({
      'app.about': async () => refuse('STEP-IS-CURRENT', 'Step 3 is current.', { remedy: 'Look.', code: 'X1' }),
    });
    expect(await door(window, 'app.about', {})).toEqual({
      ok: false,
      refusal: { rule: 'STEP-IS-CURRENT', cause: 'Step 3 is current.', remedy: 'Look.', code: 'X1' },
    });
    expect(reports).toEqual([]);
  });

  it.each([
    ['a system error', Object.assign(new Error('ENOSPC: /secret/path'), { code: 'ENOSPC' }), 'ENOSPC'],
    ['a programming error', new TypeError('secret of undefined'), 'TypeError'],
    ['an error with a talkative code', Object.assign(new RangeError('x'), { code: 'secret words' }), 'RangeError'],
    ['something that is no error', 'secret', 'UNKNOWN'],
  ])('answers %s with a short code and keeps its words to itself', async (_what, thrown, code) => {
    const { door, reports } = doorWith({
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a handler may throw anything
      'app.about': () => Promise.reject(thrown),
    });
    const reply = await door(window, 'app.about', {});
    expect(reply).toMatchObject({ ok: false, refusal: { rule: 'WORK-COMPLETED', code } });
    expect(JSON.stringify(reply)).not.toContain('secret');
    expect(reports).toHaveLength(1);
  });

  it('lets no answer out that is not of the declared shape', async () => {
    const { door, reports } = doorWith({ 'app.about': async () => ({ ...about, pin: '1234' }) as never });
    const reply = await door(window, 'app.about', {});
    expect(reply).toMatchObject({ ok: false, refusal: { rule: 'WORK-COMPLETED' } });
    expect(JSON.stringify(reply)).not.toContain('1234');
    expect(reports).toHaveLength(1);
  });

  it('is a Refused, not its name, that counts as a refusal', async () => {
    const impostor = Object.assign(new Error('x'), { name: 'Refused', refusal: { rule: 'STEP-IS-CURRENT' } });
    const { door } = doorWith({
      'app.about': async () => {
        throw impostor;
      },
    });
    expect(impostor).not.toBeInstanceOf(Refused);
    expect(await ruleOf(door(window, 'app.about', {}))).toBe('WORK-COMPLETED');
  });
});
