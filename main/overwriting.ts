/**
 * Answers a call that brings secrets, and overwrites them whatever comes of it, even when nobody took them.
 * @param given - whatever came with the call; its byte arrays are the secrets, however deep they lie
 * @param answer - may throw
 */
export async function overwriting<T>(given: unknown, answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } finally {
    overwriteBytes(given);
  }
}

/**
 * Overwrites every byte array in something that came with a call.
 * @param given - plain data
 */
export function overwriteBytes(given: unknown): void {
  if (given instanceof Uint8Array) given.fill(0);
  else if (typeof given === 'object' && given !== null) Object.values(given).forEach(overwriteBytes);
}
