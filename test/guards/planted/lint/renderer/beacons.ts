// planted: no-restricted-properties
export const tell = (): boolean => navigator.sendBeacon('https://example.org');
