/**
 * Mutants that no power cut can tell from the product, each with the reason. One that a cut does tell from it fails the run:
 * it must leave this list.
 */
export const equivalents: ReadonlyMap<string, string> = new Map<string, string>([
  [
    'log-copy.ts: #cut without fdatasyncSync(this.#file);',
    'Nothing is acknowledged before the next append, whose own fdatasync puts the cut on the disk together with the entry.',
  ],
  [
    'SQLite without its syncs of log.sqlite.new-journal',
    'Whatever is under the unfinished name is thrown away when the log is made again; the finished file is synced before it gets its name.',
  ],
  [
    'SQLite without its syncs of the folder',
    'openLog syncs the folder itself before anything is acknowledged, with the names of the log and of its -wal file in it.',
  ],
  [
    'SQLite without its syncs of log.sqlite.new-wal',
    'It is folded into the database, which is synced, before the log gets its name; after a cut before that it is thrown away.',
  ],
]);
