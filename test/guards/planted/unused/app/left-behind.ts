// planted: files
export const leftBehind = 3;
