import type { InboundFile } from '../../../app/byok/format.ts';
import { inboundFile } from '../inbound-files.ts';
import { base64Edits, byteEdits, editRun, textEdits, type Edit } from './edits.ts';
import type { Form, Values } from './forms.ts';
import { harmlessJsonEdits, jsonEdits, memberLists, plantString, treeOf, write, type JsonEdit } from './json.ts';
import { privateKeyBlobs, privateKeyTexts } from './private-keys.ts';
import type { Random } from './random.ts';
import { derChanges, innerPem, valueChanges } from './trials.ts';

/** A mutated input, and what was done to it. */
export interface Mutated {
  readonly files: readonly InboundFile[];
  readonly changes: readonly string[];
  /** Nothing was done that changes what the files say: they have to be taken. */
  readonly isHarmless: boolean;
}

/** What a mutation knows besides the files. */
interface Context {
  readonly random: Random;
  /** The files of the other call, in the same form. */
  readonly other: readonly InboundFile[];
  /** Sound files of every form of the destination. */
  readonly spare: readonly InboundFile[];
}

type FilesChange = readonly [name: string, change: (files: readonly InboundFile[], context: Context) => InboundFile[]];

/** A form with the sound files of both of its calls. */
export interface Sound {
  readonly form: Form;
  readonly files: readonly [readonly InboundFile[], readonly InboundFile[]];
}

/** Makes the sound files of a form once. */
export function soundOf(form: Form): Sound {
  return { form, files: [form.build(form.calls[0]), form.build(form.calls[1])] };
}

/**
 * Spoils a sound input in one way or in two.
 * @param sound - the input
 * @param spare - sound files of every form of its destination
 */
export function mutate({ form, files: sound }: Sound, spare: readonly InboundFile[], random: Random): Mutated {
  const call = random.pick([0, 1] as const);
  const context: Context = { random, spare, other: sound[call === 0 ? 1 : 0] };
  const isOfValues = random.below(100) < 30;
  const isHarmless = !isOfValues && random.oneIn(10);
  const [name, values] = isOfValues ? changeValues(form.calls[call], form, random) : ['', null];
  const changes = values === null ? [] : [name];
  let files = values === null ? sound[call] : form.build(values);
  const rounds = Number(random.oneIn(4)) + Number(!isOfValues);
  for (let round = 0; round < rounds; round++) {
    const [what, change] = random.pick(isHarmless ? harmless : random.pick(levels));
    changes.push(what);
    files = change(files, context);
  }
  return { files: files.map(plain), changes, isHarmless };
}

function changeValues(values: Values, form: Form, random: Random): readonly [string, Values] {
  if (form.destination.type === 'ibm-key-protect' && random.oneIn(3)) {
    const edit = random.pick(textEdits);
    return [`payload: ${edit[0]}`, innerPem(values, random, edit)];
  }
  const [name, change] = random.pick(random.oneIn(3) ? derChanges : valueChanges);
  return [name, change(values, random, form)];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a file; null when it is none. */
function textOf(file: InboundFile): string | null {
  try {
    return utf8.decode(file.bytes);
  } catch {
    return null;
  }
}

/** Changes one file, picked at random. */
function changeOne(
  files: readonly InboundFile[],
  random: Random,
  change: (file: InboundFile) => InboundFile,
): InboundFile[] {
  const chosen = random.below(files.length);
  return files.map((file, index) => (index === chosen ? change(file) : file));
}

function editBytes([name, change]: Edit<Uint8Array>): FilesChange {
  return [
    name,
    (files, { random, other, spare }) =>
      changeOne(files, random, (file) => {
        const theirs = other.find((each) => each.name === file.name) ?? random.pick(spare);
        return { ...file, bytes: change(file.bytes, random, theirs.bytes) };
      }),
  ];
}

function editText([name, change]: Edit<string>): FilesChange {
  return [
    name,
    (files, { random, spare }) =>
      changeOne(files, random, (file) => {
        const text = textOf(file);
        return text === null ? file : inboundFile(file.name, change(text, random, textOf(random.pick(spare)) ?? ''));
      }),
  ];
}

function editJson([name, change]: JsonEdit): FilesChange {
  return editText([
    name,
    (text, random) => {
      const value = parsed(text);
      // A document that was made deep before is left so: these functions call themselves.
      if (value === null || text.includes('[[[[')) return text;
      const tree = treeOf(value);
      const lists = memberLists(tree);
      if (lists.length === 0) return text;
      const whole = change(random.pick(lists), random, tree);
      return typeof whole === 'string' ? whole : write(tree, random.pick(['', '\n', ' ', '\r\n\t']));
    },
  ]);
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** What leaves the meaning of every file as it is. */
const harmless: readonly FilesChange[] = [
  ...harmlessJsonEdits.map(editJson),
  editText(['byte order mark', (text) => (text.startsWith('\ufeff') ? text : `\ufeff${text}`)]),
  editText(['lines ended by CRLF', (text) => text.replaceAll(/\r?\n/g, '\r\n')]),
  editText(['empty lines around', (text) => (text.startsWith('\ufeff') ? text : `\n\n${text}\n`)]),
  ['UTF-16 with its mark', (files, { random }) => changeOne(files, random, (file) => utf16(file, random.oneIn(2), true))],
  ['files reordered', (files) => files.toReversed()],
]; // prettier-ignore

/** Whole files that go astray. */
const fileChanges: readonly FilesChange[] = [
  ['file missing', (files, { random }) => files.toSpliced(random.below(files.length), 1)],
  ['no file', () => []],
  ['file empty', (files, { random }) => changeOne(files, random, (file) => ({ ...file, bytes: new Uint8Array() }))],
  ['file of another call or form', (files, { random, spare }) => [...files, random.pick(spare)]],
  ['file instead', (files, { random, spare }) => changeOne(files, random, () => random.pick(spare))],
  ['file of the other call', (files, { random, other }) => changeOne(files, random, ({ name }) => other.find((each) => each.name === name) ?? random.pick(other))],
  ['content of the other call', (files, { random, other }) => files.map((file, index) => ({ ...file, bytes: random.oneIn(2) ? (other[index] ?? file).bytes : file.bytes }))],
  ['unknown file', (files, { random }) => [...files, inboundFile(random.pick(names), random.pick([random.bytes(40), 'some words', '', '{}', '[]']))]],
  ['file renamed', (files, { random }) => changeOne(files, random, (file) => ({ ...file, name: otherName(file.name, random) }))],
  ['files of another key', (files) => files.map((file) => ({ ...file, name: otherUuid(file.name) }))],
  ['names swapped', (files) => files.map((file, index) => ({ ...file, name: (files[index + 1] ?? files[0] ?? file).name }))],
  ['file twice', (files, { random }) => [...files, { ...random.pick(files.length === 0 ? [inboundFile('a', '')] : files), name: random.pick(names) }]],
  ['in an archive', (files, { random }) => changeOne(files, random, (file) => ({ ...file, name: `archive.zip/${file.name}` }))],
]; // prettier-ignore

const names = ['README', 'readme.txt', 'README_x', 'notes.txt', 'ImportToken.bin', 'importToken_x', 'wrappingKey_x', 'WrappingPublicKey.bin', 'kek.pem', 'a.zip/ImportToken.bin', 'desktop.ini', '']; // prettier-ignore

function otherName(name: string, random: Random): string {
  const digits = name.replace(/\d/, (digit) => String((Number(digit) + 1) % 10));
  return random.pick([...names, name.toLowerCase(), name.toUpperCase(), `${name}.bin`, `${name} (1)`, `x${name}`, digits, otherUuid(name)]); // prettier-ignore
}

/** The id of a key in a name becomes that of another. */
function otherUuid(name: string): string {
  return name.replace(/[0-9a-f](?=[0-9a-f]{7}-)/, (digit) => (digit === 'a' ? 'b' : 'a'));
}

/** Text in UTF-16, with the mark or without it; what is no text stays. */
function utf16(file: InboundFile, isLittle: boolean, isMarked: boolean): InboundFile {
  const text = textOf(file)?.replace(/^\ufeff/, '');
  if (text === undefined) return file;
  const wide = Buffer.from(`${isMarked ? '\ufeff' : ''}${text}`, 'utf16le');
  return { ...file, bytes: new Uint8Array(isLittle ? wide : wide.swap16()) };
}

/** A private key that somebody carries in, in a file of its own, in the place of another, or in a member. */
const privateKeys: readonly FilesChange[] = [
  ['private key as text', (files, { random }) => [...files, inboundFile(random.pick(names), random.pick(privateKeyTexts))]],
  ['private key as bytes', (files, { random }) => [...files, inboundFile(random.pick(names), random.pick(privateKeyBlobs))]],
  ['private key instead', (files, { random }) => changeOne(files, random, ({ name }) => inboundFile(name, random.pick([...privateKeyTexts, ...privateKeyBlobs])))],
  ['private key in UTF-16', (files, { random }) => [...files, utf16(inboundFile('README', random.pick(privateKeyTexts)), true, random.oneIn(2))]],
  editJson(['private key in a member', (members, random) => { plantString(members, random.pick(privateKeyTexts), random); }]),
]; // prettier-ignore

/** Each level is as likely as the others. */
const levels: readonly (readonly FilesChange[])[] = [
  byteEdits.map(editBytes),
  textEdits.map(editText),
  jsonEdits.map(editJson),
  base64Edits.map(([name, change]) => editText([name, (text, random) => editRun(text, random, change)])),
  [
    ...fileChanges,
    ['UTF-16', (files, { random }) => changeOne(files, random, (file) => utf16(file, random.oneIn(2), random.oneIn(2)))],
    ...privateKeys,
  ],
]; // prettier-ignore

/** Buffers are views that share memory, and the product gets plain arrays. */
function plain({ name, bytes }: InboundFile): InboundFile {
  return { name, bytes: new Uint8Array(bytes) };
}
