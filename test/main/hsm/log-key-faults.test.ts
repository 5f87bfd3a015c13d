import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { logNamesOf } from '../../../app/ceremony/log-key.ts';
import { DeviceUnderTest } from '../../support/device.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';

const under = new DeviceUnderTest();
const { device } = under;
const ceremony = 'rehearsal-2026-11-26-faults';
const { ckaId } = logNamesOf(ceremony);
const message = Buffer.from('keyferry.test/log\n17\nvcfzM9n6z0fJ1Vd9o0C0hA==\n');

afterEach(() => {
  under.open();
  under.remove(ckaId);
});
afterAll(() => under.end());

describe('a new log key that does not read back', () => {
  it('is destroyed at once', () => {
    // Two calls read an attribute; the class of both halves is read first, the template after it.
    under.fail('C_GetAttributeValue', 0x12, 5);
    const refusal = refusalOf(() => device.makeLogKey({ ceremony }));
    expect(refusal?.rule).toBe('LOG-KEY-AS-ASKED');
    expect(refusal?.cause).toContain('CKA_SENSITIVE was asked as true and reads not told');
    under.heal();
    expect(under.objectsWithId(ckaId)).toBe(0);
  });

  it('is named when it cannot even be destroyed', () => {
    under.fail('C_GetAttributeValue', 0x12, 5);
    under.fail('C_DestroyObject', 0x30);
    const refusal = refusalOf(() => device.makeLogKey({ ceremony }));
    expect(refusal).toMatchObject({ rule: 'LOG-KEY-DESTROYED', code: 'CKR_DEVICE_ERROR (0x30)' });
    under.heal();
    expect(device.destroyLogKey({ ceremony })).toBe(2);
  });
});

describe('a token that fails while it makes, uses or destroys the log key', () => {
  const acts: [string, () => unknown][] = [
    ['making', () => device.makeLogKey({ ceremony })],
    ['signing', () => (device.makeLogKey({ ceremony }), device.signWithLogKey({ ceremony, message }))],
  ];

  it.each(acts)('in %s is refused with its code, and no half of a new key is left unsaid', (_, act) => {
    const start = under.history().length;
    act();
    const calls = under.history().slice(start);
    under.remove(ckaId);
    for (const calledFunction of new Set(calls)) {
      const count = calls.filter((each) => each === calledFunction).length;
      for (const nth of new Set([1, Math.ceil(count / 2), count])) {
        under.fail(calledFunction, 0x30, nth);
        const refusal = refusalOf(act);
        under.open();
        expect(refusal?.code, `${calledFunction} ${nth}`).toBe('CKR_DEVICE_ERROR (0x30)');
        expect(under.sessionObjects()).toBe(0);
        // Whatever stays is the whole key, and the next try finds it.
        expect(ruleOf(act), `after ${calledFunction} ${nth}`).toBeNull();
        under.remove(ckaId);
      }
    }
  });

  it('keeps the code of a token without the curve', () => {
    under.hide('0x1040');
    expect(refusalOf(() => device.makeLogKey({ ceremony }))?.code).toBe('CKR_MECHANISM_INVALID (0x70)');
  });

  it('is not logged in any more when it says so', () => {
    under.fail('C_GenerateKeyPair', 0x101);
    expect(ruleOf(() => device.makeLogKey({ ceremony }))).toBe('TOKEN-LOGGED-IN');
    expect(ruleOf(() => device.makeLogKey({ ceremony }))).toBe('TOKEN-LOGGED-IN');
  });
});
