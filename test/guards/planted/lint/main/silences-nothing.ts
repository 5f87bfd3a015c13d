// planted: unused-directive
// eslint-disable-next-line no-console
export const quiet = true;
