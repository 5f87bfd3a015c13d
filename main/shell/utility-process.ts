import { utilityProcess } from 'electron';
import type { SpawnHsm } from '../hsm/client.ts';
import { fromUtilityProcess } from '../hsm/fork.ts';

/**
 * Forks the HSM process as an Electron utility process: plain Node, without a window, without a network of its own.
 * @param entry - the bundle of `main/hsm/process.ts`
 * @returns a spawner; needs Electron to be ready
 */
export function forkUtilityProcess(entry: string): SpawnHsm {
  return (environment) =>
    fromUtilityProcess(
      utilityProcess.fork(entry, [], {
        env: { ...process.env, ...environment },
        execArgv: [],
        serviceName: 'Keyferry HSM',
        // What a vendor's library prints is nobody's; it may hold what must not be seen.
        stdio: 'ignore',
      }),
    );
}
