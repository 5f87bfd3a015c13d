/** Rules about the HSM: its module, the token, the keys in it and what it produces. */
export const tokenRules = {
  'TOKEN-SERIAL-AS-IDENTIFIED': {
    claim: 'The token is found by its serial number, and it stays the same token throughout the ceremony.',
    remedy: 'Connect the token with the serial number that the log names.',
  },
} as const;
