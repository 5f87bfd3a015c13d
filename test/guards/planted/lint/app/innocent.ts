export const at = (milliseconds: number): string => new Date(milliseconds).toISOString();
