// planted: the sandbox stays on
export const preferences = { sandbox: false };
