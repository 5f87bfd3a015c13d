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

/** Longer than this, and it hangs (milliseconds). */
const patience = 1000;

/**
 * Feeds mutated inputs to the parser of a destination, the forms in turn.
 * @param type - the destination
 * @param count - how many inputs that differ from every sound one
 * @param seed - decides all of them, each by its number alone
 * @throws Error that names seed, input and changes when the parser crashes, hangs, refuses by no inbound rule, takes an
 * unsound input, reads a sound one wrong or refuses one that says the same as before
 */
export function feed(type: DestinationType, count: number, seed: number): Tally {
  const sounds = everyForm[type].map(soundOf);
  const spare = sounds.flatMap(({ files }) => files.flat());
  const rules = new Set<string>();
  let [fed, accepted, refused] = [0, 0, 0];
  for (let number = 0; fed < count; number++) {
    const sound = sounds[number % sounds.length] ?? failAt(type, seed, number, 'there is no form');
    const input = mutate(sound, spare, new Random(Math.imul(seed + number, 0x9e3779b1)));
    if (sound.files.some((files) => isSame(files, input.files))) continue;
    fed++;
    const outcome = outcomeOf(sound.form, input.files);
    const fault = typeof outcome === 'string' ? faultOfRefusal(outcome, input) : outcome.fault;
    if (fault !== null && process.env['COLLECT']) {
      const key = fault.split('\n')[0]!.slice(0, 90).replace(/\d+/g, 'N');
      const m = ((globalThis as any).faults ??= new Map());
      const list = m.get(key) ?? []; m.set(key, list); list.push(describe(sound, input, fault));
    }
    else if (fault !== null) return failAt(type, seed, number, describe(sound, input, fault));
    if (typeof outcome === 'string') {
      rules.add(outcome);
      refused++;
    } else accepted++;
  }
  return { fed, accepted, refused, rules };
}

/** The rule that refused the input; or what is wrong with its acceptance, null when nothing is. */
function outcomeOf(form: Form, files: readonly InboundFile[]): string | { readonly fault: string | null } {
  const started = performance.now();
  const outcome = read(form, files);
  // A machine that stops for a moment is no parser that hangs: what takes long must do so twice.
  if (performance.now() - started > patience) {
    const again = performance.now();
    read(form, files);
    if (performance.now() - again > patience) return { fault: 'it hangs' };
  }
  if (outcome instanceof Refused) return outcome.refusal.rule;
  return { fault: outcome instanceof Error ? `it threw ${outcome.stack ?? ''}` : faultOf(form, files, outcome) };
}

function read({ destination }: Form, files: readonly InboundFile[]): InboundReading | Error {
  try {
    return formatFor(destination).readInbound(files, destination, room);
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
