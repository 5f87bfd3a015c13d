import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { layout } from '../../../app/bundle/layout.ts';
import { factsOf } from '../../../app/bundle/log-facts.ts';
import { uploadHtml } from '../../../app/bundle/upload-html.ts';
import { uploadMarkdown } from '../../../app/bundle/upload-md.ts';
import { checkConfirmations } from '../../../app/bundle/verify-confirmations.ts';
import { sheetIn } from '../../../app/bundle/verify-upload.ts';
import { bundleFiles, generatorOf, type BundleParts } from '../../../app/ceremony/bundle-files.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import { noticesOf } from '../../../app/ceremony/state.ts';
import { parseManifest, type Manifest } from '../../../app/bundle/manifest.ts';
import { bytesToUtf8 } from '../../../app/keys/bytes.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { exceptionsClosed } from '../../support/signing.ts';
import {
  atWork,
  azureKey,
  completeOne,
  eventsOf,
  failing,
  opened,
  opening,
  planWith,
  walkTo,
} from '../../support/walk.ts';
import { sampleLog } from '../bundle/bundle-maker.ts';
import { toldIn } from '../../../app/bundle/told-events.ts';

const hsmKey = azureKey('vault-key', {
  spec: 'aes-256',
  destination: { type: 'azure-key-vault', managedHsm: 'contoso-hsm', keyName: 'vault-key', operations: ['wrapKey'] },
});

/** The state as it is when the bundle is written; the secret key has a check value instead of a public key. */
function readyToWrite(): CeremonyState {
  const state = walkTo(opened(planWith([azureKey('root'), hsmKey])), 'take-out.write');
  const target = state.targets.get('vault-key');
  if (target === undefined) throw new Error('no target');
  const secret = {
    ...target,
    publicKey: null,
    publicKeySha256: null,
    keyCheckValues: [{ method: 'aes-ecb-zero-block' as const, value: 'DC95C0' }],
  };
  return { ...state, targets: new Map(state.targets).set('vault-key', secret) };
}

function parts(state: CeremonyState): BundleParts {
  const wrappedEphemeral = new Uint8Array(512).fill(1);
  return {
    state,
    wrapped: new Map([
      ['root', { wrappedEphemeral, wrappedKey: new Uint8Array(80).fill(2), sealedNonce: null }],
      ['vault-key', { wrappedEphemeral, wrappedKey: new Uint8Array(40).fill(3), sealedNonce: null }],
    ]),
    record: sampleLog([opening(state.planDocument)] as JsonValue[]),
    createdAt: '2026-11-23T14:07:32Z',
    generator: 'Keyferry 0.1.0',
    checkpoint: '3006020101020101',
    verifier: new Uint8Array(),
  };
}

/** The state and the log as the bundle is written, in a ceremony that went on without a key that could not be wrapped. */
function writtenWithout(key: string): Pick<BundleParts, 'state' | 'record' | 'createdAt'> {
  const plan = planWith([azureKey('root'), azureKey(key), hsmKey]);
  const asked = completeOne(atWork(walkTo(opened(plan), 'wrap.wrap')));
  if (asked.inFlight?.request.kind !== 'wrap-key' || asked.inFlight.request.key !== key) throw new Error('another key');
  const without = exceptionsClosed(failing(asked), key);
  const state = atWork(walkTo(without, 'take-out.write'));
  const request = state.inFlight?.request;
  if (request?.kind !== 'sign-bundle') throw new Error('nothing is signed');
  return { state, record: sampleLog(eventsOf(state) as JsonValue[]), createdAt: request.createdAt };
}

function manifestOf(given: BundleParts): Manifest {
  const file = bundleFiles(given).find(({ path }) => path === 'MANIFEST.json');
  return parseManifest(file?.bytes ?? new Uint8Array());
}

describe('a bundle', () => {
  it('lists every file it has but the manifest, with its hash and size', () => {
    const given = parts(readyToWrite());
    const others = bundleFiles(given).filter(({ path }) => path !== 'MANIFEST.json');
    const listed = others.map(({ path, bytes }) => ({ path, sha256: sha256Hex(bytes), bytes: bytes.length }));
    expect(manifestOf(given).files).toEqual(listed.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
  });

  it('holds for each key what its destination wants, and a public key where there is one', () => {
    const { keys } = manifestOf(parts(readyToWrite()));
    expect(keys.map((key) => key.files)).toEqual([
      ['keys/root/KeyTransferPackage-root.byok', 'keys/root/public-key.pem'],
      ['keys/vault-key/KeyTransferPackage-vault-key.byok'],
    ]);
    expect(keys.map((key) => key.publicKey === null)).toEqual([false, true]);
    expect(keys[1]?.keyCheckValues).toEqual([{ method: 'aes-ecb-zero-block', value: 'DC95C0' }]);
    expect(keys[0]).toMatchObject({
      wrap: { method: 'rsa-aes', oaepHash: 'sha1', performed: 'composed' },
      deadline: null,
    });
  });

  it('is the same bytes for the same parts', () => {
    expect(bundleFiles(parts(readyToWrite()))).toEqual(bundleFiles(parts(readyToWrite())));
  });

  it('tells the online desk every notice of the ceremony', () => {
    const state = readyToWrite();
    const root = state.keks.get('root');
    if (root === undefined || state.workstation === null) throw new Error('not that far');
    const workstation = { ...state.workstation, notices: [{ rule: 'AIR-GAP-CLOSED', text: 'eth0 is up' }] };
    const keks = new Map(state.keks).set('root', {
      ...root,
      notices: [{ rule: 'KEK-EXPONENT-USUAL', text: 'e is 3' }],
    });
    const noticed = { ...state, workstation, keks };
    expect(noticesOf(noticed).map(({ rule }) => rule)).toEqual(['AIR-GAP-CLOSED', 'KEK-EXPONENT-USUAL']);
    const sheet = bundleFiles(parts(noticed)).find(({ path }) => path === 'UPLOAD.md');
    const text = bytesToUtf8(sheet?.bytes ?? new Uint8Array()) ?? '';
    for (const { rule } of noticesOf(noticed)) expect(text).toContain(rule);
    expect(noticesOf(opened(planWith([azureKey('root')])))).toEqual([]);
  });

  it('has the upload sheet that a verifier makes of its log alone, and the confirmations that one asks for', () => {
    const { state, record, createdAt } = writtenWithout('broken');
    const files = new Map(bundleFiles({ ...parts(state), record, createdAt }).map(({ path, bytes }) => [path, bytes]));
    const text = (path: string): string | null => bytesToUtf8(files.get(path) ?? new Uint8Array());
    const sheet = sheetIn(factsOf(toldIn(record)));
    expect(sheet.notices.map(({ rule }) => rule)).toEqual(['KEY-LEFT-OUT-BY-DECISION']);
    expect(text(layout.upload)).toBe(uploadMarkdown(sheet));
    expect(text(layout.uploadPage)).toBe(uploadHtml(sheet));
    const manifest = parseManifest(files.get(layout.manifest) ?? new Uint8Array());
    expect(checkConfirmations({ files, manifest, entries: toldIn(record) }).outcome).toBe('holds');
  });

  it('is not made before every key was wrapped', () => {
    const given = parts(readyToWrite());
    expect(() => bundleFiles({ ...given, wrapped: new Map() })).toThrow();
  });

  it('names product and HSM as its maker', () => {
    const state = readyToWrite();
    expect(generatorOf(state)).toMatch(/^Keyferry 0\.1\.0; SoftHSM /u);
    expect(generatorOf({ ...state, token: null })).toMatch(/^Keyferry 0\.1\.0; /u);
  });
});
