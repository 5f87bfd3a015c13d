import { spawnSync } from 'node:child_process';
import { Refused } from '../../app/rules/refusal.ts';
import { Device } from './device.ts';
import type { HsmOutcome, HsmRequest, HsmResponse } from './protocol.ts';

/**
 * The entry of the HSM process: takes one request after the other from whoever forked it and answers each. It runs as an
 * Electron utility process (`process.parentPort`) or as a Node child with an IPC channel.
 */

/** The part of Electron's ParentPort used here; electron itself is not imported. */
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

const device = new Device();
forbidCoreDumps();
serve();

function serve(): void {
  const { parentPort } = process as { parentPort?: ParentPort };
  if (parentPort !== undefined) {
    parentPort.on('message', ({ data }) => parentPort.postMessage(answer(data as HsmRequest)));
    return;
  }
  process.on('message', (request) => process.send?.(answer(request as HsmRequest)));
  // Without a parent nobody can log out: end, and let the token end the session.
  process.on('disconnect', () => process.exit(0));
}

function answer(request: HsmRequest): HsmResponse {
  const outcome = perform(request);
  return { id: request.id, isLoggedIn: device.isLoggedIn, outcome };
}

function perform(request: HsmRequest): HsmOutcome {
  try {
    return { kind: 'value', value: dispatch(request) };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', refusal: error.refusal };
    return { kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function dispatch(request: HsmRequest): unknown {
  switch (request.method) {
    case 'load':
      return device.load(...request.args);
    case 'initialiseRehearsalToken':
      return device.initialiseRehearsalToken(...request.args);
    case 'select':
      return device.select(...request.args);
    case 'pinState':
      return device.pinState(...request.args);
    case 'addPinPart':
      return device.addPinPart(...request.args);
    case 'clearPin':
      device.clearPin(...request.args);
      return undefined;
    case 'login':
      return device.login(...request.args);
    case 'probe':
      return device.probe(...request.args);
    case 'generateTargetKey':
      return device.generateTargetKey(...request.args);
    case 'findGeneratedKey':
      return device.findGeneratedKey(...request.args);
    case 'findTargetKey':
      return device.findTargetKey(...request.args);
    case 'wrapTargetKey':
      return device.wrapTargetKey(...request.args);
    case 'destroyKey':
      return device.destroyKey(...request.args);
    case 'countObjects':
      return device.countObjects(...request.args);
    case 'makeLogKey':
      return device.makeLogKey(...request.args);
    case 'signWithLogKey':
      return device.signWithLogKey(...request.args);
    case 'destroyLogKey':
      return device.destroyLogKey(...request.args);
    case 'keepHead':
      return device.keepHead(...request.args);
    case 'readHead':
      return device.readHead(...request.args);
    case 'dropHead':
      return device.dropHead(...request.args);
    case 'close':
      device.close(...request.args);
      return undefined;
  }
}

/** A crash of the vendor's library must not write the PIN to disk. Where prlimit is missing, the system decides. */
function forbidCoreDumps(): void {
  spawnSync('prlimit', ['--pid', String(process.pid), '--core=0:0'], { stdio: 'ignore' });
}
