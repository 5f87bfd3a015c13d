export const decide = 'the engine';
