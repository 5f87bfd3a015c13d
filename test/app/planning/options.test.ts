import { describe, expect, it } from 'vitest';
import { destinationOf } from '../../../app/byok/registry.ts';
import { supportMatrix } from '../../../app/byok/support-matrix.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { keySpecNames, type KeySpec } from '../../../app/keys/specs.ts';
import { choiceFits, formatOf, specFits, type Given } from '../../../app/planning/fits.ts';
import { destinationOptions, optionOf, type DestinationOption } from '../../../app/planning/options.ts';
import { azureKey, planWith } from '../../support/walk.ts';

// A form that offers what the parser refuses sends people in circles; one that hides what it takes keeps them from a cloud.

const aws = optionOf('aws-kms') ?? expect.unreachable();
const vault = optionOf('azure-key-vault') ?? expect.unreachable();
const managedHsm = optionOf('azure-managed-hsm') ?? expect.unreachable();

/** What a schema of ours says about a member, as valibot keeps it. */
interface Entry {
  readonly type: string;
  readonly options?: readonly string[];
  readonly wrapped?: Entry;
  readonly item?: Entry;
  readonly pipe?: readonly Entry[];
}

function entriesOf(option: DestinationOption): Readonly<Record<string, Entry>> {
  return (formatOf(option).schema as unknown as { entries: Readonly<Record<string, Entry>> }).entries;
}

/** The values that a schema lists; null when it lists none. */
function listedBy(entry: Entry): readonly string[] | null {
  const inner = entry.wrapped ?? entry.item;
  return entry.options ?? (inner === undefined ? null : listedBy(inner));
}

function taken<T extends string>(fits: readonly { readonly value: T; readonly reason: string | null }[]): T[] {
  return fits.filter(({ reason }) => reason === null).map(({ value }) => value);
}

/** Every way to fill a place in for a spec that the form leaves: one of each choice, samples for what is typed. */
function offered(option: DestinationOption, spec: KeySpec): Given[] {
  return option.members
    .filter(({ isOptional }) => !isOptional)
    .reduce<Given[]>(
      (made, member) =>
        made.flatMap((given) => {
          if (member.choices.length === 0) return [{ ...given, [member.name]: member.example }];
          const values = taken(choiceFits(option, member, spec, given));
          if (member.kind === 'list') return [{ ...given, [member.name]: values }];
          return values.map((value) => ({ ...given, [member.name]: value }));
        }),
      [{}],
    );
}

const planFor = (option: DestinationOption, spec: KeySpec, given: Given): Record<string, unknown> =>
  planWith([azureKey('k', { spec, destination: { type: option.type, ...given } })]);

describe('the options of a form', () => {
  it('serve every destination of the support matrix, and each of its places once', () => {
    const places = Object.values(supportMatrix).flatMap((rows) => [...new Set(rows.map(({ place }) => place))]);
    expect(destinationOptions.map(({ title }) => title).toSorted()).toEqual(places.toSorted());
    expect(new Set(destinationOptions.map(({ id }) => id)).size).toBe(destinationOptions.length);
    expect(destinationOptions.filter(({ type }) => destinationOf(type) === undefined)).toEqual([]);
  });

  it.each(destinationOptions)('ask for $id exactly what its schema takes', (option) => {
    const entries = entriesOf(option);
    const otherPlace = { 'azure-key-vault': 'managedHsm', 'azure-managed-hsm': 'vault' }[option.id];
    const asked = Object.keys(entries).filter((name) => name !== 'type' && name !== otherPlace);
    expect(option.members.map(({ name }) => name).toSorted()).toEqual(asked.toSorted());
    for (const { name, choices, kind } of option.members.filter((member) => member.choices.length > 0)) {
      const listed = listedBy(entries[name] ?? expect.unreachable());
      // Google's algorithms are looked up in a table; that all of them are there is shown by the specs below.
      if (listed !== null) expect([...choices].toSorted(), name).toEqual([...listed].toSorted());
      expect(kind === 'list', name).toBe((entries[name]?.type ?? '') === 'array');
    }
    const isOptional = (entry?: Entry): boolean => entry?.type === 'optional' || entry?.type === 'exact_optional';
    const places = ['vault', 'managedHsm'];
    for (const member of option.members.filter(({ name }) => !places.includes(name)))
      expect(member.isOptional, member.name).toBe(isOptional(entries[member.name]));
  });

  it.each(destinationOptions)('offer for $id only what becomes a plan, and a reason for the rest', (option) => {
    const fits = specFits(option, {});
    expect(fits.map(({ value }) => value)).toEqual(keySpecNames);
    const specs = taken(fits);
    expect(specs).not.toEqual([]);
    for (const spec of specs) {
      const ways = offered(option, spec);
      expect(ways, spec).not.toEqual([]);
      for (const given of ways)
        expect(() => parsePlanDocument(planFor(option, spec, given)), JSON.stringify(given)).not.toThrow();
    }
    for (const { reason } of fits) if (reason !== null) expect(reason.length).toBeGreaterThan(20);
  });

  it.each(destinationOptions)('offer for $id every spec that the matrix has for the place', (option) => {
    const rows = supportMatrix[option.type].filter(({ place }) => place === option.title);
    const carried = keySpecNames.filter((spec) => rows.some(({ specs }) => specs.some((each) => each === spec)));
    expect(taken(specFits(option, {}))).toEqual(carried);
  });

  it('refuse, combination by combination, what the parser refuses', () => {
    for (const option of destinationOptions) {
      for (const member of option.members.filter(({ kind }) => kind === 'choice')) {
        for (const spec of taken(specFits(option, {}))) {
          const [sample = {}] = offered(option, spec);
          for (const { value, reason } of choiceFits(option, member, spec, sample)) {
            const parse = (): unknown => parsePlanDocument(planFor(option, spec, { ...sample, [member.name]: value }));
            const where = `${option.id} ${member.name} ${value} ${spec}`;
            if (reason === null) expect(parse, where).not.toThrow();
            else expect(parse, where).toThrow('PLAN-DESTINATION-TAKES-SPEC');
          }
        }
      }
    }
  });
});

describe('what has been filled in', () => {
  it('decides too: in China AWS takes HMAC keys only, and no way carries a key pair there', () => {
    const keyId = 'arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    expect(taken(specFits(aws, { keyId }))).toEqual(['hmac-224', 'hmac-256', 'hmac-384', 'hmac-512']);
  });

  it('decides nothing while it does not parse', () => {
    expect(taken(specFits(aws, { keyId: 'an alias/of mine' }))).toEqual(taken(specFits(aws, {})));
  });

  it('keeps AES keys to a Managed HSM, and an EC key to signing', () => {
    expect(taken(specFits(vault, {}))).not.toContain('aes-256');
    expect(taken(specFits(managedHsm, {}))).toContain('aes-256');
    const operations = vault.members.find(({ name }) => name === 'operations') ?? expect.unreachable();
    expect(taken(choiceFits(vault, operations, 'ec-p256', {}))).toEqual(['sign', 'verify']);
    expect(taken(choiceFits(vault, operations, 'rsa-2048', {}))).toHaveLength(6);
    expect(taken(choiceFits(vault, operations, null, {}))).toHaveLength(6);
  });
});
