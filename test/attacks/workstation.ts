import { copyFileSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Entry } from '../../app/audit/entry.ts';
import { headMarkOf } from '../../main/audit/head-mark.ts';
import { placesOf, shelfOf, type LogPlaces } from '../../main/audit/places.ts';
import { readLog } from '../../main/audit/read-log.ts';
import { createLog, openLog } from '../../main/audit/store.ts';
import { flipBit } from '../support/checked-bundle.ts';
import { rewriteRows, tellOfRepair } from '../support/logs.ts';

/** A ceremony that was cut off in the middle, with what somebody may have kept of it, and another one. */
export interface Scene {
  /** The application's folder, as a killed application leaves it. */
  readonly profile: string;
  readonly ceremony: string;
  /** The same some steps earlier. */
  readonly older: string;
  /** That of another ceremony, with its id. */
  readonly other: string;
  readonly otherCeremony: string;
  /** Sets the clock of the workstation back. */
  readonly setBack: (milliseconds: number) => void;
}

/** Something that happens to the files of a ceremony while no application runs. */
export type Attack = (scene: Scene) => void;

type Files = LogPlaces & { readonly mark: string };

function filesIn(profile: string, ceremony: string): Files {
  const places = placesOf(join(shelfOf(profile), ceremony));
  return { ...places, mark: headMarkOf(places.file) };
}

const own = ({ profile, ceremony }: Scene): Files => filesIn(profile, ceremony);
const earlier = ({ older, ceremony }: Scene): Files => filesIn(older, ceremony);
const another = ({ other, otherCeremony }: Scene): Files => filesIn(other, otherCeremony);

/** Puts files of one ceremony, or of one time, into the place of another's. */
function replaced(parts: readonly ('log' | 'copy' | 'mark')[], source: (scene: Scene) => Files): Attack {
  return (scene) => {
    const [to, from] = [own(scene), source(scene)];
    if (parts.includes('log')) {
      for (const end of ['', '-wal']) copyFileSync(`${from.file}${end}`, `${to.file}${end}`);
    }
    if (parts.includes('copy')) copyFileSync(from.copy, to.copy);
    if (parts.includes('mark')) copyFileSync(from.mark, to.mark);
  };
}

const rows =
  (sql: string): Attack =>
  (scene) =>
    rewriteRows(own(scene).file, sql);

/** Cuts the copy behind so much of it. */
const cutCopy =
  (part: number): Attack =>
  (scene) => {
    const { copy } = own(scene);
    truncateSync(copy, Math.floor(readFileSync(copy).length * part));
  };

/** An older log is gone on with elsewhere, and what comes of it is put beside the copy of what happened here. */
function forked(scene: Scene): void {
  const { file, copy, mark } = own(scene);
  const [itsCopy, itsMark] = [readFileSync(copy), readFileSync(mark)];
  replaced(['log', 'copy', 'mark'], earlier)(scene);
  const log = openLog({ file, copy }, { tell: tellOfRepair, chosen: null });
  for (let n = 0; n < 60; n += 1) log.append('2026-11-23T15:00:00.000Z', 'thief', { type: 'note', n });
  log.close();
  writeFileSync(copy, itsCopy);
  writeFileSync(mark, itsMark);
}

const tokenIn = ({ file }: LogPlaces): string => join(dirname(file), 'token');

/** Whoever has the workstation writes log, copy and mark anew, each link as it must be. */
const rewritten =
  (change: (entries: readonly Entry[]) => readonly Entry[]): Attack =>
  (scene) => {
    const { file, copy, mark } = own(scene);
    const changed = change(readLog(file));
    for (const path of [file, `${file}-wal`, copy, mark]) rmSync(path, { force: true });
    const log = createLog({ file, copy });
    log.appendAll(changed);
    log.close();
  };

const tampered = (entries: readonly Entry[]): readonly Entry[] =>
  entries.map((entry, at) => (at === 3 ? { ...entry, actor: 'thief' } : entry));

/** By their names in docs/attacks.md. */
export const attacks: Readonly<Record<string, Attack>> = {
  'A bit is flipped in the -wal file': (scene) => flipBit(`${own(scene).file}-wal`),
  'The -wal file is gone': (scene) => rmSync(`${own(scene).file}-wal`),
  'The main file is emptied, with the -wal file there': (scene) => writeFileSync(own(scene).file, ''),
  'The medium with the copy is cut short': cutCopy(0.5),
  'A bit is flipped in the copy': (scene) => flipBit(own(scene).copy),
  'An older log is put back': replaced(['log'], earlier),
  'An older log and its copy are put back': replaced(['log', 'copy'], earlier),
  'An older log, its copy and its mark are put back': replaced(['log', 'copy', 'mark'], earlier),
  'The log is that of another ceremony': replaced(['log'], another),
  'The copy is that of another ceremony': replaced(['copy'], another),
  'The mark is that of another ceremony': replaced(['mark'], another),
  'Log and mark are those of another ceremony': replaced(['log', 'mark'], another),
  'Log, copy and mark are those of another ceremony': replaced(['log', 'copy', 'mark'], another),
  'The end of log and copy is cut off': (scene) => {
    cutCopy(0.8)(scene);
    rows('DELETE FROM entry WHERE sequence > 30')(scene);
  },
  'An entry is changed': rows(
    'UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), \'"time":"2\', \'"time":"3\') AS BLOB) WHERE sequence = 9',
  ),
  'An entry is taken out': rows('DELETE FROM entry WHERE sequence = 9'),
  'An entry is put in': rows('INSERT INTO entry (sequence, bytes) SELECT max(sequence) + 1, (SELECT bytes FROM entry WHERE sequence = 9) FROM entry'), // prettier-ignore
  'Two entries change places': rows('UPDATE entry SET bytes = CASE sequence WHEN 9 THEN (SELECT bytes FROM entry WHERE sequence = 10) ELSE (SELECT bytes FROM entry WHERE sequence = 9) END WHERE sequence IN (9, 10)'), // prettier-ignore
  'The log was gone on with elsewhere, from an older one': forked,
  'Log, copy and mark are written anew, with an entry changed': rewritten(tampered),
  'Log, copy and mark are written anew, without the last entries': rewritten((entries) => entries.slice(0, -6)),
  'The clock is set back': ({ setBack }) => setBack(3_600_000),
  'The token is that of another ceremony': (scene) => {
    rmSync(tokenIn(own(scene)), { recursive: true });
    cpSync(tokenIn(another(scene)), tokenIn(own(scene)), { recursive: true });
  },
  'The token is put back from an earlier time, with log, copy and mark': (scene) => {
    replaced(['log', 'copy', 'mark'], earlier)(scene);
    rmSync(tokenIn(own(scene)), { recursive: true });
    cpSync(tokenIn(earlier(scene)), tokenIn(own(scene)), { recursive: true });
  },
};
