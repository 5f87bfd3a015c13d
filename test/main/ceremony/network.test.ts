import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAirGapClosed, listInterfaces, readInterfaces } from '../../../main/ceremony/network.ts';

let classes: string;
beforeEach(() => {
  classes = mkdtempSync(join(tmpdir(), 'keyferry-sys-'));
  mkdirSync(join(classes, 'net'));
});
afterEach(() => rmSync(classes, { recursive: true, force: true }));

/** Writes a device as the kernel shows it; a file that is left out cannot be read. */
function device(path: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(classes, path), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(classes, path, name), `${text}\n`);
}

const states = (addresses: ReadonlyMap<string, string> = new Map()) =>
  readInterfaces(classes, addresses).map(({ name, state }) => [name, state]);

describe('the state of an interface', () => {
  // The files as Linux 6.1 shows them.
  it.each([
    ['with a cable and no address', { flags: '0x1003', carrier: '1', operstate: 'up' }, 'up'],
    ['that does not tell its state, but is connected', { flags: '0x10d1', carrier: '1', operstate: 'unknown' }, 'up'],
    ['that waits for a login at the switch', { flags: '0x1003', carrier: '1', operstate: 'dormant' }, 'up'],
    ['without a cable', { flags: '0x1003', carrier: '0', operstate: 'down' }, 'down'],
    ['that is switched off', { flags: '0x1002', operstate: 'down' }, 'down'],
    ['that is on and tells nothing', { flags: '0x1003', operstate: 'unknown' }, 'unknown'],
    ['whose files cannot be read', {}, 'unknown'],
  ])('%s', (_, files, state) => {
    device('net/eth0', files);
    expect(states()).toEqual([['eth0', state]]);
  });

  it('is up with an address, whatever the kernel shows', () => {
    device('net/eth0', { flags: '0x1002', operstate: 'down' });
    const addresses = new Map([
      ['eth0', '192.0.2.7'],
      ['hidden0', '192.0.2.8'],
    ]);
    expect(states(addresses)).toEqual([
      ['eth0', 'up'],
      ['hidden0', 'up'],
    ]);
  });

  it('is not asked of loopback', () => {
    device('net/lo', { flags: '0x9', carrier: '1', operstate: 'unknown' });
    expect(states()).toEqual([]);
  });

  it('is not known where the kernel lists no interfaces', () => {
    rmSync(join(classes, 'net'), { recursive: true });
    expect(states().map(([, state]) => state)).toEqual(['unknown']);
  });
});

describe('a radio', () => {
  it.each([
    ['is up when it is on', '1', 'up'],
    ['is down when software switched it off', '0', 'down'],
    ['is down when a switch did', '2', 'down'],
    ['is not known otherwise', '7', 'unknown'],
  ])('%s', (_, text, state) => {
    device('rfkill/rfkill0', { type: 'bluetooth', name: 'hci0', state: text });
    expect(states()).toEqual([['bluetooth radio hci0', state]]);
  });
});

describe('this machine', () => {
  it('has its interfaces listed, and the gap is closed exactly when all of them are down', () => {
    const found = listInterfaces();
    expect(found.map(({ name }) => name)).not.toContain('lo');
    expect(isAirGapClosed()).toBe(found.every(({ state }) => state === 'down'));
  });
});
