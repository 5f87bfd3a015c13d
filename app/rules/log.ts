/** Rules about the log and about a bundle that is checked later. */
export const logRules = {
  'LOG-CHAIN-INTACT': {
    claim: 'Every entry of the log carries the hash of the entry before it and the next sequence number.',
    remedy: 'Stop. Keep the log as it is and have it examined; continue only with an intact copy.',
  },
} as const;
