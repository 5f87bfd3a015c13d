const form = /^(?<seconds>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,9}))?Z$/u;

/**
 * Reads a moment of a log or a bundle: a day and time that exist, from the year 1 on, in UTC.
 * @param text - `2026-11-23T14:07:32Z`, with up to nine decimals of the second
 * @returns nanoseconds since 1970; null when it is no moment
 */
export function nanosecondsOf(text: string): bigint | null {
  const { seconds, fraction = '' } = form.exec(text)?.groups ?? {};
  if (seconds === undefined || seconds.startsWith('0000')) return null;
  const milliseconds = Date.parse(`${seconds}.000Z`);
  // Of a day that does not exist Date makes another one.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== `${seconds}.000Z`) return null;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
