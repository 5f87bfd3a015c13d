// planted: exports forgotten
export const forgotten = 4;
export const remembered = 5;
