import * as v from 'valibot';
import { isDay } from './inbound/deadline.ts';

/**
 * Grammars of names in a plan. All of them end up in printed commands, inside single quotes, so none has a quote, a space
 * at either end or a hyphen first, where it would be an option.
 */

/** Where the cloud gives no grammar of its own: letters, digits, `.`, `_`, `-`, at most 127. */
export const plainName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9._][A-Za-z0-9._-]{0,126}$/,
    'a name has 1 to 127 letters, digits, ".", "_" and "-", no "-" first',
  ),
);

/** What people call a key: spaces too. */
export const displayName = v.pipe(
  v.string(),
  v.regex(
    /^(?=[^ -])[A-Za-z0-9._ -]{1,127}(?<! )$/,
    'a name has 1 to 127 letters, digits, spaces, ".", "_" and "-", no "-" first and no space at either end',
  ),
);

/** An address without path, query or user: `https://kms.eu-de.otc.t-systems.com`. */
export const httpsOrigin = v.pipe(
  v.string(),
  v.maxLength(253),
  v.regex(
    /^https:\/\/[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)*(?::(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]))?$/,
    'an https origin has a host in lower case and perhaps a port, and nothing behind them',
  ),
);

/** A moment in UTC: ISO 8601 with `Z`. Whether it lies ahead is asked when the room's time is known. */
export const utcMoment = v.pipe(
  v.string(),
  v.regex(
    /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?Z$/,
    'a moment is ISO 8601 in UTC, with "Z"',
  ),
  v.check((text) => isDay(text.slice(0, 10)), 'there is no such day'),
);
