import { textEdits } from './edits.ts';
import type { Random } from './random.ts';

/** JSON as a tree that can say what JSON.stringify cannot: a member twice, a number as it stands, a name escaped. */
export type Tree = { members: Member[] } | { items: Tree[] } | { scalar: string };

export interface Member {
  /** As it stands, in quotes. */
  name: string;
  value: Tree;
}

/** Changes the tree in place; gives text where the whole document changes. */
export type JsonEdit = readonly [name: string, change: (members: Member[], random: Random, tree: Tree) => unknown];

/** Names of the clouds, so that a wrong one may land on a member that counts. */
const knownNames = [
  'KeyId',
  'PublicKey',
  'publicKey',
  'public_key',
  'ImportToken',
  'Response',
  'data',
  'key',
  'kid',
  'state',
];

/** What a serialiser may do without changing the meaning. */
export const harmlessJsonEdits: readonly JsonEdit[] = [
  ['members reordered', (members, random) => members.sort(() => random.below(3) - 1)],
  [
    'members besides',
    (members, random) => members.splice(random.below(members.length + 1), 0, member(`extra${random.below(1e6)}`, besides(random))),
  ],
  ['letters escaped', (members, random) => escape(random.pick(members), random)],
]; // prettier-ignore

/** What no serialiser does, or another document says. */
export const jsonEdits: readonly JsonEdit[] = [
  ['member removed', (members, random) => members.splice(random.below(members.length), 1)],
  [
    'member doubled',
    (members, random) => {
      const { name, value } = random.pick(members);
      const other = random.oneIn(2) ? structuredClone(value) : random.pick(members).value;
      members.splice(random.below(members.length + 1), 0, { name: random.oneIn(4) ? escaped(name) : name, value: other });
    },
  ],
  ['member renamed', (members, random) => (random.pick(members).name = JSON.stringify(rename(random.pick(members), random)))],
  ['two values swapped', (members, random) => swap(random.pick(members), random.pick(members))],
  ['value null', (members, random) => (random.pick(members).value = { scalar: 'null' })],
  ['value retyped', (members, random) => (random.pick(members).value = otherType(random))],
  ['value nested', (members, random) => nest(random.pick(members), random)],
  ['value as text', (members, random) => asText(random.pick(members))],
  ['value as number', (members, random) => asNumber(random.pick(members))],
  ['odd number', (members, random) => (random.pick(members).value = { scalar: random.pick(oddNumbers) })],
  ['string edited', (members, random) => editString(random.pick(members), random)],
  ['half a surrogate pair', (members, random) => (random.pick(members).value = { scalar: '"\\ud83d"' })],
  ['other escapes', (members, random) => (random.pick(members).value = { scalar: random.pick(['"\\x41"', '"\\u12"', "'a'", '"a\tb"', '"\\a"', '`a`']) })],
  ['in an array', (_members, _random, tree) => `[${write(tree)}]`],
  ['in a member', (_members, random, tree) => `{${JSON.stringify(random.pick(knownNames))}:${write(tree)}}`],
  ['a comma at the end', (_members, _random, tree) => write(tree).replace(/\}$/, ',}')],
  ['a comment', (_members, _random, tree) => write(tree).replace('{', '{/* as shown */')],
  ['deep inside', (members, random) => members.push(member('deep', { scalar: random.pick(['[', '{"a":']).repeat(random.pick([31, 33, 1000])) }))],
  ['deep and whole', (members, random) => members.push(member('deep', { scalar: deep(random.pick([20, 32, 40, 20_000])) }))],
]; // prettier-ignore

const oddNumbers = ['1e400', '-1', '-0', '0', '1e21', '1.5', '01', '+1', '.5', '1.', 'NaN', 'Infinity', '0x10', '9007199254740993', '1795521600000', '253402300800']; // prettier-ignore

/** A tree of a parsed value. */
export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return { scalar: JSON.stringify(value) };
  return { members: Object.entries(value).map(([name, each]) => member(name, treeOf(each))) };
}

/** The document; with white space or without makes no difference. */
export function write(tree: Tree, gap = ''): string {
  if ('scalar' in tree) return tree.scalar;
  if ('items' in tree) return `[${tree.items.map((item) => write(item, gap)).join(`,${gap}`)}]`;
  return `{${gap}${tree.members.map(({ name, value }) => `${name}:${gap}${write(value, gap)}`).join(`,${gap}`)}${gap}}`;
}

/** The member lists of a tree, each worth a change. */
export function memberLists(tree: Tree): Member[][] {
  if ('scalar' in tree) return [];
  if ('items' in tree) return tree.items.flatMap(memberLists);
  const inside = tree.members.flatMap(({ value }) => memberLists(value));
  return tree.members.length === 0 ? inside : [tree.members, ...inside];
}

/** Adds a member, or sets one, to a string that the caller brings. */
export function plantString(members: Member[], text: string, random: Random): void {
  const value = { scalar: JSON.stringify(text) };
  if (random.oneIn(2)) members.push(member('note', value));
  else random.pick(members).value = value;
}

function member(name: string, value: Tree): Member {
  return { name: JSON.stringify(name), value };
}

function besides(random: Random): Tree {
  return treeOf(random.pick([null, true, 12, 'text', 'Überraschung 🎉', ['a', { b: [] }], { kty: 'RSA', alg: 'none' }, {}]));
} // prettier-ignore

function escaped(token: string): string {
  return token.replace(/[A-Za-z]/, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function escape(each: Member, random: Random): void {
  if (random.oneIn(2)) each.name = escaped(each.name);
  else if ('scalar' in each.value && /^"[^\\]*"$/.test(each.value.scalar)) {
    each.value.scalar = each.value.scalar.replaceAll('/', '\\/').replace(/[A-Za-z]/g, (letter) => (random.oneIn(8) ? escaped(letter) : letter));
  }
} // prettier-ignore

function rename({ name }: Member, random: Random): string {
  const plain = JSON.parse(name) as string;
  const changed = [plain.toLowerCase(), plain.toUpperCase(), `${plain} `, `_${plain}`, plain.slice(1), '', '__proto__', 'constructor', plain.replaceAll('-', '_'), plain.replace('e', '\u0435')]; // prettier-ignore
  return random.pick([...changed, ...knownNames]);
}

function swap(one: Member, other: Member): void {
  [one.value, other.value] = [other.value, one.value];
}

function otherType(random: Random): Tree {
  return treeOf(random.pick([0, 1, -1, true, false, '', 'text', [], {}, [[]], { '': '' }, 'null', 'true']));
}

function nest(each: Member, random: Random): void {
  const inner = each.value;
  each.value = random.oneIn(2) ? { items: [inner] } : { members: [{ name: each.name, value: inner }] };
}

function asText(each: Member): void {
  each.value = { scalar: JSON.stringify(write(each.value)) };
}

function asNumber(each: Member): void {
  if ('scalar' in each.value) each.value.scalar = each.value.scalar.replaceAll('"', '') || '0';
}

function editString(each: Member, random: Random): void {
  if (!('scalar' in each.value) || !each.value.scalar.startsWith('"')) return;
  let text: unknown;
  try {
    text = JSON.parse(each.value.scalar);
  } catch {
    return;
  }
  const [, change] = random.pick(textEdits);
  each.value.scalar = JSON.stringify(change(String(text), random, String(text)));
}

function deep(levels: number): string {
  return `${'['.repeat(levels)}${']'.repeat(levels)}`;
}
