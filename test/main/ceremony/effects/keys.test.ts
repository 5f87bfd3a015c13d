import pkcs11js from 'pkcs11js';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { CeremonyState } from '../../../../app/ceremony/state.ts';
import { ckaIdOf } from '../../../../app/ceremony/work.ts';
import { attributes, type Attribute, type AttributeName } from '../../../../main/hsm/attributes.ts';
import { planKey } from '../../../../main/hsm/key-objects.ts';
import {
  destroyKey,
  findKey,
  makeKey,
  settleDestroyedKey,
  settleMadeKey,
} from '../../../../main/ceremony/effects/keys.ts';
import { DeviceUnderTest } from '../../../support/device.ts';
import { ruleOfAsync } from '../../../support/rule-of.ts';
import { azureKey, opened, planWith } from '../../../support/walk.ts';

// The device answers at once where the port promises to answer: what is looked at here is the token.
const under = new DeviceUnderTest();
const ports = { hsm: under.device } as unknown as Parameters<typeof makeKey>[0];
afterAll(() => under.end());

const state: CeremonyState = opened(planWith([azureKey('root')]));
const [planned = expect.unreachable('one key is planned')] = state.plan.keys;
const ckaId = ckaIdOf(state.ceremony, planned);
const label = `${state.ceremony}/root`;
const making = { kind: 'make-key', key: 'root', ckaId, label } as const;
const finding = { kind: 'find-key', key: 'root', ckaId } as const;
const destroying = { kind: 'destroy-key', key: 'root', ckaId } as const;
afterEach(() => under.remove(ckaId));

/** Makes the pair that was asked for, with some attributes of its private half otherwise. */
function makeOtherwise(otherwise: Partial<Record<AttributeName, boolean | string>>): void {
  const plan = planKey('ec-p256', { ckaId, label, lives: 'in-token' });
  const toTemplate = (template: readonly Attribute[]): pkcs11js.Template =>
    template.map(({ name, value }) => ({
      type: attributes[name].number,
      value: value instanceof Uint8Array ? Buffer.from(value) : value,
    }));
  const changed = plan.key.map((each) => ({ ...each, value: otherwise[each.name] ?? each.value }));
  under.bare((library, session) => {
    const mechanism = { mechanism: pkcs11js.CKM_EC_KEY_PAIR_GEN };
    library.C_GenerateKeyPair(session, mechanism, toTemplate(plan.publicHalf ?? []), toTemplate(changed));
  });
}

/** Takes one half of the pair out of the token, as an interruption could. */
function lose(objectClass: number): void {
  under.bare((library, session) => {
    library.C_FindObjectsInit(session, [
      { type: pkcs11js.CKA_ID, value: Buffer.from(ckaId, 'hex') },
      { type: pkcs11js.CKA_CLASS, value: objectClass },
    ]);
    const found = library.C_FindObjects(session, 10);
    library.C_FindObjectsFinal(session);
    for (const object of found) library.C_DestroyObject(session, object);
  });
}

describe('a key that may have been made before an interruption', () => {
  const settled = () => settleMadeKey(ports, making, state);

  it('is found as it was made', async () => {
    const made = await makeKey(ports, making, state);
    expect(await settled()).toEqual(made);
  });

  it('was not made when nothing has its CKA_ID', async () => {
    expect(await ruleOfAsync(settled)).toBe('EFFECT-SETTLED-BY-LOOKING');
  });

  it.each<[string, Partial<Record<AttributeName, boolean | string>>]>([
    ['may derive other keys', { CKA_DERIVE: true }],
    ['can be read in the clear', { CKA_SENSITIVE: false }],
    ['may not leave', { CKA_EXTRACTABLE: false }],
    ['may decrypt', { CKA_DECRYPT: true }],
    ['can be changed', { CKA_MODIFIABLE: true }],
    ['is called otherwise', { CKA_LABEL: 'another' }],
  ])('is refused, and stays for people to see, when it %s', async (_, otherwise) => {
    makeOtherwise(otherwise);
    expect(await ruleOfAsync(settled)).toBe('TARGET-KEY-ATTRIBUTES-AS-PLANNED');
    expect(under.objectsWithId(ckaId)).toBe(2);
  });

  it('is as it was asked for when nothing is otherwise', async () => {
    makeOtherwise({});
    expect(await settled()).toMatchObject({ kind: 'make-key', ckaId });
  });

  it.each([
    ['private', pkcs11js.CKO_PRIVATE_KEY],
    ['public', pkcs11js.CKO_PUBLIC_KEY],
  ])('is not taken for missing when only its %s half is', async (_, half) => {
    await makeKey(ports, making, state);
    lose(half);
    expect(await ruleOfAsync(settled)).toBe('TARGET-KEY-PRESENT');
  });
});

describe('a key that may have been destroyed before an interruption', () => {
  const settled = () => settleDestroyedKey(ports, destroying);

  it('is gone when nothing has its CKA_ID', async () => {
    await makeKey(ports, making, state);
    expect(await destroyKey(ports, destroying, state)).toMatchObject({ destroyed: 2 });
    expect(await settled()).toMatchObject({ kind: 'destroy-key', key: 'root' });
  });

  it('is not gone while it is whole', async () => {
    await makeKey(ports, making, state);
    expect(await ruleOfAsync(settled)).toBe('EFFECT-SETTLED-BY-LOOKING');
  });

  it.each([
    ['private', pkcs11js.CKO_PRIVATE_KEY],
    ['public', pkcs11js.CKO_PUBLIC_KEY],
  ])('is not gone when only its %s half is, and can be destroyed to the end', async (_, half) => {
    await makeKey(ports, making, state);
    lose(half);
    expect(await ruleOfAsync(settled)).toBe('EFFECT-SETTLED-BY-LOOKING');
    expect(await destroyKey(ports, destroying, state)).toMatchObject({ destroyed: 1 });
    expect(await settled()).toMatchObject({ kind: 'destroy-key' });
  });
});

describe('a key that the plan says is in the token', () => {
  it('is taken when it may leave, whatever else differs', async () => {
    makeOtherwise({ CKA_LABEL: 'older', CKA_DERIVE: true });
    const found = await findKey(ports, finding, state);
    const derive = found.attributes.find(({ name }) => name === 'CKA_DERIVE');
    expect(derive).toEqual({ name: 'CKA_DERIVE', asked: 'false', found: 'true' });
  });

  it.each<[string, Partial<Record<AttributeName, boolean>>]>([
    ['is not extractable', { CKA_EXTRACTABLE: false }],
    ['can be read in the clear', { CKA_SENSITIVE: false }],
    ['asks for a trusted KEK', { CKA_WRAP_WITH_TRUSTED: true }],
  ])('is refused before anybody carries its KEK, when it %s', async (_, otherwise) => {
    makeOtherwise(otherwise);
    expect(await ruleOfAsync(() => findKey(ports, finding, state))).toBe('TARGET-KEY-MAY-LEAVE');
  });

  it('is missed when it is not there', async () => {
    expect(await ruleOfAsync(() => findKey(ports, finding, state))).toBe('TARGET-KEY-PRESENT');
  });

  it('is refused when it cannot prove that its public half is its own', async () => {
    makeOtherwise({ CKA_SIGN: false });
    expect(await ruleOfAsync(() => findKey(ports, finding, state))).toBe('TOKEN-POLICY-ALLOWS');
  });
});
