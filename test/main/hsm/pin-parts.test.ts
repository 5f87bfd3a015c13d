import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HsmClient } from '../../../main/hsm/client.ts';
import { PinParts } from '../../../main/hsm/pin-parts.ts';
import { childrenOfThisProcess, countInMemory } from '../../support/process-memory.ts';
import { refusalFrom } from '../../support/refusal-from.ts';
import { ruleOf, ruleOfAsync } from '../../support/rule-of.ts';
import { freshStore, newClient, pin, scratchFolder } from '../../support/token.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const isOverwritten = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

describe('the parts of a PIN in memory', () => {
  it('are joined in their order, and each is overwritten where it came from', () => {
    const [parts, typed] = [new PinParts(), ['73', '81', '94é'].map((text) => pin(text))];
    expect(typed.map((part) => parts.add(part))).toEqual([1, 2, 3]);
    expect(Buffer.from(parts.joined()).toString()).toBe('738194é');
    expect(typed.every(isOverwritten)).toBe(true);
  });

  it('are overwritten where they lie, the whole PIN that was handed out included', () => {
    const parts = new PinParts();
    parts.add(pin());
    const joined = parts.joined();
    expect(isOverwritten(joined)).toBe(false);
    parts.clear();
    expect(isOverwritten(joined)).toBe(true);
    expect(ruleOf(() => parts.joined())).toBe('STEP-INPUT-AS-ASKED');
    expect(parts.add(pin('1'))).toBe(1);
  });

  it('are at most eight, none of them empty, and 255 bytes in all; one too many changes nothing', () => {
    const parts = new PinParts();
    expect(ruleOf(() => parts.add(new Uint8Array()))).toBe('STEP-INPUT-AS-ASKED');
    for (let count = 1; count <= 7; count++) expect(parts.add(pin('a'.repeat(32)))).toBe(count);
    const long = pin('b'.repeat(32));
    expect(ruleOf(() => parts.add(long))).toBe('STEP-INPUT-AS-ASKED');
    expect(isOverwritten(long)).toBe(true);
    expect(parts.add(pin('b'.repeat(31)))).toBe(8);
    const ninth = pin('c');
    expect(ruleOf(() => parts.add(ninth))).toBe('STEP-INPUT-AS-ASKED');
    expect(isOverwritten(ninth)).toBe(true);
    expect(Buffer.from(parts.joined()).toString()).toBe('a'.repeat(224) + 'b'.repeat(31));
  });
});

describe('three custodians of one PIN', () => {
  let hsm: HsmClient;
  let serial = '';

  const type = async (...parts: string[]): Promise<void> => {
    for (const part of parts) await hsm.addPinPart(pin(part));
  };

  beforeEach(async () => {
    hsm = newClient();
    await hsm.load(freshStore(scratch.folder));
    await type('7381', '942', '606');
    serial = (await hsm.initialiseRehearsalToken('rehearsal', 'parts')).serial;
    await hsm.select(serial);
  });
  afterEach(async () => hsm.close());

  it('choose it together and open the token, each with a part that nobody else has seen', async () => {
    const typed = ['7381', '942', '606'].map((text) => pin(text));
    const counts = [];
    for (const part of typed) counts.push(await hsm.addPinPart(part));
    expect(counts).toEqual([1, 2, 3]);
    expect(typed.every(isOverwritten)).toBe(true);
    expect(await hsm.login('parts')).toMatchObject({ countLow: false });
    expect(hsm.isLoggedIn).toBe(true);
  });

  it('have made one PIN of it, which is the whole in their order', async () => {
    await hsm.login(pin('7381942606'));
    expect(hsm.isLoggedIn).toBe(true);
  });

  it('are refused by the token in another order, and must all type again', async () => {
    await type('942', '7381', '606');
    expect((await refusalFrom(hsm.login('parts'))).code).toBe('CKR_PIN_INCORRECT (0xa0)');
    expect((await hsm.pinState()).countLow).toBe(true);
    expect((await refusalFrom(hsm.login('parts'))).rule).toBe('STEP-INPUT-AS-ASKED');
    await type('7381', '942', '606');
    await hsm.login('parts');
    expect(hsm.isLoggedIn).toBe(true);
  });

  it('leave nothing behind once the PIN was used', async () => {
    await type('7381', '942', '606');
    await hsm.login('parts');
    expect((await refusalFrom(hsm.login('parts'))).rule).toBe('STEP-INPUT-AS-ASKED');
    expect(await hsm.addPinPart(pin('1'))).toBe(1);
  });

  it.each([
    ['right', ['part-of-alice-61d0', 'part-of-bob-a7c3'], null],
    ['wrong', ['part-of-bob-a7c3', 'part-of-alice-61d0'], 'TOKEN-PIN-ACCEPTED'],
  ])(
    'are one PIN in the memory of the HSM process until the one try, and none after a %s one',
    async (_, order, rule) => {
      const [child = expect.unreachable('no HSM process')] = childrenOfThisProcess();
      await type('part-of-alice-61d0', 'part-of-bob-a7c3');
      const { serial: joint } = await hsm.initialiseRehearsalToken('joint', 'parts');
      await hsm.select(joint);
      await type(...order);
      expect(countInMemory(child, pin(order.join('')))).toBe(1);
      expect(await ruleOfAsync(() => hsm.login('parts'))).toBe(rule);
      expect(countInMemory(child, pin(order.join('')))).toBe(0);
    },
  );

  it('begin anew when they say so, when the module is loaded again, and when somebody types a whole PIN', async () => {
    await type('7381', '942');
    await hsm.clearPin();
    expect(await hsm.addPinPart(pin('7381'))).toBe(1);
    await refusalFrom(hsm.login(pin('000000')));
    expect(await hsm.addPinPart(pin('7381'))).toBe(1);
    await hsm.load(freshStore(scratch.folder));
    expect(await hsm.addPinPart(pin('7381'))).toBe(1);
  });

  it('cannot begin before a module is loaded, nor after its process has ended', async () => {
    const early = newClient();
    await hsm.close();
    for (const client of [early, hsm]) {
      const part = pin('7381');
      expect((await refusalFrom(client.addPinPart(part))).rule).toBe('HSM-PROCESS-ALIVE');
      expect(isOverwritten(part)).toBe(true);
      await client.clearPin();
    }
  });

  it('are not heard by a process whose module does not load', async () => {
    await refusalFrom(hsm.load({ path: '/absent.so', environment: {}, libraryParameters: null }));
    expect((await refusalFrom(hsm.addPinPart(pin('7381')))).rule).toBe('MODULE-LOADS');
  });

  it('choose a PIN for one empty slot only: what a refused token was to have is gone', async () => {
    await type('7381');
    const noText = refusalFrom(hsm.initialiseRehearsalToken('rehearsal', Uint8Array.of(0xff)));
    expect((await noText).rule).toBe('TOKEN-PIN-ACCEPTED');
    expect((await refusalFrom(hsm.initialiseRehearsalToken('rehearsal', 'parts'))).rule).toBe('STEP-INPUT-AS-ASKED');
  });
});
