import * as v from 'valibot';

/** What several calls have in common. */

/** Of a step, a person, a key or a medium. */
export const id = v.pipe(v.string(), v.regex(/^[a-z0-9.-]{1,120}$/u));
export const ids = v.pipe(v.array(id), v.maxLength(200));

/** 1 to 255 bytes of UTF-8; overwritten by whoever receives it. */
export const pin = v.pipe(
  v.instance(Uint8Array),
  v.check((bytes) => bytes.length >= 1 && bytes.length <= 255),
);

/** 1 to 1024 bytes of UTF-8 in NFKC; overwritten by whoever receives it. */
export const passphrase = v.pipe(
  v.instance(Uint8Array),
  v.check((bytes) => bytes.length >= 1 && bytes.length <= 1024),
);

/** Why somebody said stop, what happened, what was decided: 1 to 500 printable characters. */
export const reason = v.pipe(v.string(), v.maxLength(500), v.regex(/^(?=.*\S)[^\p{Cc}\p{Cf}\p{Cs}]+$/u));
