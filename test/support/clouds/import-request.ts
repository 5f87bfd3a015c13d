import { openRsaPart } from '../open-wrapped.ts';
import type { Cloud } from './cloud.ts';

/** OAEP hash of each wrapping algorithm that Alibaba and Tencent share; null for PKCS#1 v1.5. */
const hashes: Readonly<Record<string, string | null>> = {
  RSAES_OAEP_SHA_256: 'sha256',
  RSAES_OAEP_SHA_1: 'sha1',
  RSAES_PKCS1_V1_5: null,
};

/**
 * Opens a call of ImportKeyMaterial as Alibaba and Tencent do: for the key asked for, with the token handed out, without
 * an end.
 * @param keyId - as handed out
 * @param endName - the cloud's member for the end of the key
 */
export function openRequest(
  keyId: string,
  endName: string,
  ...[delivered, kek, order, handout, wrap]: Parameters<Cloud['open']>
): Uint8Array {
  const request = JSON.parse(Buffer.from(delivered('import-request.json')).toString('utf8')) as Record<string, unknown>;
  const { KeyId, ImportToken, EncryptedKeyMaterial, [endName]: end, ...more } = request;
  if (KeyId !== keyId) throw new Error('the request is for another key');
  if (handout.importToken === null || ImportToken !== Buffer.from(handout.importToken).toString('base64')) {
    throw new Error('the import token did not come back');
  }
  if (end !== 0 || Object.keys(more).length > 0) throw new Error('the request has another end, or members besides');
  const hash = hashes[order.option];
  if (hash === undefined) throw new Error(`there is no ${order.option}`);
  if (wrap.oaepHash !== hash || wrap.method !== (hash === null ? 'pkcs1-v1_5' : 'oaep')) {
    throw new Error(`the manifest says ${wrap.method} with ${wrap.oaepHash ?? 'no hash'} of ${order.option}`);
  }
  return openRsaPart(Buffer.from(String(EncryptedKeyMaterial), 'base64'), kek.pkcs8, hash);
}
