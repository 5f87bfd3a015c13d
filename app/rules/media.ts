/** Rules about what is written to removable media. */
export const mediaRules = {
  'MEDIA-READ-BACK-EQUAL': {
    claim: 'Every file written to the media reads back with the same SHA-256.',
    remedy: 'Take a fresh medium and write again; mark this one as faulty.',
  },
} as const;
