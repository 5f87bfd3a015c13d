// planted: the window has no rights of the machine
export const preferences = { nodeIntegration: true };
