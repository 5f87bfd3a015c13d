// planted: a file is named for what it holds
export const anything = 1;
