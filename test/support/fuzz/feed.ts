import { setImmediate } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import type { InboundFile, InboundReading } from '../../../app/byok/format.ts';
import { formatFor } from '../../../app/byok/registry.ts';
import type { DestinationType } from '../../../app/byok/support-matrix.ts';
import { inboundRules } from '../../../app/rules/inbound.ts';
import { Refused } from '../../../app/rules/refusal.ts';
import { everyForm } from './every-form.ts';
import { room, type Form } from './forms.ts';
import { mutate, soundOf, type Mutated, type Sound } from './mutate.ts';
import { faultOf } from './oracle.ts';
import { Random } from './random.ts';

/** What became of the inputs that a parser was fed. */
export interface Tally {
  readonly fed: number;
  readonly accepted: number;
  readonly refused: number;
  /** The rules that refused something. */
  readonly rules: ReadonlySet<string>;
}

export type Parse = (form: Form, files: readonly InboundFile[]) => InboundReading;

/** The product's own parser. */
export const product: Parse = ({ destination }, files) => formatFor(destination).readInbound(files, destination, room);

/** Longer than this, and it hangs (milliseconds). */
const patience = 1000;

/**
 * Feeds mutated inputs to the parser of a destination, the forms in turn.
 * @param type - the destination
 * @param count - how many inputs that differ from every sound one
 * @param seed - decides all of them, each by its number alone
 * @param parse - the product's parser, or one with a fault that has to be found
 * @throws Error that names seed, input and changes when the parser crashes, hangs, refuses by no inbound rule, takes an
 * unsound input, reads a sound one wrong or refuses one that says the same as before
 */
export async function feed(type: DestinationType, count: number, seed: number, parse = product): Promise<Tally> {
  const sounds = everyForm[type].map(soundOf);
  const spare = sounds.flatMap(({ files }) => files.flat());
  const rules = new Set<string>();
  let [number, fed, accepted, refused] = [-1, 0, 0, 0];
  const feedOne = (): void => {
    const sound = sounds[++number % sounds.length] ?? failAt(type, seed, number, 'there is no form');
    const input = mutate(sound, spare, new Random(Math.imul(seed + number, 0x9e3779b1)));
    if (sound.files.some((files) => isSame(files, input.files))) return;
    fed++;
    const outcome = outcomeOf(sound.form, input.files, parse);
    const fault = typeof outcome === 'string' ? faultOfRefusal(outcome, input) : outcome.fault;
    if (fault !== null) failAt(type, seed, number, describe(sound, input, fault));
    if (typeof outcome === 'string') {
      rules.add(outcome);
      refused++;
    } else accepted++;
  };
  while (fed < count) {
    const isOver = isOverInTime(() => {
      for (let turn = 0; turn < 1000 && fed < count; turn++) feedOne();
    });
    if (!isOver) return failAt(type, seed, number, 'it never comes back');
    // The runner has messages to answer.
    await setImmediate();
  }
  return { fed, accepted, refused, rules };
}

/** Does something, unless it takes two minutes: no timer of this thread could end what never comes back. */
function isOverInTime(act: () => void): boolean {
  try {
    runInNewContext('act()', { act }, { timeout: 120_000 });
    return true;
  } catch (error) {
    // Of the new context, and so no Error of ours.
    const isObject = typeof error === 'object' && error !== null;
    if (isObject && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  }
}

/** The rule that refused the input; or what is wrong with its acceptance, null when nothing is. */
function outcomeOf(
  form: Form,
  files: readonly InboundFile[],
  parse: Parse,
): string | { readonly fault: string | null } {
  const started = performance.now();
  const outcome = read(form, files, parse);
  // A machine that stops for a moment is no parser that hangs: what takes long must do so twice.
  if (performance.now() - started > patience) {
    const again = performance.now();
    read(form, files, parse);
    if (performance.now() - again > patience) return { fault: 'it hangs' };
  }
  if (outcome instanceof Refused) return outcome.refusal.rule;
  return { fault: outcome instanceof Error ? `it threw ${outcome.stack ?? ''}` : faultOf(form, files, outcome) };
}

function read(form: Form, files: readonly InboundFile[], parse: Parse): InboundReading | Error {
  try {
    return parse(form, files);
  } catch (error) {
    return error instanceof Error ? error : new Error(`no Error: ${String(error)}`);
  }
}

function faultOfRefusal(rule: string, { isHarmless }: Mutated): string | null {
  if (!(rule in inboundRules)) return `${rule} is no rule for what comes in`;
  return isHarmless ? `it was refused by ${rule}, and says what the sound input says` : null;
}

function isSame(files: readonly InboundFile[], others: readonly InboundFile[]): boolean {
  if (files.length !== others.length) return false;
  return files.every(({ name, bytes }, index) => {
    const other = others[index];
    return other?.name === name && Buffer.compare(bytes, other.bytes) === 0;
  });
}

function failAt(type: DestinationType, seed: number, number: number, what: string): never {
  throw new Error(`${type}, seed ${seed}, input ${number}: ${what}`);
}

/** Enough to see the input: its files as text where they are short, and the seed makes it again. */
function describe({ form }: Sound, { files, changes }: Mutated, fault: string): string {
  const shown = files.map(({ name, bytes }) => `${name} (${bytes.length} bytes): ${JSON.stringify(String(Buffer.from(bytes)).slice(0, 2000))}`); // prettier-ignore
  return [fault, `form: ${form.name}`, `changes: ${changes.join(', ')}`, ...shown].join('\n');
}
