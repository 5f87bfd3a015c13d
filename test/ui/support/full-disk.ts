import type { Application } from './application.ts';

/**
 * From now on the system refuses what the application writes into the second copy of a log, as a full disk does, or takes it
 * again. Whatever else the application does goes on: a limit of the whole process would starve Chromium, which keeps its shared
 * memory in files.
 */
export async function setFull({ electron }: Application, isFull: boolean): Promise<void> {
  await electron.evaluate((_modules, full) => {
    const fs = process.getBuiltinModule('node:fs');
    const whole = globalThis as { writeSyncAsItWas?: typeof fs.writeSync };
    const real = (whole.writeSyncAsItWas ??= fs.writeSync);
    const refusing = (file: number, ...rest: unknown[]): number => {
      if (fs.readlinkSync(`/proc/self/fd/${file}`).endsWith('.copy')) {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
      }
      return Reflect.apply<typeof fs, unknown[], number>(real as (...given: unknown[]) => number, fs, [file, ...rest]);
    };
    fs.writeSync = full ? refusing : real;
    process.getBuiltinModule('node:module').syncBuiltinESMExports();
  }, isFull);
}
