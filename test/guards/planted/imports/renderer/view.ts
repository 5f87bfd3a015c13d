export const view = 'the window';
