import type { EffectOutcome, EffectRequest } from '../../app/ceremony/effects.ts';
import type { Entry } from '../../app/audit/entry.ts';
import { rootOver } from '../../app/audit/log-tree.ts';
import { carriedKeys, type CeremonyState } from '../../app/ceremony/state.ts';
import { bytesToHex, utf8ToBytes } from '../../app/keys/bytes.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { checkpointSignature, logKeyName, publicKeyOf } from './keys.ts';
import { encodeSpki } from '../../app/keys/spki.ts';

/** A machine that does everything it is asked, and makes its outcomes up. */

const hex = (text: string): string => bytesToHex(utf8ToBytes(text));
const hash = (text: string): string => sha256Hex(utf8ToBytes(text));
const pin = { initialised: true, protectedPath: false, countLow: false, finalTry: false, locked: false };

/** A made-up RSA key for each target key, in the real encoding. */
const kekSpki = (key: string): Uint8Array =>
  encodeSpki({ kind: 'rsa', modulus: utf8ToBytes(`kek ${key}`), exponent: Uint8Array.of(1, 0, 1) });

/** Where a log stands. */
export function headOf(entries: readonly Entry[]): { readonly size: number; readonly root: string } {
  return { size: entries.length, root: rootOver(entries) };
}

/** Where a log may stand when only its events are looked at. */
function nextHead({ checkpoint }: CeremonyState): { readonly size: number; readonly root: string } {
  const size = (checkpoint?.size ?? 0) + 1;
  return { size, root: hash(`log of ${size}`) };
}

/** What a machine might answer; the hashes differ per key so that mix-ups show. */
export function outcomeFor(state: CeremonyState, request: EffectRequest, head = nextHead(state)): EffectOutcome {
  const proof = {
    spec: 'ec-p256',
    method: 'rsa-aes' as const,
    oaepHash: 'sha1',
    performed: 'composed' as const,
    kwpMechanism: '0x210b',
    nonce: null,
    payloadBytes: 67,
  };
  switch (request.kind) {
    case 'inspect-workstation':
      return {
        kind: request.kind,
        application: 'Keyferry 0.1.0',
        electron: '43.2.0',
        node: '24.18.0',
        platform: 'Linux',
        host: 'room',
        interfaces: [],
        notices: [],
      };
    case 'identify-token':
      return {
        kind: request.kind,
        identity: {
          serial: 'abc123',
          label: 'rehearsal',
          manufacturer: 'SoftHSM',
          model: 'v2',
          firmware: '2.6',
          hardware: '2.6',
          moduleSha256: hash('module'),
          moduleDescription: 'soft',
          cryptoki: '2.40',
        },
        pin,
      };
    case 'log-in':
      return { kind: request.kind, pin };
    case 'probe-token':
      return { kind: request.kind, mechanisms: [], proofs: [proof], lacking: [] };
    case 'read-inbound':
      return {
        kind: request.kind,
        keks: carriedKeys(state).map((key) => ({
          key: key.id,
          spki: bytesToHex(kekSpki(key.id)),
          spkiSha256: sha256Hex(kekSpki(key.id)),
          bits: 4096,
          id: `kid of ${key.id}`,
          deadline: null,
          option: null,
          importToken: null,
          nonce: null,
          files: [],
          notices: [],
        })),
      };
    case 'make-log-key':
      return { kind: request.kind, publicKey: publicKeyOf(logKeyName), attributes: [] };
    case 'sign-checkpoint':
      return { kind: request.kind, ...head, signature: checkpointSignature(state.ceremony, head), kept: true };
    case 'sign-bundle':
      return {
        kind: request.kind,
        checkpoint: hex('record'),
        manifest: hex('manifest'),
        manifestSha256: hash('manifest'),
      };
    case 'destroy-log-key':
      return { kind: request.kind, destroyed: 2 };
    case 'make-key':
    case 'find-key':
      return {
        kind: request.kind,
        key: request.key,
        ckaId: request.ckaId,
        attributes: [],
        publicKey: hex(request.key),
        publicKeySha256: hash(request.key),
        keyCheckValues: [],
      };
    case 'wrap-key':
      return {
        kind: request.kind,
        key: request.key,
        parts: [{ name: 'wrapped target key', sha256: hash(request.key), bytes: 80 }],
        proof,
      };
    case 'write-copy':
      return {
        kind: request.kind,
        copy: request.copy,
        folder: request.folder,
        manifestSha256: hash('manifest'),
        files: [],
      };
    case 'destroy-key':
      return { kind: request.kind, key: request.key, destroyed: 2 };
    case 'log-out':
      return { kind: request.kind };
  }
}
