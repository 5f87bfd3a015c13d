import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyBundle, type Bundle } from '../../app/bundle/verify-bundle.ts';
import { verdictOf } from '../../app/bundle/verification.ts';
import { verifierPath } from '../support/paper.ts';
import { putFiles } from '../support/put-files.ts';

/** What a verifier says of a bundle. */
export interface Opinion {
  /** 0 sound, 1 broken, 2 could not be checked. */
  readonly code: number;
  readonly broken: readonly string[];
}

const codes = { holds: 0, broken: 1, 'not-checkable': 2 } as const;

/**
 * What the verifier of the application says.
 * @param by - name and version of that application
 */
export function firstOpinion(bundle: Bundle, by: string): Opinion {
  const results = verifyBundle(bundle, by);
  return {
    code: codes[verdictOf(results)],
    broken: results.flatMap(({ rule, outcome }) => (outcome === 'broken' ? [rule] : [])),
  };
}

/** The verifier in Python, kept running; it is given folders with bundles. */
export class SecondOpinion {
  readonly #scratch = mkdtempSync(join(tmpdir(), 'keyferry-opinion-'));
  readonly #python: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string, undefined>;
  readonly #reader: Interface;

  /** @param verifier - the program, for a test another than the one that is shipped */
  constructor(verifier = verifierPath) {
    const driver = fileURLToPath(new URL('driver.py', import.meta.url));
    this.#python = spawn('python3', ['-I', driver, verifier], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#reader = createInterface({ input: this.#python.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async of({ folder, files }: Bundle): Promise<Opinion> {
    const top = putFiles(join(this.#scratch, folder), files);
    this.#python.stdin.write(`${top}\n`);
    const line: IteratorResult<string, undefined> = await this.#lines.next();
    rmSync(top, { recursive: true, force: true });
    if (line.done === true) throw new Error('The verifier in Python has ended.');
    return JSON.parse(line.value) as Opinion;
  }

  end(): void {
    this.#python.stdin.end();
    this.#reader.close();
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
