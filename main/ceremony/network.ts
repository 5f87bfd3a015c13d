import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

/** A network interface other than loopback, or a radio, as the system sees it. */
export interface NetworkInterface {
  readonly name: string;
  /** `down`: switched off, or nothing is plugged in; `unknown`: the system does not tell. */
  readonly state: 'up' | 'down' | 'unknown';
  /** Its addresses, comma-separated; empty when it has none. */
  readonly address: string;
}

/** Addresses by the name of the interface. */
type Addresses = ReadonlyMap<string, string>;

/** IFF_UP and IFF_LOOPBACK of <linux/if.h>. */
const enabledFlag = 0x1;
const loopbackFlag = 0x8;

/**
 * Lists the workstation's network interfaces and radios. Loopback, which leads nowhere, is left out. An interface that is
 * connected counts as up even without an address: the next program could give it one.
 * @returns the interfaces by name, then the radios
 */
export function listInterfaces(): NetworkInterface[] {
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, found = []]): [string, string][] =>
    found.every(({ internal }) => internal) ? [] : [[name, found.map(({ address }) => address).join(', ')]],
  );
  return readInterfaces('/sys/class', new Map(addresses));
}

/**
 * Tells whether no interface and no radio is up, nor one of which that is not known.
 */
export function isAirGapClosed(): boolean {
  return listInterfaces().every(({ state }) => state === 'down');
}

/**
 * Reads the interfaces from the files of the kernel (Documentation/ABI/testing/sysfs-class-net and -rfkill).
 * @param classes - the folder /sys/class
 * @param addresses - the addresses of interfaces other than loopback
 */
export function readInterfaces(classes: string, addresses: Addresses): NetworkInterface[] {
  const folder = join(classes, 'net');
  const listed = entriesOf(folder);
  const names = new Set([...(listed ?? []), ...addresses.keys()]);
  return [
    // Where the kernel lists nothing, nobody knows.
    ...(listed === null ? [{ name: folder, state: 'unknown' as const, address: '' }] : []),
    ...[...names].toSorted().flatMap((name) => readInterface(join(folder, name), name, addresses.get(name) ?? '')),
    ...(entriesOf(join(classes, 'rfkill')) ?? []).toSorted().map((name) => readRadio(join(classes, 'rfkill', name))),
  ];
}

function readInterface(folder: string, name: string, address: string): NetworkInterface[] {
  const flags = Number(textOf(join(folder, 'flags')) ?? Number.NaN);
  if ((flags & loopbackFlag) !== 0) return [];
  // Unreadable while the interface is switched off.
  const carrier = textOf(join(folder, 'carrier'));
  const isUp = address !== '' || carrier === '1' || textOf(join(folder, 'operstate')) === 'up';
  if (isUp) return [{ name, state: 'up', address }];
  const isDown = (flags & enabledFlag) === 0 || carrier === '0';
  return [{ name, state: isDown && !Number.isNaN(flags) ? 'down' : 'unknown', address }];
}

/** 0 is switched off by software, 2 by a switch. */
function readRadio(folder: string): NetworkInterface {
  const state = textOf(join(folder, 'state'));
  const name = `${textOf(join(folder, 'type')) ?? 'unknown'} radio ${textOf(join(folder, 'name')) ?? ''}`.trimEnd();
  return { name, state: state === '1' ? 'up' : state === '0' || state === '2' ? 'down' : 'unknown', address: '' };
}

function entriesOf(folder: string): readonly string[] | null {
  try {
    return readdirSync(folder);
  } catch {
    return null;
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
