import { describe, expect, it } from 'vitest';
import { CryptokiError, type CryptokiModule, type SlotHandle } from '../../../main/hsm/pkcs11.ts';
import { inSession, type Work } from '../../../main/hsm/session.ts';
import { refusalOf } from '../../support/rule-of.ts';

const slot: SlotHandle = Buffer.alloc(8);
const handle = Buffer.alloc(8);

/** A module whose sessions fail in these calls; the software token never fails to close one. */
function moduleFailingIn(...failing: string[]) {
  const calls: string[] = [];
  const answer = (name: string): void => {
    calls.push(name);
    if (failing.includes(name)) throw new CryptokiError(name, 0x30, 'as told');
  };
  const session = { destroyObject: () => answer('C_DestroyObject'), close: () => answer('C_CloseSession') };
  return { calls, module: { openSession: () => session } as unknown as CryptokiModule };
}

const withTemporary = ({ temporary }: Work): string => {
  temporary(handle);
  return 'done';
};

describe('an operation whose session does not close', () => {
  it('has happened all the same when it made nothing temporary', () => {
    const { module, calls } = moduleFailingIn('C_CloseSession');
    expect(inSession(module, slot, () => 'made')).toBe('made');
    expect(calls).toEqual(['C_CloseSession']);
  });

  it.each(['C_CloseSession', 'C_DestroyObject'])('is refused when something temporary may be left by %s', (name) => {
    const { module, calls } = moduleFailingIn(name);
    expect(refusalOf(() => inSession(module, slot, withTemporary))).toMatchObject({
      rule: 'TOKEN-LEFT-CLEAN',
      code: 'CKR_DEVICE_ERROR (0x30)',
    });
    expect(calls).toEqual(['C_DestroyObject', 'C_CloseSession']);
  });

  it('fails with its own failure first', () => {
    const { module } = moduleFailingIn('C_CloseSession');
    const own = new CryptokiError('C_GenerateKey', 0x31, 'its own');
    const operation = (): never => {
      throw own;
    };
    expect(() => inSession(module, slot, operation)).toThrow(own);
  });
});
