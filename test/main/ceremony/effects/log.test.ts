import { afterAll, describe, expect, it } from 'vitest';
import { isSignedBy } from '../../../../app/approval/signature.ts';
import { checkpointBytes, originOf } from '../../../../app/audit/checkpoint.ts';
import type { Entry } from '../../../../app/audit/entry.ts';
import type { CeremonyState } from '../../../../app/ceremony/state.ts';
import { checkKeptHead, destroyLogKey, makeLogKey, signCheckpoint } from '../../../../main/ceremony/effects/log.ts';
import { sampleEvents } from '../../../app/bundle/sample-bundle.ts';
import { sampleLog } from '../../../app/bundle/sample-log.ts';
import { DeviceUnderTest } from '../../../support/device.ts';
import { headOf } from '../../../support/machine.ts';
import { ruleOfAsync } from '../../../support/rule-of.ts';
import { azureKey, opened, planWith } from '../../../support/walk.ts';

const under = new DeviceUnderTest();
afterAll(() => under.end());

const state: CeremonyState = opened(planWith([azureKey('root')]));
const log = sampleLog(sampleEvents());

/** The device answers at once where the port promises to answer; the log is as long as a test wants it. */
function portsAt(entries: readonly Entry[]): Parameters<typeof signCheckpoint>[0] {
  return { hsm: under.device, entries: () => entries, head: () => ({ ...headOf(entries), hash: '' }) } as never;
}

describe('the log key of a ceremony', () => {
  it('signs how far the log has come, and the token keeps it', async () => {
    const ports = portsAt(log.slice(0, 40));
    const { publicKey, attributes } = await makeLogKey(ports, state);
    expect(attributes.every(({ asked, found }) => asked === found)).toBe(true);
    const { size, root, signature, kept } = await signCheckpoint(ports, state);
    expect({ size, root, kept }).toEqual({ ...headOf(log.slice(0, 40)), kept: true });
    const message = checkpointBytes({ origin: originOf(state.ceremony), size, root });
    expect(isSignedBy(publicKey, message, signature)).toBe(true);
  });

  it('holds the log to what the token was told of it when that is opened again', async () => {
    expect(await ruleOfAsync(() => checkKeptHead(portsAt(log.slice(0, 40)), state))).toBeNull();
    expect(await ruleOfAsync(() => checkKeptHead(portsAt(log), state))).toBeNull();
    const other = sampleLog(sampleEvents().with(3, { ...sampleEvents()[3], note: 'another' }));
    for (const wrong of [log.slice(0, 39), [], other]) {
      expect(await ruleOfAsync(() => checkKeptHead(portsAt(wrong), state))).toBe('LOG-HEAD-IN-TOKEN');
      under.open();
    }
    expect(await ruleOfAsync(() => checkKeptHead(portsAt([]), { ceremony: 'another-ceremony' }))).toBeNull();
  });

  it('signs no other log than the one that the token was told of, however long', async () => {
    const other = sampleLog(sampleEvents().with(3, { ...sampleEvents()[3], note: 'another' }));
    expect(await ruleOfAsync(() => signCheckpoint(portsAt(other), state))).toBe('LOG-HEAD-IN-TOKEN');
    under.open();
  });

  it('signs what it was asked for, whatever comes in while the token is asked', async () => {
    const asked = log.slice(0, 41);
    let entries: readonly Entry[] = asked;
    const { device } = under;
    const hsm = {
      readHead: async (of: Parameters<typeof device.readHead>[0]) => {
        entries = log.slice(0, 42);
        return device.readHead(of);
      },
      signWithLogKey: device.signWithLogKey.bind(device),
      keepHead: device.keepHead.bind(device),
    };
    const ports = { hsm, entries: () => entries, head: () => ({ ...headOf(entries), hash: '' }) } as never;
    expect(await signCheckpoint(ports, state)).toMatchObject({ ...headOf(asked), kept: true });
    expect(entries).toHaveLength(42);
  });

  it('is destroyed with what the token kept, and signs no more', async () => {
    const ports = portsAt(log.slice(0, 41));
    expect(await destroyLogKey(ports, state)).toEqual({ kind: 'destroy-log-key', destroyed: 2 });
    expect(await ruleOfAsync(() => checkKeptHead(portsAt([]), state))).toBeNull();
    expect(await ruleOfAsync(() => signCheckpoint(ports, state))).toBe('LOG-KEY-PRESENT');
  });
});
