// planted: randomness is cryptographic
export const dice = (): number => Math.random();
