/** Ids of the fields of the departures, for labels and for moving the focus to what is missing. */
export const returnField = {
  person: (id: string): string => `return-${id}`,
  passphrase: 'return-passphrase',
  log: 'return-log',
} as const;

/** Id of the field in which the decision is written down. */
export const decidedField = 'decided';
