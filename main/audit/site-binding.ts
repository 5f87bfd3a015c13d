import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { canonicalBytes } from '../../app/audit/canonical-json.ts';
import { refuser } from '../../app/keys/refuser.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { parseStrictJson } from '../../app/keys/strict-json.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { systemCode } from '../media/errors.ts';
import { syncFolder } from '../media/sync-folder.ts';
import { writeSynced } from '../media/write-synced.ts';

const fileName = 'site.json';

const bindingSchema = v.strictObject({
  keyferrySite: v.literal(1),
  /** Path of the PKCS#11 module on this workstation. */
  module: v.pipe(v.string(), v.nonEmpty()),
  moduleSha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u)),
  tokenSerial: v.pipe(v.string(), v.nonEmpty()),
  /** Folder of another medium for the second copy of the log; left out where it lies on this workstation too. */
  logCopy: v.optional(v.pipe(v.string(), v.nonEmpty())),
});

/** Where a production ceremony is held: which module, which token of it, and where the log is kept a second time. It is no part of the plan and of its hash. */
export type SiteBinding = v.InferOutput<typeof bindingSchema>;

/**
 * The hash under which the log has a site binding.
 * @param binding - the binding
 * @returns SHA-256 over its RFC 8785 form, lower-case hex
 */
export function siteSha256(binding: SiteBinding): string {
  return sha256Hex(canonicalBytes(binding));
}

/**
 * Keeps the site binding of a ceremony in its folder, synced; there must be none yet.
 * @param folder - the ceremony's folder, made with mode 0700 when it is not there
 * @param binding - the binding
 */
export function keepSiteBinding(folder: string, binding: SiteBinding): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeSynced(join(folder, fileName), canonicalBytes(binding), 'owner');
  syncFolder(folder);
}

function readBinding(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return refuse('SITE-BINDING-AS-LOGGED', 'The site binding of this ceremony cannot be read.', { code });
  }
}

/**
 * The folder that the site binding of a ceremony names for the second copy of its log. The binding is held against the log
 * later ({@link readSiteBinding}): a false one leads to no copy of this log.
 * @param folder - the ceremony's folder
 * @returns null where it names none, or there is no binding that can be read
 */
export function copyMediumOf(folder: string): string | null {
  const path = join(folder, fileName);
  if (!existsSync(path)) return null;
  const result = v.safeParse(
    bindingSchema,
    parseStrictJson(readBinding(path), refuser('SITE-BINDING-AS-LOGGED', 'The site binding')),
  );
  return result.success ? (result.output.logCopy ?? null) : null;
}

/**
 * Reads the site binding of a ceremony.
 * @param folder - the ceremony's folder
 * @param expected - the hash in its log, null where the log names none
 * @returns the binding, null where there is none and none is expected
 * @throws Refused with SITE-BINDING-AS-LOGGED when it is not the one that the log names
 */
export function readSiteBinding(folder: string, expected: string | null): SiteBinding | null {
  const path = join(folder, fileName);
  if (!existsSync(path)) {
    return expected === null ? null : refuse('SITE-BINDING-AS-LOGGED', 'The site binding of this ceremony is gone.');
  }
  const document = parseStrictJson(
    new Uint8Array(readFileSync(path)),
    refuser('SITE-BINDING-AS-LOGGED', 'The site binding'),
  );
  if (!v.is(bindingSchema, document) || siteSha256(document) !== expected) {
    return refuse('SITE-BINDING-AS-LOGGED', 'The site binding of this ceremony is not the one in its log.');
  }
  return document;
}
