import { fork } from 'node:child_process';
import type { HsmChild, SpawnHsm } from './client.ts';

/**
 * Forks the HSM process in plain Node, for the command line and the tests.
 * @param entry - `main/hsm/process.ts`, or its bundle
 * @returns a spawner; the process runs on this very executable, Electron as Node included
 */
export function forkHsmProcess(entry: string): SpawnHsm {
  return (environment) => {
    const child = fork(entry, [], {
      env: { ...process.env, ...environment, ELECTRON_RUN_AS_NODE: '1' },
      // A debugger or coverage option of ours is not for a process that sees the PIN.
      execArgv: [],
      // Carries byte arrays as they are.
      serialization: 'advanced',
      // What a vendor's library prints is nobody's; it may hold what must not be seen.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return {
      // A process that is gone is told by `exit`; a message to it is lost without a second error.
      post: (message) => child.send(message as object, () => undefined),
      onMessage: (listener) => child.on('message', listener),
      onExit: (listener) => {
        child.on('exit', (code, signal) => listener(signal ?? `exit code ${code}`));
        child.on('error', (error) => listener(error.message));
      },
      kill: () => child.kill('SIGKILL'),
    };
  };
}

/** The part of Electron's UtilityProcess used here, so that electron stays in main/shell. */
export interface UtilityProcessLike {
  readonly pid: number | undefined;
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): boolean;
}

/**
 * Takes an Electron utility process as the HSM process.
 * @param child - from `utilityProcess.fork`, with the module's environment in `env`
 */
export function fromUtilityProcess(child: UtilityProcessLike): HsmChild {
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(`exit code ${code}`)),
    kill: () => {
      // Electron's own kill asks politely (SIGTERM), which a library that hangs need not hear.
      try {
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
      } catch (error) {
        // It ended a moment ago, and its `exit` is on the way.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
  };
}
