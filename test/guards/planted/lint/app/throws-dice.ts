// planted: no-restricted-syntax
export const dice = (): number => Math.random();
