/** Largest inbound JSON or text file in bytes; nothing larger is read at all. */
export const maxInboundBytes = 64 * 1024;

/** Largest inbound PEM or DER file in bytes: an RSA-4096 public key has 800. */
export const maxPublicKeyFileBytes = 16 * 1024;
