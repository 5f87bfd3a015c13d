import { phases, type Step } from '../ceremony/step.ts';
import { field, paragraph, toTick, type Block, type Field } from './document.ts';
import { confirmersInWords, initialsOf, roleTitle } from './script-words.ts';

/**
 * Part E: every step of the ceremony under its phase, with room for what is written at it.
 * @param steps - of the definition, in order
 */
export function stepsOf(steps: readonly Step[]): Block[] {
  return phases.flatMap(({ id, title }, index): Block[] => [
    { kind: 'heading', level: 2, text: `${index + 1} ${title}` },
    ...steps.filter((step) => step.phase === id).map(stepOf),
  ]);
}

function stepOf(step: Step): Block {
  const about = step.key === null ? '' : ` Key: ${step.key}.`;
  return {
    kind: 'step',
    id: step.id,
    number: step.number,
    title: step.title,
    blocks: [
      paragraph(`${roleTitle(step.acts)} acts. Confirmed by ${confirmersInWords(step.confirmers)}.${about}`),
      { kind: 'say', paragraphs: step.says },
      ...(step.ticks.length === 0 ? [] : [toTick(step.ticks.map(({ text }) => text))]),
      paragraph(`On the screen: ${step.action}.`),
      ...(isComparison(step) ? [{ kind: 'fields' as const, items: fingerprint }] : []),
      ...(step.sensitive ? [{ kind: 'fields' as const, items: logHead }] : []),
      ...(step.id === logKeyShown ? [{ kind: 'fields' as const, items: logKey }] : []),
      ...(isSealed(step) ? [{ kind: 'fields' as const, items: checkpoint }] : []),
      { kind: 'fields', items: initialsOf(step.acts, step.confirmers).flatMap(initials) },
    ],
  };
}

/** Whether a wrapping key is compared at a step: in the phase in which they come in, each step about a key does so. */
function isComparison({ phase, key }: Step): boolean {
  return phase === 'bring-in' && key !== null;
}

/** What is written of a fingerprint that was compared whole. */
const fingerprint: readonly Field[] = [
  field('Fingerprint: first 3 bytes', 3),
  field('Last byte', 2),
  field('First word', 3),
  field('Last word', 4),
];

/** The step at which the fingerprint of the key that signs the log is on the screen. */
const logKeyShown = 'token.accept';

/** Written whole: against somebody who makes a record anew, with keys of their own, a few digits are nothing. */
const logKey: readonly Field[] = [
  field('SHA-256 of the key that signs the log, all 64 digits: first 32', 10),
  field('The other 32', 10),
];

/** Whether the token signs the log at a step. */
function isSealed({ before = [], after = [] }: Step): boolean {
  return [...before, ...after].includes('sign-checkpoint');
}

/** What the token signed of the log after a step, as the next one shows it: a verifier takes it as it is written here. */
const checkpoint: readonly Field[] = [
  field('Checkpoint after this step: entries', 4),
  field('First word', 4),
  field('Last word', 4),
];

/** What ties the paper to the log. */
const logHead: readonly Field[] = [
  field('Head of the log: first 3 bytes', 4),
  field('Last byte', 2),
  field('Entries in the log', 3),
  field('Exception sheet, if any', 3),
];

function initials(label: string): Field[] {
  return [field(`${label}: initials`, 4), field('Time, UTC', 2)];
}
