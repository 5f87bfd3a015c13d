// planted: no-restricted-globals
export const ask = (): Promise<unknown> => fetch('https://example.org');
