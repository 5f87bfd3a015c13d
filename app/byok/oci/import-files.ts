import * as v from 'valibot';
import { bytesToBase64 } from '../../keys/bytes.ts';
import { refuser, type Refuser } from '../../keys/refuser.ts';
import { keySpecs, type KeySpec } from '../../keys/specs.ts';
import type { BlobSummary, KeyToCarry, OutboundFile, WrappedParts } from '../format.ts';
import { base64Member, exactFiles, jsonFile, readJsonFile, requireMember } from '../outbound/files.ts';
import { checkJoined, joinParts } from '../outbound/joined-parts.ts';
import { summaryOf } from '../outbound/wrapped-shape.ts';
import type { OciDestination } from './destination.ts';

/** KeyShape of the Key Management API; `length` in bytes, for RSA that of the modulus. */
const keyShape = v.strictObject({ algorithm: v.string(), length: v.pipe(v.number(), v.safeInteger()) });

/** WrappedImportKey of the Key Management API. */
const wrappedImportKey = v.strictObject({ keyMaterial: v.string(), wrappingAlgorithm: v.string() });

/** The two files, in the order of {@link importFiles}. */
export const ociFiles = { shape: 'key-shape.json', material: 'wrapped-import-key.json' } as const;

/**
 * What OCI calls a key of a spec.
 * @param spec - AES or RSA: the others have no way to OCI
 * @param refuse - for the others
 */
function shapeOf(spec: KeySpec, refuse: Refuser): v.InferOutput<typeof keyShape> {
  const info = keySpecs[spec];
  if (info.kind !== 'aes' && info.kind !== 'rsa') return refuse(`OCI has no key shape for ${spec}`);
  return { algorithm: info.kind.toUpperCase(), length: info.bits / 8 };
}

/**
 * Builds the two complex parameters of `oci kms management key import`.
 * @param parts - as the token produced them
 */
export function importFiles(key: KeyToCarry<OciDestination>, parts: WrappedParts): readonly OutboundFile[] {
  const material: v.InferOutput<typeof wrappedImportKey> = {
    keyMaterial: bytesToBase64(joinParts(parts)),
    wrappingAlgorithm: key.destination.wrappingAlgorithm,
  };
  const files = [
    { name: ociFiles.shape, bytes: jsonFile(shapeOf(key.spec, refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`))) },
    { name: ociFiles.material, bytes: jsonFile(material) },
  ];
  inspectImportFiles(key, files);
  return files;
}

/**
 * Reads both files back: the form to the byte, shape and algorithm as planned, and lengths that fit.
 * @throws Refused with BLOB-SHAPE-VALID
 */
export function inspectImportFiles(key: KeyToCarry<OciDestination>, files: readonly OutboundFile[]): BlobSummary {
  const refuse = refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`);
  const [shapeBytes, materialBytes] = exactFiles(files, [ociFiles.shape, ociFiles.material], refuse);
  const shape = readJsonFile(shapeBytes ?? new Uint8Array(), keyShape, ociFiles.shape, refuse);
  const planned = shapeOf(key.spec, refuse);
  requireMember(shape.algorithm, planned.algorithm, `algorithm of ${ociFiles.shape}`, refuse);
  requireMember(String(shape.length), String(planned.length), `length of ${ociFiles.shape}`, refuse);
  const material = readJsonFile(materialBytes ?? new Uint8Array(), wrappedImportKey, ociFiles.material, refuse);
  requireMember(material.wrappingAlgorithm, key.destination.wrappingAlgorithm, 'wrappingAlgorithm', refuse);
  const blob = base64Member(material.keyMaterial, 'keyMaterial', refuse);
  return summaryOf(files, checkJoined(blob, key, 'keyMaterial', refuse), null);
}
