export const host = 'the host';
