/** Name of the one IPC channel in each direction. */
export const channels = { call: 'keyferry.call', notice: 'keyferry.notice' } as const;

/** What the preload exposes as `window.ceremony`; untyped by name, the client in the renderer gives it types. */
export interface CeremonyBridge {
  call(name: string, input: unknown): Promise<unknown>;
  onNotice(listener: (name: string, payload: unknown) => void): void;
}
