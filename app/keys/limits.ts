/** Largest inbound JSON or text file in bytes; nothing larger is read at all. */
export const maxInboundBytes = 64 * 1024;

/** Largest inbound PEM or DER file in bytes: an RSA-4096 public key has 800. */
export const maxPublicKeyFileBytes = 16 * 1024;

/** Largest inbound zip in bytes; a console puts a wrapping key, an import token and a page of text into one. */
export const maxZipBytes = 1024 * 1024;

/** Most files in an inbound zip. Each of them has at most `maxInboundBytes` when it is unpacked. */
export const maxZipEntries = 8;
