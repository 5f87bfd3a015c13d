/** What the shell denies: each kind is counted on its own. */
export type IncidentKind =
  | 'call'
  | 'device'
  | 'download'
  | 'fault'
  | 'navigation'
  | 'permission'
  | 'renderer'
  | 'request'
  | 'webview'
  | 'window';

export interface Incidents {
  /**
   * Counts one incident and reports it as one line.
   * @param detail - what was attempted, free of secrets: scheme and host of an address, never its path or query
   */
  readonly note: (kind: IncidentKind, detail: string) => void;
}

/**
 * Counts what was denied, so that an attempt is never silent.
 * @param report - takes one line, `keyferry: <kind> <how many of that kind>: <detail>`
 * @returns the counter
 */
export function createIncidents(report: (line: string) => void): Incidents {
  const counts = new Map<IncidentKind, number>();
  return {
    note: (kind, detail) => {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      report(`keyferry: ${kind} ${count}: ${detail}`);
    },
  };
}

/**
 * An address cut down to what may be reported: a query or a path can carry away a secret.
 * @param url - any address
 * @returns its scheme and host
 */
export function schemeAndHost(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'an address that is none' : `${parsed.protocol}//${parsed.host}`;
}

/**
 * Where an error arose, without its message: a message may quote what was being worked on.
 * @param error - whatever was thrown
 * @returns its kind and up to five places of its stack, in one line
 */
export function placesOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const stack = (error.stack ?? '').replace(error.message, '');
  const frames = stack.split('\n').filter((line) => /^\s+at /u.test(line));
  return [error.name, ...frames.slice(0, 5).map((frame) => frame.trim())].join(' ');
}
