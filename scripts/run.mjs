// Running other programs. What setup says goes to stderr: stdout belongs to the command (`npm run rehearse` prints JSON).
import { spawn, spawnSync } from 'node:child_process';

/** A failure whose message says what to do by hand; shown without a stack. */
export class SetupFailed extends Error {}

/** @param {string} sentence */
export const say = (sentence) => process.stderr.write(`keyferry: ${sentence}\n`);

/**
 * Runs a program without showing its output; on failure the end of the output is shown with what to do by hand.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string | Buffer, timeout?: number, byHand: string }} options
 * @returns {string} what it wrote to stdout
 */
export function quietly(command, args, { byHand, ...options }) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28, ...options });
  if (done.status === 0) return done.stdout;
  const output = `${done.stdout ?? ''}${done.stderr ?? ''}${done.error ? done.error.message : ''}`;
  const tail = output.trim().split('\n').slice(-20).join('\n');
  throw new SetupFailed(`\`${command}\` failed.\n${tail}\n${byHand}`);
}

/**
 * Runs a program in the foreground and waits for it. Ctrl+C reaches it too; its exit code is the answer.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code; 128 + n when a signal ended it
 */
export function foreground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const wait = () => undefined;
    process.on('SIGINT', wait);
    const pass = () => void child.kill('SIGTERM');
    process.on('SIGTERM', pass);
    child.on('error', (error) => reject(new SetupFailed(`\`${command}\` could not be started: ${error.message}`)));
    child.on('exit', (code, signal) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/**
 * The body of a command: its number becomes the exit code, a SetupFailed its plain message.
 * @param {() => Promise<number>} body
 */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
