import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostRoom } from '../support/host-room.ts';
import { ruleOfAsync } from '../support/rule-of.ts';
import { azureKey, planWith } from '../support/walk.ts';
import { tableOf } from './table.ts';
import { attacks, type Scene } from './workstation.ts';

const plan = planWith([azureKey('root')], {
  roles: { operator: 1, custodian: 1, witness: 1 },
  quorum: { custodian: 1, witness: 1 },
});
let room: HostRoom;
let other: HostRoom;
let scene: Scene;
let latest: string;

beforeAll(async () => {
  room = new HostRoom(plan, ['root']);
  other = new HostRoom(plan, ['root']);
  latest = join(room.folder, 'latest');
  const { ceremony } = await room.open();
  await room.runTo('bring-in.accept');
  const older = kept(room, 'older');
  await room.runTo('keys.make');
  cpSync(room.desk.profile, latest, { recursive: true });
  await room.host.close();
  const { ceremony: otherCeremony } = await other.open();
  await other.runTo('bring-in.read');
  const setBack = (by: number): void => {
    room.now = () => new Date(Date.now() - by);
  };
  scene = { profile: room.desk.profile, ceremony, older, other: kept(other, 'other'), otherCeremony, setBack };
}, 120_000);

afterAll(async () => {
  await room.end();
  await other.end();
});

/** The profile of an application that goes on: as a power cut would leave it, with its -wal file. */
function kept({ desk }: HostRoom, name: string): string {
  const folder = join(room.folder, name);
  cpSync(desk.profile, folder, { recursive: true });
  return folder;
}

const openRule = async (): Promise<string | null> =>
  (await room.view()).exceptions.find(({ closed }) => closed === null)?.rule ?? null;

/** Takes the ceremony up and goes on with it, until somebody objects. */
async function objection(): Promise<readonly string[]> {
  const { unfinished } = await room.calls['app.about']({});
  const listed = unfinished[0]?.unsound?.refusal.rule ?? null;
  const refused = await ruleOfAsync(() => room.calls['ceremony.resume']({ ceremony: scene.ceremony, keep: null }));
  expect(listed).toBe(refused);
  if (refused !== null) return ['refused', refused];
  await room.everybodyBack();
  const open = await openRule();
  if (open !== null) {
    const confirmed = await room.confirmation({ kind: 'none' });
    expect(await ruleOfAsync(() => room.calls['ceremony.confirmStep'](confirmed))).toBe('NO-OPEN-EXCEPTION');
    return ['exception', open];
  }
  const reopened = await ruleOfAsync(() => room.reopen());
  await room.host.idle();
  if (reopened === null) return ['not found', 'none'];
  expect(await openRule()).toBe(reopened);
  return ['at the token', reopened];
}

describe('what is done to the files of a ceremony', () => {
  const table = tableOf('On the workstation');

  it('is what the page tells', () => {
    expect(Object.keys(attacks)).toEqual([...table.keys()]);
  });

  it.each(Object.entries(attacks))(
    'is named before the ceremony goes on: %s',
    async (name, attack) => {
      rmSync(scene.profile, { recursive: true });
      cpSync(latest, scene.profile, { recursive: true });
      room.now = () => new Date();
      attack(scene);
      room.host = room.newHost();
      try {
        expect(await objection()).toEqual(table.get(name));
      } finally {
        await room.host.close();
      }
    },
    60_000,
  );
});
