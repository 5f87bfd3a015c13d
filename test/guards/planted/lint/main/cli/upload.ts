export const ask = (): Promise<unknown> => fetch('https://example.org');
