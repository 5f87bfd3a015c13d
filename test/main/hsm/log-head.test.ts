import pkcs11js from 'pkcs11js';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { logNamesOf } from '../../../app/ceremony/log-key.ts';
import { dropHead, keepHead } from '../../../main/hsm/log-head.ts';
import { CryptokiError, type CryptokiSession } from '../../../main/hsm/pkcs11.ts';
import type { LogHead } from '../../../main/hsm/port.ts';
import type { Attribute } from '../../../main/hsm/attributes.ts';
import { DeviceUnderTest } from '../../support/device.ts';
import { refusalFrom } from '../../support/refusal-from.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { freshStore, newClient, openFreshToken, pin, scratchFolder, withShim } from '../../support/token.ts';

const under = new DeviceUnderTest();
const { device } = under;
const ceremony = 'rehearsal-2026-11-26-head';
const label = logNamesOf(ceremony).headLabel;

afterEach(() => {
  under.open();
  device.dropHead({ ceremony });
});
afterAll(() => under.end());

const headOf = (size: number, byte = 'a7'): LogHead => ({ size, root: byte.repeat(32) });
const keep = (size: number, byte?: string) => device.keepHead({ ceremony, head: headOf(size, byte) });
const read = () => device.readHead({ ceremony });

/** What the token holds under the names of a head, as somebody with a login of their own sees it: bytes as text. */
function kept() {
  const types = {
    value: pkcs11js.CKA_VALUE,
    application: pkcs11js.CKA_APPLICATION,
    private: pkcs11js.CKA_PRIVATE,
    modifiable: pkcs11js.CKA_MODIFIABLE,
    token: pkcs11js.CKA_TOKEN,
  };
  return under.bare((library, session) => {
    library.C_FindObjectsInit(session, [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_DATA },
      { type: pkcs11js.CKA_LABEL, value: label },
    ]);
    const found = library.C_FindObjects(session, 10);
    library.C_FindObjectsFinal(session);
    const tell = (object: Buffer, type: number): string =>
      String(library.C_GetAttributeValue(session, object, [{ type }])[0]?.value);
    return found.map((object) => {
      const told = Object.entries(types).map(([name, type]) => [name, tell(object, type)] as const);
      return Object.fromEntries(told);
    });
  });
}

/** Puts a data object with the names of a head into the token, past the device. */
function put(value: string, isPrivate = true): void {
  under.bare((library, session) =>
    library.C_CreateObject(session, [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_DATA },
      { type: pkcs11js.CKA_TOKEN, value: true },
      { type: pkcs11js.CKA_PRIVATE, value: isPrivate },
      { type: pkcs11js.CKA_LABEL, value: label },
      { type: pkcs11js.CKA_APPLICATION, value: 'Keyferry' },
      { type: pkcs11js.CKA_VALUE, value: Buffer.from(value) },
    ]),
  );
}

const textOf = ({ size, root }: LogHead): string => `keyferry head ${size} ${root}`;

describe('the head of a log in the token', () => {
  it('is written as a private data object of this application', () => {
    expect(read()).toBeNull();
    expect(keep(17)).toEqual({ kept: true });
    expect(kept()).toEqual([
      {
        value: `keyferry head 17 ${'a7'.repeat(32)}`,
        application: 'Keyferry',
        private: '\u0001',
        modifiable: '\u0001',
        token: '\u0001',
      },
    ]);
    expect(read()).toEqual(headOf(17));
  });

  it('is replaced by that of a longer log, and one object is left', () => {
    for (const size of [0, 1, 9, 10, 100]) expect(keep(size)).toEqual({ kept: true });
    expect(read()).toEqual(headOf(100));
    expect(kept()).toHaveLength(1);
  });

  it('is written once when it is the same', () => {
    keep(17);
    const before = under.calls('C_CreateObject');
    expect(keep(17)).toEqual({ kept: true });
    expect(under.calls('C_CreateObject')).toBe(before);
    expect(kept()).toHaveLength(1);
  });

  it('survives the module, and is seen after the next login only', () => {
    keep(17);
    device.load(under.choice);
    device.select(under.serial);
    expect(ruleOf(read)).toBe('TOKEN-LOGGED-IN');
    expect(kept()).toEqual([]);
    under.open();
    expect(read()).toEqual(headOf(17));
  });

  it('is of one ceremony', () => {
    keep(17);
    expect(device.readHead({ ceremony: 'rehearsal-2026-11-26-other' })).toBeNull();
    expect(device.dropHead({ ceremony: 'rehearsal-2026-11-26-other' })).toBe(0);
    expect(read()).toEqual(headOf(17));
  });

  it('is dropped whole', () => {
    keep(17);
    put(textOf(headOf(3)));
    expect(device.dropHead({ ceremony })).toBe(2);
    expect(read()).toBeNull();
    expect(kept()).toEqual([]);
  });

  it.each([
    [{ size: -1, root: 'a7'.repeat(32) }],
    [{ size: 1.5, root: 'a7'.repeat(32) }],
    [{ size: 1e16, root: 'a7'.repeat(32) }],
    [{ size: 1, root: 'A7'.repeat(32) }],
    [{ size: 1, root: 'a7'.repeat(31) }],
  ])('is nothing but a size and a root: %j', (head) => {
    expect(() => device.keepHead({ ceremony, head })).toThrow(RangeError);
    expect(kept()).toEqual([]);
  });
});

describe('a head that goes back', () => {
  it.each([
    ['of a shorter log', 16, 'a7'],
    ['of another log of the same size', 17, 'b8'],
  ])('%s is refused and the kept one stays', (_, size, byte) => {
    keep(17);
    const refusal = refusalOf(() => keep(size, byte));
    expect(refusal?.rule).toBe('LOG-HEAD-ONLY-GROWS');
    expect(refusal?.cause).toContain('17 entries');
    expect(read()).toEqual(headOf(17));
  });

  it('is found out when two heads of one size contradict each other', () => {
    put(textOf(headOf(17)));
    put(textOf(headOf(17, 'b8')));
    expect(ruleOf(read)).toBe('LOG-HEAD-ONLY-GROWS');
    expect(ruleOf(() => keep(18))).toBe('LOG-HEAD-ONLY-GROWS');
  });
});

describe('what a crash or somebody else has left', () => {
  it('counts by the longest log, by number and not by letters, and goes with the next head', () => {
    put(textOf(headOf(9)));
    put(textOf(headOf(10)));
    expect(read()).toEqual(headOf(10));
    expect(kept()).toHaveLength(2);
    keep(11);
    expect(kept().map((each) => each['value'])).toEqual([textOf(headOf(11))]);
  });

  it('goes even when the longest is the very head', () => {
    put(textOf(headOf(9)));
    put(textOf(headOf(10)));
    expect(keep(10)).toEqual({ kept: true });
    expect(kept().map((each) => each['value'])).toEqual([textOf(headOf(10))]);
  });

  it.each(['', 'keyferry head', `keyferry head 017 ${'a7'.repeat(32)}`, `${textOf(headOf(99))}\n`, '\u0000\u00ff'])(
    'says nothing when it is no head: %j',
    (value) => {
      put(value);
      expect(read()).toBeNull();
      keep(1);
      expect(kept().map((each) => each['value'])).toEqual([textOf(headOf(1))]);
    },
  );

  it('says nothing when nobody needed the PIN to put it there', () => {
    keep(17);
    put(textOf(headOf(99)), false);
    expect(read()).toEqual(headOf(17));
    expect(keep(18)).toEqual({ kept: true });
    expect(kept()).toHaveLength(1);
  });
});

describe('a token that keeps no data objects', () => {
  it.each([
    [0x12, 'CKR_ATTRIBUTE_TYPE_INVALID (0x12)'],
    [0x13, 'CKR_ATTRIBUTE_VALUE_INVALID (0x13)'],
    [0x1b, 'CKR_ACTION_PROHIBITED (0x1b)'],
    [0xd0, 'CKR_TEMPLATE_INCOMPLETE (0xd0)'],
    [0xd1, 'CKR_TEMPLATE_INCONSISTENT (0xd1)'],
    [0x54, 'CKR_FUNCTION_NOT_SUPPORTED (0x54)'],
    [0x31, 'CKR_DEVICE_MEMORY (0x31)'],
    [0x201, 'CKR_TOKEN_RESOURCE_EXCEEDED (0x201)'],
    [0xe2, 'CKR_TOKEN_WRITE_PROTECTED (0xe2)'],
    [0xb5, 'CKR_SESSION_READ_ONLY (0xb5)'],
  ])('says so with the code %i, and keeps what it had', (code, text) => {
    keep(16);
    under.fail('C_CreateObject', code);
    expect(keep(17)).toEqual({ kept: false, code: text });
    expect(read()).toEqual(headOf(16));
  });

  it('says so when it does not even look for one', () => {
    under.fail('C_FindObjectsInit', 0x13);
    expect(keep(17)).toEqual({ kept: false, code: 'CKR_ATTRIBUTE_VALUE_INVALID (0x13)' });
  });

  it.each([0x12, 0xd1])('is asked once more without CKA_MODIFIABLE, after the code %i', (code) => {
    const templates: (readonly Attribute[])[] = [];
    const session = {
      findObjects: () => [],
      createObject: (template: readonly Attribute[]) => {
        templates.push(template);
        if (template.some(({ name }) => name === 'CKA_MODIFIABLE')) throw new CryptokiError('C_CreateObject', code, '');
        return Buffer.alloc(8);
      },
      attribute: (_: Buffer, name: string) => templates.at(-1)?.find((each) => each.name === name)?.value ?? null,
    };
    expect(keepHead(session as unknown as CryptokiSession, { ceremony, head: headOf(1) })).toEqual({ kept: true });
    expect(templates.map(({ length }) => length)).toEqual([7, 6]);
  });
});

describe('a token that fails with a head', () => {
  it.each([
    ['C_CreateObject', 0x30, 'TOKEN-ANSWERS'],
    ['C_CreateObject', 0x32, 'TOKEN-PRESENT'],
    ['C_CreateObject', 0x101, 'TOKEN-LOGGED-IN'],
    ['C_GetAttributeValue', 0x30, 'TOKEN-ANSWERS'],
    ['C_DestroyObject', 0x30, 'TOKEN-ANSWERS'],
    ['C_DestroyObject', 0x1b, 'TOKEN-POLICY-ALLOWS'],
  ])('in %s with the code %i is refused, and never left without one', (calledFunction, code, rule) => {
    keep(16);
    under.fail(calledFunction, code);
    expect(ruleOf(() => keep(17))).toBe(rule);
    under.open();
    expect([16, 17]).toContain(read()?.size);
    expect(keep(17)).toEqual({ kept: true });
    expect(kept()).toHaveLength(1);
  });

  it('has the new head before it loses the old one', () => {
    keep(16);
    const start = under.history().length;
    keep(17);
    const calls = under.history().slice(start);
    expect(calls.indexOf('C_CreateObject')).toBeGreaterThan(0);
    expect(calls.indexOf('C_DestroyObject')).toBeGreaterThan(calls.lastIndexOf('C_GetAttributeValue'));
  });

  it('is refused when the head does not read back, and the wrong one is taken off again', () => {
    // Nothing is read before the template is.
    under.fail('C_GetAttributeValue', 0x12, 1);
    const refusal = refusalOf(() => keep(17));
    expect(refusal?.rule).toBe('LOG-HEAD-AS-WRITTEN');
    expect(refusal?.cause).toContain('CKA_VALUE was asked as keyferry head 17');
    under.heal();
    expect(kept()).toEqual([]);
  });

  it('is found out when it says that it destroyed one and did not', () => {
    const session = { findObjects: () => [Buffer.alloc(8)], attribute: () => null, destroyObject: () => undefined };
    expect(ruleOf(() => dropHead(session as unknown as CryptokiSession, { ceremony }))).toBe('LOG-HEAD-DROPPED');
  });
});

describe('a process that dies while it keeps a head', () => {
  const scratch = scratchFolder();
  afterAll(scratch.remove);

  it.each([
    ['before the new one is made', 'C_CreateObject@2', 16],
    ['before the old one is destroyed', 'C_DestroyObject@1', 17],
  ])('%s leaves one that counts', async (_, crash, size) => {
    const store = freshStore(scratch.folder);
    const hsm = newClient();
    const { serial } = await openFreshToken(hsm, withShim(store, { P11SHIM_CRASH: crash }));
    await hsm.keepHead({ ceremony, head: headOf(16) });
    const dying = hsm.keepHead({ ceremony, head: headOf(17) });
    expect((await refusalFrom(dying)).rule).toBe('HSM-PROCESS-ALIVE');
    await hsm.load(store);
    await hsm.select(serial);
    await hsm.login(pin());
    expect(await hsm.readHead({ ceremony })).toEqual(headOf(size));
    expect(await hsm.keepHead({ ceremony, head: headOf(18) })).toEqual({ kept: true });
    expect(await hsm.dropHead({ ceremony })).toBe(1);
    await hsm.close();
  });
});
