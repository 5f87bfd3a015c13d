// planted: the sandbox stays on
export const switches = ['--no-sandbox'];
