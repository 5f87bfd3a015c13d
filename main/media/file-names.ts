const maxNameBytes = 255;

/**
 * Whether the name of an inbound file can be shown and printed as what it is.
 * @param name - the name, with U+FFFD where it was not UTF-8
 * @returns false for one with control, format or surrogate characters, with line separators, or of more than 255 bytes
 */
export function isPrintableName(name: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u.test(name) && Buffer.byteLength(name) <= maxNameBytes;
}
