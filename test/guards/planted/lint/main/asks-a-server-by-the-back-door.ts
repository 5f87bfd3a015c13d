// planted: no-restricted-properties
export const ask = (): Promise<unknown> => globalThis.fetch('https://example.org');
