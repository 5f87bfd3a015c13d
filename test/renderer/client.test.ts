import { describe, expect, it } from 'vitest';
import { calls } from '../../app/contract/calls.ts';
import type { CeremonyView } from '../../app/contract/view.ts';
import { bridgeOf, connect } from '../../renderer/bridge/client.ts';
import { viewAt } from './view-at.ts';

type Notice = (name: string, payload: unknown) => void;

/** A bridge that answers with the name of the call. */
function bridge(answer: (name: string, input: unknown) => Promise<unknown>) {
  const listeners: Notice[] = [];
  return { call: answer, onNotice: (listener: Notice) => void listeners.push(listener), listeners };
}

describe('the client', () => {
  it('has every call of the contract and sends its name and input', async () => {
    const sent: unknown[] = [];
    const { client } = connect(bridge((name, input) => Promise.resolve(sent.push([name, input]))));
    await client['ceremony.resume']({ ceremony: 'rehearsal-1', keep: null });
    expect(Object.keys(client)).toEqual(Object.keys(calls));
    expect(sent).toEqual([['ceremony.resume', { ceremony: 'rehearsal-1', keep: null }]]);
  });

  it('turns a main process that does not answer into a refusal', async () => {
    const { client } = connect(bridge(() => Promise.reject(new Error('gone'))));
    await expect(client['ceremony.view']({})).resolves.toMatchObject({
      ok: false,
      refusal: { rule: 'WORK-COMPLETED', code: expect.stringContaining('gone') as string },
    });
  });

  it('passes on notices of the declared shape and no others', () => {
    const fake = bridge(() => Promise.resolve(null));
    const heard: CeremonyView[] = [];
    connect(fake).onCeremonyChanged((view) => void heard.push(view));
    const view = viewAt({ size: 3 });
    for (const listener of fake.listeners) {
      listener('ceremony.changed', view);
      listener('ceremony.changed', { ...view, extra: 1 });
      listener('another.notice', view);
    }
    expect(heard).toEqual([view]);
  });

  it('needs the preload', () => {
    expect(() => bridgeOf({})).toThrow();
  });
});
