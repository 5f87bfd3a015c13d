import { describe, expect, it } from 'vitest';
import { defaultSeparation, roles } from '../../../app/ceremony/roles.ts';
import { emptyKey, type KeyDraft } from '../../../app/planning/draft.ts';
import { hasPair, rolePairs, togglePair, usualPairs } from '../../../app/planning/separation.ts';
import { moveKey, settleKey } from '../../../app/planning/settle.ts';

// People change their minds halfway down a form: what no longer fits must not stay in it unseen.

function keyAt(place: string, more: Partial<KeyDraft> = {}): KeyDraft {
  const key = { ...emptyKey(), ...more };
  moveKey(key, place);
  return key;
}

function withSpec(key: KeyDraft, spec: string): KeyDraft {
  key.spec = spec;
  settleKey(key);
  return key;
}

describe('a key that is sent elsewhere', () => {
  it('keeps its kind where that is taken too, and loses it where it is not', () => {
    expect(keyAt('azure-key-vault', { spec: 'rsa-4096' }).spec).toBe('rsa-4096');
    expect(keyAt('alibaba-kms', { spec: 'rsa-4096' }).spec).toBe('');
  });

  it('forgets what was typed and chosen for the place before', () => {
    const key = withSpec(keyAt('aws-kms'), 'aes-256');
    key.texts['keyId'] = '1234abcd';
    moveKey(key, 'tencent-kms');
    expect(key.texts['keyId']).toBeUndefined();
    key.lists['operations'] = ['sign'];
    moveKey(key, 'azure-key-vault');
    expect(key.lists['operations']).toEqual([]);
  });

  it('stays as it is while no place is chosen', () => {
    expect(keyAt('', { spec: 'rsa-2048' })).toEqual({ ...emptyKey(), spec: 'rsa-2048' });
  });
});

describe('a key that becomes another kind', () => {
  it('gets the way that is to be preferred, each time anew', () => {
    const key = withSpec(keyAt('aws-kms'), 'aes-256');
    expect(key.texts['wrappingAlgorithm']).toBe('RSAES_OAEP_SHA_256');
    expect(withSpec(key, 'rsa-2048').texts['wrappingAlgorithm']).toBe('RSA_AES_KEY_WRAP_SHA_256');
    expect(withSpec(keyAt('oci-vault'), 'aes-256').texts['wrappingAlgorithm']).toBe('RSA_OAEP_SHA256');
    expect(withSpec(keyAt('oci-vault'), 'rsa-2048').texts['wrappingAlgorithm']).toBe('RSA_OAEP_AES_SHA256');
  });

  it('keeps a way that somebody chose and that fits it too', () => {
    const key = withSpec(keyAt('aws-kms'), 'aes-256');
    key.texts['wrappingAlgorithm'] = 'RSAES_OAEP_SHA_1';
    expect(withSpec(key, 'hmac-256').texts['wrappingAlgorithm']).toBe('RSAES_OAEP_SHA_1');
  });

  it('gets what is the only choice, and nothing where people must say what it is for', () => {
    expect(withSpec(keyAt('google-cloud-kms'), 'ec-p256').texts['algorithm']).toBe('ec-sign-p256-sha256');
    expect(withSpec(keyAt('google-cloud-kms'), 'rsa-4096').texts['algorithm']).toBe('');
    expect(withSpec(keyAt('vault-transit'), 'rsa-4096').texts).toMatchObject({ product: '', hash: '' });
  });

  it('loses the operations that it cannot do', () => {
    const key = withSpec(keyAt('azure-key-vault'), 'rsa-2048');
    key.lists['operations'] = ['sign', 'wrapKey'];
    expect(withSpec(key, 'ec-p384').lists['operations']).toEqual(['sign']);
  });
});

describe('the roles that are kept apart', () => {
  it('are each two roles once, and to begin with those that a plan keeps apart by saying nothing', () => {
    expect(rolePairs).toHaveLength((roles.length * (roles.length - 1)) / 2);
    const usual = new Set(defaultSeparation.map((pair) => [...pair].toSorted().join(' ')));
    expect(new Set(usualPairs.map((pair) => [...pair].toSorted().join(' ')))).toEqual(usual);
  });

  it('stand in the same order, however they were ticked: the same choice is the same plan', () => {
    const [first = usualPairs[0], , third = usualPairs[0]] = rolePairs;
    if (first === undefined || third === undefined) expect.unreachable();
    const one = togglePair(togglePair([], first), third);
    expect(togglePair(togglePair([], third), first)).toEqual(one);
    expect([hasPair(one, first), togglePair(one, first)]).toEqual([true, [third]]);
  });
});
