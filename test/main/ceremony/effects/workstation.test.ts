import { afterEach, describe, expect, it, vi } from 'vitest';
import { inspectWorkstation } from '../../../../main/ceremony/effects/workstation.ts';
import type { NetworkInterface } from '../../../../main/ceremony/network.ts';
import type { CeremonyState } from '../../../../app/ceremony/state.ts';
import { ruleOfAsync } from '../../../support/rule-of.ts';
import { azureKey, opened, planWith } from '../../../support/walk.ts';

// A test machine cannot pull its cable, nor plug one in: what the system would list is made up.
const listed = vi.hoisted((): { now: NetworkInterface[] } => ({ now: [] }));
vi.mock('../../../../main/ceremony/network.ts', () => ({ listInterfaces: () => listed.now }));

const cable: NetworkInterface = { name: 'eth0', state: 'up', address: '192.0.2.7' };
const ports = {
  application: { name: 'Keyferry', version: '0.1.0', electron: '43.2.0' },
} as Parameters<typeof inspectWorkstation>[0];
const ceremony = (mode: CeremonyState['mode']): CeremonyState => opened(planWith([azureKey('root')]), { mode });

afterEach(() => {
  listed.now = [];
});

describe('an interface that is up', () => {
  it.each(['up', 'unknown'] as const)('stops a production ceremony: %s', async (state) => {
    listed.now = [{ ...cable, state }];
    expect(await ruleOfAsync(() => inspectWorkstation(ports, ceremony('production')))).toBe('AIR-GAP-CLOSED');
  });

  it('is a notice in a rehearsal', async () => {
    listed.now = [cable];
    const found = await inspectWorkstation(ports, ceremony('rehearsal'));
    expect(found.interfaces).toEqual([cable]);
    expect(found.notices.map(({ rule }) => rule)).toEqual(['AIR-GAP-CLOSED']);
  });
});

describe('no interface up', () => {
  it.each(['production', 'rehearsal'] as const)('is nothing to remark in a %s', async (mode) => {
    const found = await inspectWorkstation(ports, ceremony(mode));
    expect(found).toMatchObject({ application: 'Keyferry 0.1.0', interfaces: [], notices: [] });
  });

  it('is what is found when the cable is out, with the interface in the log', async () => {
    const unplugged: NetworkInterface = { name: 'eth0', state: 'down', address: '' };
    listed.now = [unplugged];
    const found = await inspectWorkstation(ports, ceremony('production'));
    expect(found).toMatchObject({ interfaces: [unplugged], notices: [] });
  });
});
