export const word = 'plain';
