import { Disk, everything } from './disk.ts';
import type { History } from './effects.ts';
import { Findings, type Outcome } from './failures.ts';
import type { Image } from './image.ts';
import { record, type Recording } from './record.ts';
import { listen, silence, type Said } from './script.ts';
import { cutsOf, failureAt, type Cut, type Observer, type Plan } from './simulate.ts';
import { copyPath, logPath } from './store-use.ts';
import { verdictOn, verdictOnDamaged, type Verdict } from './verdict.ts';

/** What stands in the place of a file that somebody damaged; it must stay where somebody can examine it. */
const garbage = Buffer.alloc(3000, 'damaged ');

/**
 * Damages the log or its copy, and cuts the power while the people go on with the other one.
 * @param sound - the record of a ceremony, whose end is gone on from
 */
export function simulateChoices(
  sound: History,
  recording: Omit<Recording, 'processes' | 'before'>,
  plan: Plan,
  observer: Observer,
): Outcome {
  const findings = new Findings(plan.enough);
  const { image, said } = endOf(sound);
  let cuts = 0;
  for (const side of ['copy', 'log'] as const) {
    const before = damaged(image, side === 'copy' ? logPath : copyPath);
    const processes = [
      [
        { do: 'choose', side },
        { do: 'append', to: (said.kept?.size ?? 0) + 2 },
      ],
    ] as const;
    const history = record({ ...recording, processes, before });
    for (const cut of cutsOf(history, { ...plan, said: { ...said, isMade: false } })) {
      cuts += 1;
      const verdict = verdictAfter(cut, observer);
      if (verdict === null) continue;
      findings.add(
        failureAt(history, plan, cut, { ...verdict, detail: `going on with the ${side}: ${verdict.detail}` }),
      );
    }
  }
  return { cuts, failures: findings.failures };
}

/** Until the choice is carried out the damage is still there, and is refused. */
function verdictAfter({ image, name, said }: Cut, observer: Observer): Verdict | null {
  const found = observer.look(image, name);
  const isKept = [...image.values()].some((bytes) => garbage.equals(bytes));
  if (!isKept) return { fault: 'thrown away', detail: 'the damaged file is gone' };
  return said.isMade ? verdictOn(found, said) : verdictOnDamaged(found, said);
}

function endOf(history: History): { readonly image: Image; readonly said: Said } {
  const disk = new Disk(history);
  let said = silence;
  for (const effect of history.effects) {
    disk.take(effect);
    if (effect.kind === 'said') said = listen(said, effect.words);
  }
  return { image: disk.cut(everything), said };
}

function damaged(image: Image, path: string): Image {
  const left = [...image].filter(([name]) => name !== `${path}-wal`);
  return new Map([...left, [path, garbage]]);
}
