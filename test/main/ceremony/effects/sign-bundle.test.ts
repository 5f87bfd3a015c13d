import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../app/audit/canonical-json.ts';
import type { Entry } from '../../../../app/audit/entry.ts';
import { parseNote, signersOf } from '../../../../app/audit/signed-note.ts';
import { originOf } from '../../../../app/audit/checkpoint.ts';
import { bundleName, checkpointPath, manifestNoteFile } from '../../../../app/bundle/layout.ts';
import type { WrappedParts } from '../../../../app/byok/format.ts';
import { evolve } from '../../../../app/ceremony/evolve.ts';
import type { OutcomeOf, RequestOf } from '../../../../app/ceremony/effects.ts';
import type { CeremonyState } from '../../../../app/ceremony/state.ts';
import { signBundle } from '../../../../main/ceremony/effects/log.ts';
import { writeCopy } from '../../../../main/ceremony/effects/copies.ts';
import { describeParts } from '../../../../main/ceremony/effects/wrapping.ts';
import type { WorkPorts } from '../../../../main/ceremony/work-ports.ts';
import { sampleLog } from '../../../app/bundle/bundle-maker.ts';
import { DeviceUnderTest } from '../../../support/device.ts';
import { logKeyName, publicKeyOf, signatureOf } from '../../../support/keys.ts';
import { ruleOfAsync } from '../../../support/rule-of.ts';
import { scratchFolder } from '../../../support/token.ts';
import { atWork, azureKey, eventsOf, opened, planWith, walkTo } from '../../../support/walk.ts';

// The token signs the bundle; then it is written. In between somebody is at the token, or at the workstation.

const under = new DeviceUnderTest();
const parts: WrappedParts = {
  wrappedEphemeral: new Uint8Array(512).fill(1),
  wrappedKey: new Uint8Array(80).fill(2),
  sealedNonce: null,
};
const verifier = new TextEncoder().encode('print("checked")\n');

let medium: ReturnType<typeof scratchFolder>;
let asked: CeremonyState;
let state: CeremonyState;
let request: RequestOf<'sign-bundle'>;
let log: readonly Entry[];

beforeAll(() => {
  asked = atWork(walkTo(opened(planWith([azureKey('root')])), 'take-out.write'));
  if (asked.inFlight?.request.kind !== 'sign-bundle') throw new Error('nothing is signed');
  request = { ...asked.inFlight.request, logSize: eventsOf(asked).length };
});
beforeEach(() => {
  medium = scratchFolder();
  return () => medium.remove();
});
afterAll(() => under.end());

/** The key of this log, new, in the place of whatever key there was. */
function swapLogKey(): string {
  const { ceremony } = asked;
  under.device.destroyLogKey({ ceremony });
  return under.device.makeLogKey({ ceremony }).publicKey;
}

beforeEach(() => {
  const wrapped = asked.wrapped.get('root');
  if (wrapped === undefined) throw new Error('nothing is wrapped');
  const logKey = swapLogKey();
  // What the token of this test holds and gave out.
  state = {
    ...asked,
    logKey,
    bundle: { createdAt: request.createdAt, logSize: request.logSize, signed: null },
    wrapped: new Map([['root', { ...wrapped, parts: describeParts(parts) }]]),
  };
  const told = JSON.stringify(eventsOf(asked)).replaceAll(publicKeyOf(logKeyName), logKey);
  log = sampleLog(JSON.parse(told) as JsonValue[]);
});

/** The device answers at once where the port promises to answer. */
function ports(more: object = {}): WorkPorts {
  return {
    hsm: under.device,
    entries: () => log,
    now: () => new Date(request.createdAt),
    workspace: { parts: () => parts },
    application: { name: 'Keyferry', version: '0.1.0', electron: '43.2.0' },
    verifier: () => verifier,
    ...more,
  } as never;
}

/** The state after the bundle was signed, and asked to be written. */
function signedBy(outcome: OutcomeOf<'sign-bundle'>): CeremonyState {
  return evolve(state, { type: 'effect-completed', effect: asked.inFlight?.effect ?? 0, outcome, settled: false });
}

const copyOnto = (folder: string): RequestOf<'write-copy'> => ({ kind: 'write-copy', copy: 1, folder });

const isNote = (text: string, name: string): boolean => {
  const note = parseNote(text);
  return note !== null && signersOf(note, [{ name, publicKey: state.logKey ?? '' }]).by.includes(name);
};

describe('a bundle that the token signs', () => {
  it('is written with notes that the key of the log signed: over the whole record, and over the manifest', async () => {
    const signed = signedBy(await signBundle(ports(), request, state));
    const { files } = await writeCopy(ports(), copyOnto(medium.folder), signed);
    const text = (path: string): string => readFileSync(join(medium.folder, bundleName(state.ceremony), path), 'utf8');
    expect(files.map(({ path }) => path)).toContain(manifestNoteFile);
    expect(isNote(text(manifestNoteFile), originOf(state.ceremony))).toBe(true);
    expect(isNote(text(checkpointPath(request.logSize)), originOf(state.ceremony))).toBe(true);
  });

  it('is refused when another key under the same name signs the record', async () => {
    swapLogKey();
    expect(await ruleOfAsync(() => signBundle(ports(), request, state))).toBe('LOG-KEY-SIGNS');
  });

  it.each([
    [1, 'record'],
    [2, 'manifest'],
  ])('is refused when another key makes signature %i alone, the one over the %s', async (odd) => {
    const signed: string[] = [];
    // The token's own key signs everything else.
    const signWithLogKey: typeof under.device.signWithLogKey = (wanted) => {
      signed.push(wanted.ceremony);
      return signed.length === odd ? signatureOf('stranger', wanted.message) : under.device.signWithLogKey(wanted);
    };
    const hsm = { readHead: () => null, signWithLogKey };
    expect(await ruleOfAsync(() => signBundle(ports({ hsm }), request, state))).toBe('LOG-KEY-SIGNS');
    expect(signed).toHaveLength(odd);
  });

  it('is not written when a part of it is another one than when it was signed', async () => {
    const signed = signedBy(await signBundle(ports(), request, state));
    const changed = ports({ verifier: () => Uint8Array.from([...verifier, 0x20]) });
    expect(await ruleOfAsync(() => writeCopy(changed, copyOnto(medium.folder), signed))).toBe('COPY-AS-SIGNED');
    expect(readdirSync(medium.folder)).toEqual([]);
  });
});
