export const used = 1;
export const usedInTheWindow = 2;
