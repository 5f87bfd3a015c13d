import { byokExport } from '../ceremony/byok-export/definition.ts';
import type { ParsedPlan } from '../ceremony/plan.ts';
import { planFacts } from '../ceremony/view/plan-facts.ts';
import { hexToBytes } from '../keys/bytes.ts';
import { pgpWords } from '../keys/fingerprint.ts';
import { field, paragraph, type Block, type PaperDocument } from './document.ts';
import { blocksOf } from './from-facts.ts';
import { approval, hardware, physicalNeeds, signOff, storage } from './script-forms.ts';
import { deviations } from './script-deviations.ts';
import { rolesAndPeople } from './script-people.ts';
import { stepsOf } from './script-steps.ts';

/** What the plan does not say about its script. */
export interface ScriptOptions {
  readonly mode: PaperDocument['mode'];
}

/**
 * The ceremony script: made from the plan alone, before the day. Its eight parts are those that auditors of key
 * ceremonies look for: roles, approval, physical needs, hardware and activation material, steps, deviations, storage
 * afterwards, sign-off. The steps are those of the screen, with the same numbers and words.
 * @param parsed - the plan and its hash
 * @param options - whether it is for a rehearsal
 */
export function scriptOf({ plan, sha256 }: ParsedPlan, { mode }: ScriptOptions): PaperDocument {
  const steps = byokExport(plan, 'find-token');
  const parts: readonly (readonly [title: string, blocks: readonly Block[]])[] = [
    ['Roles and people', rolesAndPeople(plan, steps)],
    ['Approval to hold the ceremony', approval(sha256)],
    ['Physical needs', physicalNeeds],
    ['Hardware and activation material', hardware(plan)],
    ['Steps', stepsOf(steps)],
    ['Deviations', deviations(plan)],
    ['Storage afterwards', storage],
    ['Sign-off', signOff(plan)],
  ];
  const titles = parts.map(([title], index) => `Part ${letters.charAt(index)}: ${title}`);
  return {
    title: plan.title,
    name: 'Ceremony script',
    mode,
    planSha256: sha256,
    date: null,
    blocks: [
      ...coverOf(plan.title, plan.purpose, sha256),
      ...howToRead(titles),
      { kind: 'heading', level: 1, text: 'The plan' },
      ...blocksOf(planFacts(plan, sha256)).filter(({ kind }) => kind !== 'hash'),
      ...parts.flatMap(([, blocks], index): Block[] => [
        { kind: 'heading', level: 1, text: titles[index] ?? '' },
        ...blocks,
      ]),
    ],
  };
}

/** Letters, because the numbers are those of the phases on the screen. */
const letters = 'ABCDEFGH';

function coverOf(title: string, purpose: string, sha256: string): Block[] {
  return [
    { kind: 'cover', name: 'Ceremony script', title, purpose },
    { kind: 'hash', caption: 'SHA-256 of the plan', hex: sha256, words: pgpWords(hexToBytes(sha256)) },
    {
      kind: 'fields',
      items: [
        field('Day of the ceremony', 4),
        field('Room', 4),
        field('Ceremony id, as shown on the screen', 4),
        field('Video recording, number and keeper', 6),
        field('This copy of the script belongs to', 6),
      ],
    },
  ];
}

function howToRead(parts: readonly string[]): Block[] {
  return [
    { kind: 'heading', level: 1, text: 'How this script is used' },
    paragraph(
      'The steps are those of the screen, with the same numbers and the same words. What stands beside a line under “Say” is read aloud. A box is ticked when what it says was seen, not before. Whoever has a step to confirm writes initials and the time beside it, in UTC, when the step is done.',
    ),
    paragraph(
      'A hash is compared whole, group by group or word by word: one person reads, another follows. Its short form, the first three bytes and the last, only helps to recognise it later. Each word stands for one byte, in the same order as the hex digits; words at odd places have two syllables and words at even places three, so that a word left out is heard.',
    ),
    paragraph(
      'Whatever departs from this script goes onto an exception sheet in part F, at the moment it is noticed, and the sheet’s number goes into the margin beside the step. Nothing is crossed out so that it cannot be read. No PIN, passphrase or key is ever written on this paper.',
    ),
    paragraph('Everybody puts initials at the foot of every page before the ceremony closes.'),
    { kind: 'list', items: parts },
  ];
}
