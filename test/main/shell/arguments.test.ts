import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../main/shell/arguments.ts';

const read = (...more: string[]) => readArguments(['keyferry', ...more], false);

describe('the command line', () => {
  it('finds no profile where none is named', () => {
    expect(read()).toEqual({ profile: null, refused: [] });
    expect(read('--profile=').profile).toBeNull();
    expect(read('--profile').profile).toBeNull();
  });

  it('takes the profile as an absolute folder, the last one named', () => {
    expect(read('--profile=/a', '--profile=/b').profile).toBe('/b');
    expect(read('--profile=a=b').profile).toBe(resolve('a=b'));
  });

  it.each(['--no-sandbox', '--disable-web-security', '--remote-debugging-port=1', '--inspect=0', '-r', '--js-flags=x'])(
    'does not take %s',
    (argument) => {
      expect(read(argument).refused).toEqual([argument.replace(/^-+/u, '').split('=')[0]]);
    },
  );

  it('takes a debugger only when the build lets itself be inspected, and no more than that', () => {
    const argv = ['keyferry', '--inspect=0', '--remote-debugging-port=0', '--no-sandbox'];
    expect(readArguments(argv, true).refused).toEqual(['no-sandbox']);
    expect(readArguments(argv, false).refused).toEqual(['inspect', 'remote-debugging-port', 'no-sandbox']);
  });

  it('takes how to draw', () => {
    expect(read('--ozone-platform=wayland', '--force-device-scale-factor=2').refused).toEqual([]);
  });
});
