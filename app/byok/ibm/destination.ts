import * as v from 'valibot';
import { displayName } from '../names.ts';

/** The plan's `destination` member for IBM Key Protect. */
export const ibmSchema = v.strictObject({
  type: v.literal('ibm-key-protect'),
  // The first label of a host: `us-south.kms.cloud.ibm.com`.
  region: v.pipe(
    v.string(),
    v.regex(
      /^(?=.{1,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
      'a region has lower-case letters, digits and single hyphens, none first or last',
    ),
  ),
  instance: v.pipe(
    v.string(),
    v.regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'an instance is named by its GUID in lower case'),
  ),
  // "Length must be within 2 - 90 characters" (import-root-keys.md).
  keyName: v.pipe(
    displayName,
    v.minLength(2, 'a name has at least 2 characters'),
    v.maxLength(90, 'a name has at most 90 characters'),
  ),
});

export type IbmDestination = v.InferOutput<typeof ibmSchema>;

/** Where the service of a region answers (key-protect, regions.md). */
export function hostOf({ region }: IbmDestination): string {
  return `${region}.kms.cloud.ibm.com`;
}
