import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WrappedParts } from '../../app/byok/format.ts';
import { syncFolder } from '../media/sync-folder.ts';
import { writeSynced } from '../media/write-synced.ts';

/** What the token gave out for a key, part by part; the names stand in the log. */
export const partNames = {
  ephemeral: 'wrapped ephemeral key',
  key: 'wrapped target key',
  iv: 'IV of the nonce',
  nonce: 'encrypted nonce',
} as const;

/**
 * Keeps wrapped keys between wrapping and taking out. They are ciphertext, but they are kept out of the log all the
 * same, because the log is archived for years and shown to many.
 */
export interface Workspace {
  /** Keeps the parts of one key, synced, in place of earlier ones. */
  keep(key: string, parts: WrappedParts): void;
  /** The parts kept for a key, null when there are none. */
  parts(key: string): WrappedParts | null;
  /** Removes everything. */
  clear(): void;
}

/**
 * Opens the workspace of one ceremony.
 * @param folder - its folder, made with mode 0700 when first needed
 */
export function openWorkspace(folder: string): Workspace {
  const file = (key: string, part: keyof typeof partNames): string => join(folder, `${key}.${part}`);
  return {
    keep(key, parts) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const { wrappedEphemeral, wrappedKey, sealedNonce } = parts;
      const bytes = { ephemeral: wrappedEphemeral, key: wrappedKey, iv: sealedNonce?.iv, nonce: sealedNonce?.sealed };
      for (const part of Object.keys(partNames) as (keyof typeof partNames)[]) {
        rmSync(file(key, part), { force: true });
        const kept = bytes[part] ?? null;
        if (kept !== null) writeSynced(file(key, part), kept, 'owner');
      }
      syncFolder(folder);
    },
    parts(key) {
      const [wrappedKey, iv, sealed] = [readOrNull(file(key, 'key')), readOrNull(file(key, 'iv')), readOrNull(file(key, 'nonce'))]; // prettier-ignore
      if (wrappedKey === null) return null;
      const sealedNonce = iv === null || sealed === null ? null : { iv, sealed };
      return { wrappedEphemeral: readOrNull(file(key, 'ephemeral')), wrappedKey, sealedNonce };
    },
    clear() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readOrNull(path: string): Uint8Array | null {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
