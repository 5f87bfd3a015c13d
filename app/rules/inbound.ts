/** Rules about what comes in on removable media: framing first, then the wrapping key, then its metadata. */
export const inboundRules = {
  'INBOUND-FOLDER-PER-KEY': {
    claim: 'The inbound media holds one folder for each key of the plan, named like the key id.',
    remedy: 'Put the files of each key into a folder named like the key id.',
  },
} as const;
