export const twice = (bytes: Uint8Array): Uint8Array => new Uint8Array([...bytes, ...bytes]);
