export const run = 'the runner';
