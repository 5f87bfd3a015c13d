import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listVolumes } from '../../../main/media/volumes.ts';

/** A machine's /proc, /sys and /dev as Debian 12 shows them, with two sticks, a USB disk and a mapped home. */
let system: string;
let media: string;

function put(path: string, content: string): void {
  mkdirSync(dirname(join(system, path)), { recursive: true });
  writeFileSync(join(system, path), content);
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(system, path)), { recursive: true });
  symlinkSync(target, join(system, path));
}

beforeEach(() => {
  system = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  media = join(system, 'media');
  for (const name of ['CEREMONY A', 'B']) mkdirSync(join(media, name), { recursive: true });
  const escaped = `${media}/CEREMONY\\040A`;
  put(
    'proc/self/mountinfo',
    [
      '22 27 0:21 / /proc rw,relatime - proc proc rw',
      '27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
      '28 27 254:1 / /boot/efi rw,relatime - vfat /dev/vda1 rw',
      '30 27 259:2 / /home rw,relatime shared:4 - ext4 /dev/mapper/home rw',
      `41 27 8:1 / ${escaped} rw,nosuid,nodev shared:9 - vfat /dev/sda1 rw,utf8`,
      `42 27 8:1 / ${escaped} rw,nosuid,nodev shared:9 - vfat /dev/sda1 rw,utf8`,
      `43 27 8:17 / ${media}/B ro,nosuid - exfat /dev/sdb1 rw`,
      '44 27 179:1 / /media/card rw - exfat /dev/mmcblk0p1 ro,errors=remount-ro',
      'nonsense',
      '',
    ].join('\n'),
  );
  put('sys/devices/pci0000:00/host0/block/sda/removable', '1\n');
  put('sys/devices/pci0000:00/host0/block/sda/sda1/partition', '1\n');
  link('sys/dev/block/8:1', '../../devices/pci0000:00/host0/block/sda/sda1');
  put('sys/devices/pci0000:00/usb1/1-1/host1/block/sdb/removable', '0\n');
  put('sys/devices/pci0000:00/usb1/1-1/host1/block/sdb/sdb1/partition', '1\n');
  link('sys/dev/block/8:17', '../../devices/pci0000:00/usb1/1-1/host1/block/sdb/sdb1');
  put('sys/devices/virtual/block/dm-0/removable', '0\n');
  link('sys/dev/block/259:2', '../../devices/virtual/block/dm-0');
  link('dev/disk/by-label/MEDIUM\\x20A', '../../sda1');
});
afterEach(() => {
  rmSync(system, { recursive: true });
});

describe('the volumes', () => {
  it('are listed removable first, by label, path, file system and state', () => {
    const facts = listVolumes(system).map(({ freeBytes: _, ...rest }) => rest);
    expect(facts).toEqual([
      { label: 'B', path: `${media}/B`, filesystem: 'exfat', isRemovable: true, isReadOnly: true },
      { label: 'MEDIUM A', path: `${media}/CEREMONY A`, filesystem: 'vfat', isRemovable: true, isReadOnly: false },
      { label: 'home', path: '/home', filesystem: 'ext4', isRemovable: false, isReadOnly: false },
      { label: 'card', path: '/media/card', filesystem: 'exfat', isRemovable: false, isReadOnly: true },
    ]);
  });

  it('tell the room they have, or that it is not known', () => {
    const free = new Map(listVolumes(system).map(({ path, freeBytes }) => [path, freeBytes]));
    expect(free.get(`${media}/B`)).toBeGreaterThan(0);
    expect(free.get('/media/card')).toBeNull();
  });

  it('are none where there is no such system', () => {
    expect(listVolumes(join(system, 'nowhere'))).toEqual([]);
  });

  it('of this machine can be listed', () => {
    for (const { path, label } of listVolumes()) expect([path.startsWith('/'), label !== '']).toEqual([true, true]);
  });
});
