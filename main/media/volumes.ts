import { readFileSync, readdirSync, readlinkSync, realpathSync, statfsSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A mounted file system that a person could choose. */
export interface Volume {
  /** The name the medium was given, or else its folder's. */
  readonly label: string;
  /** Where it is mounted. */
  readonly path: string;
  /** As the system calls it: `vfat`, `exfat`, `ext4`. */
  readonly filesystem: string;
  readonly isRemovable: boolean;
  readonly isReadOnly: boolean;
  /** Null when the system does not tell. */
  readonly freeBytes: number | null;
}

interface Mount {
  readonly device: string;
  readonly path: string;
  readonly filesystem: string;
  readonly source: string;
  readonly isReadOnly: boolean;
}

/**
 * Lists the volumes on block devices, removable ones first. Linux only; elsewhere folders are chosen in the dialog.
 * @param system - where the system's `proc`, `sys` and `dev` lie
 * @returns the volumes, within each group in the order of their paths
 */
export function listVolumes(system = '/'): Volume[] {
  const labels = readLabels(system);
  return parseMounts(readOr(join(system, 'proc/self/mountinfo'), ''))
    .filter(
      ({ source, path }) =>
        source.startsWith('/dev/') && !/^\/(?:$|boot|snap|etc|proc|sys|dev|run\/user)(?:\/|$)/u.test(path),
    )
    .filter(({ path }, index, all) => all.findIndex((mount) => mount.path === path) === index)
    .map((mount) => ({
      label: labels.get(basename(mount.source)) ?? (basename(mount.path) || mount.path),
      path: mount.path,
      filesystem: mount.filesystem,
      isRemovable: isRemovable(system, mount.device),
      isReadOnly: mount.isReadOnly,
      freeBytes: freeBytes(mount.path),
    }))
    .toSorted((one, other) => Number(other.isRemovable) - Number(one.isRemovable) || (one.path < other.path ? -1 : 1));
}

/** proc(5): id parent major:minor root mount-point options [tags] - type source super-options; spaces are octal. */
function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , device, , path, options] = before.split(' ');
    const [filesystem, source, superOptions] = after.split(' ');
    if (device === undefined || path === undefined || filesystem === undefined || source === undefined) return [];
    const isReadOnly = [options, superOptions].some((list) => list?.split(',').includes('ro'));
    return [{ device, path: unescapeOctal(path), filesystem, source: unescapeOctal(source), isReadOnly }];
  });
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/gu, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** A stick says so itself; a disk in a USB case does not, but its place in the device tree does. */
function isRemovable(system: string, device: string): boolean {
  try {
    const place = realpathSync(join(system, 'sys/dev/block', device));
    if (/\/(?:usb|mmc|firewire|thunderbolt)\d*\//u.test(place)) return true;
    // A partition has no such file of its own; its disk is the folder above.
    return [place, join(place, '..')].some((folder) => readOr(join(folder, 'removable'), '').trim() === '1');
  } catch {
    return false;
  }
}

/** udev names each medium's label by a link to its device; what is not printable there is written as \x20. */
function readLabels(system: string): ReadonlyMap<string, string> {
  const folder = join(system, 'dev/disk/by-label');
  try {
    return new Map(readdirSync(folder).map((name) => [basename(readlinkSync(join(folder, name))), unescapeHex(name)]));
  } catch {
    return new Map();
  }
}

function unescapeHex(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/giu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
