import { once } from 'node:events';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';

const checkout = join(import.meta.dirname, '../../..');

/** The packaged application to drive in place of the checkout; its inspect fuse must be on. */
const packaged = process.env['KEYFERRY_PACKAGED'];

export const isPackaged = packaged !== undefined;

/** One run of the real application, its sandbox on. */
export interface Application {
  readonly electron: ElectronApplication;
  readonly page: Page;
  /** Everything written to stdout and stderr so far. */
  output(): string;
  /** What the page complained about: console errors and warnings, exceptions, violations of its policy. */
  complaints(): readonly string[];
  /** Closes it as a person would. */
  close(): Promise<void>;
  /** Ends it without a chance to tidy up (SIGKILL). */
  kill(): Promise<void>;
}

/** How to start the application: its executable and what precedes its own arguments. */
export function command(): { executable: string; first: readonly string[] } {
  return packaged === undefined
    ? { executable: join(checkout, 'node_modules/electron/dist/electron'), first: [checkout] }
    : { executable: packaged, first: [] };
}

/**
 * Starts the application and waits for its window.
 * @param profile - folder of its profile
 * @param more - further arguments
 * @param environment - further variables, for this run of it alone
 */
export async function launch(
  profile: string,
  more: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Application> {
  if (process.getuid?.() === 0) throw new Error('Chromium keeps its sandbox off for root: run as an ordinary user.');
  const electron = await startAttached([`--profile=${profile}`, ...more], environment);
  const output = collectOutput(electron);
  const page = await electron.firstWindow();
  const complaints = collectComplaints(page);
  await page.waitForLoadState();
  return {
    electron,
    page,
    output: () => output.join(''),
    complaints: () => complaints,
    close: () => electron.close(),
    kill: async () => {
      const child = electron.process();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/**
 * Without a path Playwright holds the start back until it is attached. A packaged application cannot be held, and now
 * and then it starts so that Playwright never sees its windows: then it is started once more.
 */
async function startAttached(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ElectronApplication> {
  const { executable, first } = command();
  const env = Object.fromEntries(
    Object.entries({ ...process.env, ...environment }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  const options = { args: [...first, ...args], chromiumSandbox: true, env };
  if (!isPackaged) return _electron.launch(options);
  const unheld = { ...options, executablePath: executable, timeout: 20_000 };
  return _electron.launch(unheld).catch(() => _electron.launch(unheld));
}

function collectOutput(electron: ElectronApplication): string[] {
  const output: string[] = [];
  const { stdout, stderr } = electron.process();
  for (const stream of [stdout, stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk.toString('utf8')));
  return output;
}

/** A violation of the content security policy is a console error too. */
function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}
