/** Rules about removable media: how inbound files are taken off them, and what is written to them. */
export const mediaRules = {
  'INBOUND-READABLE': {
    claim: 'Every inbound folder and file can be read to its end.',
    remedy: 'Take the medium out, look at it, and insert it again; have the files brought anew when it fails again.',
  },
  'INBOUND-NO-LINKS': {
    claim: 'No link stands in for a folder or file on the inbound media.',
    remedy: 'Put the file itself where the link is.',
  },
  'INBOUND-PLAIN-FILES': {
    claim: 'The folder of a key holds plain files only: no folder, device or pipe.',
    remedy: 'Put the files of the key straight into its folder, and nothing else.',
  },
  'INBOUND-FILE-COUNT': {
    claim: 'The folder of a key holds at most 16 files.',
    remedy: 'Leave only the files that the cloud gave for this key.',
  },
  'INBOUND-NAMES-PLAIN': {
    claim: 'The name of an inbound file is printable text of at most 255 bytes.',
    remedy: 'Give the file the name under which the cloud offers it.',
  },
  'INBOUND-STEADY': {
    claim: 'An inbound file does not change while it is read.',
    remedy: 'Close whatever has the medium open, set its write protection where it has one, and read it again.',
  },
  'MEDIA-PRESENT': {
    claim: 'The chosen folder exists when the bundle is written.',
    remedy: 'Insert the medium, wait until it is shown, and choose its folder again.',
  },
  'MEDIA-NAMES-PLAIN': {
    claim: 'A file is written only under a relative name whose parts are their own basenames.',
    remedy: 'Stop and report it: the application asked for a path outside the bundle.',
  },
  'MEDIA-NOTHING-OVERWRITTEN': {
    claim: 'Nothing on the media is ever overwritten.',
    remedy: 'Take a fresh medium, or move the folder that is there out of the way.',
  },
  'MEDIA-HAS-ROOM': {
    claim: 'The medium has room for the whole bundle.',
    remedy: 'Take a medium with more room.',
  },
  'MEDIA-WRITABLE': {
    claim: 'The medium takes files.',
    remedy: 'Release its write protection, or take another medium.',
  },
  'MEDIA-WORKS': {
    claim: 'The medium takes and gives back every byte without an error.',
    remedy: 'Take a fresh medium and write again; mark this one as faulty.',
  },
  'MEDIA-READ-BACK-EQUAL': {
    claim: 'Every file written to the media reads back with the same SHA-256.',
    remedy: 'Take a fresh medium and write again; mark this one as faulty.',
  },
} as const;
