/** The ground shown until the page has drawn itself: the window's own `--paper`; a test keeps the two equal. */
export const ground = { light: '#f6f4ee', dark: '#12151a' } as const;
