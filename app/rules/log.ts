/** Rules about the log and about a bundle that is checked later. */
export const logRules = {
  'JSON-CANONICAL': {
    claim: 'Everything that is hashed is plain JSON in the canonical form of RFC 8785.',
    remedy: 'Correct the named data; nothing was hashed or written.',
  },
  'LOG-CHAIN-INTACT': {
    claim:
      'A log has entries, and every one of them carries the hash of the entry before it and the next sequence number.',
    remedy: 'Stop. Keep the log as it is and have it examined; continue only with an intact copy.',
  },
  'LOG-ENTRY-CANONICAL': {
    claim: 'Every entry of the log is canonical JSON with exactly the members of an entry.',
    remedy: 'Stop. Keep the log as it is and have it examined; continue only with an intact copy.',
  },
  'LOG-FORMAT-KNOWN': {
    claim: 'A log is opened only when the file is a Keyferry log of the version this application writes.',
    remedy: 'Choose the log file of this ceremony, and open it with the version of Keyferry that wrote it.',
  },
  'LOG-FILE-SOUND': {
    claim: 'The log file passes the integrity check of its database at every open.',
    remedy:
      'Stop. Keep the file and its -wal file as they are and have them examined; continue only with an intact copy.',
  },
  'LOG-FILE-PRESENT': {
    claim: 'A log that was begun is found again as a file that is not empty; none is begun in its place.',
    remedy: 'Look for the log file and the -wal file beside it, and put both back.',
  },
  'LOG-OF-ITS-CEREMONY': {
    claim: 'A log, or its copy, is taken up only where it belongs: it begins with the ceremony whose place it lies in.',
    remedy: 'Put every file back in its own place: each log, with its copy and its mark, belongs to one ceremony.',
  },
  'LOG-NOT-REPLACED': {
    claim: 'A new log never takes the place of a file that exists.',
    remedy: 'Open the ceremony that this log belongs to, or begin the new one in another folder.',
  },
  'LOG-ONE-WRITER': {
    claim: 'One process at a time has the log open.',
    remedy: 'Close the other Keyferry that has this ceremony open, then try again.',
  },
  'LOG-AS-LAST-SEEN': {
    claim: 'A log is taken up again only with the entry that was noted beside it when it was last written.',
    remedy:
      'Stop. Put back the latest log of this ceremony with its -wal file and its mark; never go on from an older copy.',
  },
  'LOG-COPY-PRESENT': {
    claim: 'A log is taken up again only with its second copy, where it was begun.',
    remedy:
      'Put back the medium or the folder with the copy. If it is lost, choose to go on with the log: the copy is made anew, which the log tells.',
  },
  'LOG-COPY-SOUND': {
    claim: 'Every entry of the second copy is whole and carries the hash of the one before it.',
    remedy:
      'Keep the copy as it is and have it examined. To go on, choose the log: the copy is put aside and made anew, which the log tells.',
  },
  'LOG-COPIES-AGREE': {
    claim: 'The log and its second copy hold the same entries, or the shorter one the first of them.',
    remedy:
      'Stop. Compare the head of each with the one on the script, and choose the one that agrees; the other is put aside, which the log tells.',
  },
  'CHECKPOINT-COSIGNED': {
    claim: 'Whoever approves signs the last checkpoint of the log too.',
    remedy: 'Have the person approve again. If it is refused once more, leave the ceremony and take it up again.',
  },
  'LOG-HEAD-IN-TOKEN': {
    claim: 'The log holds what the token was told of it: as many entries at least, with the same root over them.',
    remedy:
      'Stop. The log on this workstation is not the one that this token has signed: find the latest log and copy of this ceremony, and do not go on from these.',
  },
  'LOG-DURABLE': {
    claim: 'Every entry is synced to the disk before anything that follows from it happens.',
    remedy:
      'Make room on the disk or free the folder for writing, then try again. If it is refused once more, leave the ceremony and resume it: what was under way is settled by looking.',
  },
  'BUNDLE-MANIFEST-SCHEMA': {
    claim: 'MANIFEST.json has exactly the members of manifest format 1, in the form in which Keyferry writes them.',
    remedy: 'Do not upload. Take the other copy of the bundle, or ask the room for it.',
  },
  'BUNDLE-PLAIN-FILES': {
    claim: 'A bundle holds plain files and folders only, in a number and of a size that can be checked.',
    remedy: 'Do not upload. Take the other copy of the bundle, or ask the room for it.',
  },
  'BUNDLE-FILES-AS-LISTED': {
    claim: 'Every file of the manifest is in the bundle with the listed size and SHA-256.',
    remedy: 'Do not upload. Take the other copy of the bundle, or ask the room for it.',
  },
  'BUNDLE-NO-UNLISTED-FILE': {
    claim: 'The bundle holds no file that the manifest does not list.',
    remedy: 'Do not upload. Find out who added the file, and take the other copy of the bundle.',
  },
  'BUNDLE-FILES-KNOWN': {
    claim:
      'Besides the folders of its keys a bundle holds UPLOAD.md, the files of the record and MANIFEST.json, no more.',
    remedy: 'Do not upload, and run nothing of the bundle. Take the other copy, or ask the room for it.',
  },
  'BUNDLE-NAMED-AS-CEREMONY': {
    claim: 'The folder of a bundle carries the id of its ceremony, and a rehearsal says so in it.',
    remedy: 'Restore the name of the folder as the manifest gives the ceremony.',
  },
  'BUNDLE-EVENTS-IN-FORM': {
    claim: 'Every event of the log extract is of a type that a ceremony has, with exactly the members of that type.',
    remedy: 'Do not upload. Ask the room for the bundle anew, and check it with the application that wrote it.',
  },
  'BUNDLE-LOG-OF-CEREMONY': {
    claim:
      'The log extract goes from the opening of the ceremony that the manifest names, in the same mode, to the order to write this bundle, and no further.',
    remedy: 'Do not upload. The record belongs to another ceremony; ask the room for the right bundle.',
  },
  'BUNDLE-PLAN-AS-HASHED': {
    claim: 'The plan in the record and the plan in the log both have the hash that the manifest names.',
    remedy: 'Do not upload. Compare the plan with the one that was approved.',
  },
  'BUNDLE-TRANSCRIPT-AS-LOGGED': {
    claim: 'The transcript is, to the byte, what the log extract tells.',
    remedy: 'Do not rely on the transcript: read the log extract, and take the other copy of the bundle.',
  },
  'BUNDLE-REPORT-AS-LOGGED': {
    claim: 'The report of a bundle is, to the byte, what its log extract gives.',
    remedy: 'Do not rely on the report: read the log extract, and take the other copy of the bundle.',
  },
  'BUNDLE-UPLOAD-AS-LOGGED': {
    claim: 'UPLOAD.md and its printable page are, to the byte, what the log and the plan in it give.',
    remedy: 'Do not follow the sheet. Take the other copy of the bundle, or ask the room for it.',
  },
  'BUNDLE-ROLL-CALL-AS-PLANNED': {
    claim:
      'By the log, the people named at roll call are as many of each role as the plan seats, none of them twice and none in roles that it keeps apart.',
    remedy: 'Do not upload. Ask the people who were in the room who was there, and compare with their script.',
  },
  'BUNDLE-STEPS-AS-PLANNED': {
    claim:
      'By the log, every step that the plan implies was confirmed in its order with all its checks ticked, and its work, on the planned keys and with one token, done before the next, up to the order to write the bundle.',
    remedy: 'Do not upload. Ask the people who were in the room which steps they did, and compare with their script.',
  },
  'BUNDLE-CONFIRMED-AS-PLANNED': {
    claim:
      'By the log, each wrapping key was compared before its use, by two people where the plan seats two, the quorum of the plan accepted and approved every wrap, two people ordered it, and a key is missing only where the quorum left it out after a failure.',
    remedy: 'Do not upload. Ask the people who were in the room what they confirmed, and compare with their script.',
  },
  'BUNDLE-APPROVALS-SIGNED': {
    claim:
      'By the log, everybody named at roll call registered one approval key, and every approval and return is the signature of that very person over what the log tells, at that place of it.',
    remedy: 'Do not upload. Ask the people who were in the room whether they approved what the transcript tells.',
  },
  'BUNDLE-QUORUM-APPROVED': {
    claim:
      'By the log, the quorum of the plan approved each deciding step exactly as it was shown and done, the wraps with the wrapping keys that were used.',
    remedy: 'Do not upload. Ask the people who were in the room what they approved, and compare with their script.',
  },
  'BUNDLE-EXCEPTIONS-CLOSED': {
    claim:
      'By the log, whatever did not go as planned is an exception that says so, and the quorum of the plan closed each one before anything else was confirmed.',
    remedy: 'Do not upload. Ask the people who were in the room what happened, and what they decided.',
  },
  'BUNDLE-BREAKS-ENDED': {
    claim:
      'By the log, nothing was confirmed in a break or after a restart before everybody had returned or was declared absent for good, and whoever confirmed or typed a PIN was there.',
    remedy: 'Do not upload. Ask the people who were in the room who was there, and when.',
  },
  'BUNDLE-CLOCK-TOLD': {
    claim:
      'By the log, time goes forward, or an exception tells of a clock that was set back before anybody did anything more.',
    remedy: 'Do not upload. Ask the people who were in the room what the clock on the wall said.',
  },
  'BUNDLE-KEYS-AS-PLANNED': {
    claim: 'The manifest names exactly the keys of the plan, each with its spec and destination.',
    remedy: 'Do not upload. Compare the manifest with the plan that was approved.',
  },
  'BUNDLE-KEYS-AS-LOGGED': {
    claim: 'What the manifest says of each wrapping key, wrap, public key and check value is what the log recorded.',
    remedy: 'Do not upload. Compare the manifest with the transcript.',
  },
  'BUNDLE-WRAPS-AS-PROVEN': {
    claim:
      'By the log, each key was wrapped under a wrapping key that the plan allows, in the one way that plan and wrapping key leave, and the token had proved that way for such a key.',
    remedy: 'Do not upload. Compare the transcript with the plan, and ask the people who were in the room.',
  },
  'BUNDLE-BLOBS-AS-LISTED': {
    claim: 'The files of each key are exactly those of its destination, and the manifest lists them under the key.',
    remedy: 'Do not upload. Ask the room for the bundle again.',
  },
  'BUNDLE-BLOBS-AS-LOGGED': {
    claim: 'The key transfer files of each key hold exactly what the token gave out, by the hashes in the log.',
    remedy: 'Do not upload: the file was exchanged. Take the other copy of the bundle, or ask the room for it.',
  },
  'BUNDLE-PUBLIC-KEY-AS-LISTED': {
    claim:
      'public-key.pem of each asymmetric key holds the public key whose hash the manifest names, of the planned kind, and nothing else.',
    remedy: 'Do not upload. Ask the room for the bundle again.',
  },
  'BUNDLE-DEADLINE-AHEAD': {
    claim: 'No import token of the bundle has ended.',
    remedy: 'Fetch a new import token and have the key wrapped again.',
  },
  'BUNDLE-CHECKPOINTS-SIGNED': {
    claim:
      'Every checkpoint is over the first entries of this log, as many as it says, and signed by the one log key of the ceremony.',
    remedy: 'Do not upload. Keep the bundle, compare the checkpoint on the paper, and take the other copy.',
  },
  'BUNDLE-CHECKPOINTS-COSIGNED': {
    claim: 'Whoever approved a step signed the last checkpoint before it too.',
    remedy: 'Do not upload. Keep the bundle and have the record examined; the people have not vouched for this log.',
  },
  'BUNDLE-PROOFS-HOLD': {
    claim: 'For each file a proof shows that the entry which vouches for it is in the log that was signed.',
    remedy: 'Do not upload. Take the other copy of the bundle, or ask the room for it.',
  },
  'BUNDLE-SIGNED': {
    claim: 'The manifest is signed, to the byte, by the key in the token that signed the log.',
    remedy: 'Do not upload. Compare the hash of MANIFEST.json with the one on the paper, and take the other copy.',
  },
  'BUNDLE-CHECKPOINT-AS-ON-PAPER': {
    claim: 'The log held at that size what the paper of the room says.',
    remedy: 'Do not upload. Either the paper was misread, or this is not the log of that ceremony: ask the witnesses.',
  },
  'BUNDLE-LOG-KEY-TRUSTED': {
    claim: 'The log is signed by the key that is known by another way.',
    remedy: 'Do not upload. Somebody may have made this record anew with a key of their own.',
  },
  'BUNDLE-MANIFEST-AS-ON-PAPER': {
    claim: 'The manifest is, to the byte, the one whose hash the people wrote on the paper of the room.',
    remedy:
      'Do not upload. Either the paper was misread, or this is not the bundle of that ceremony: ask the witnesses.',
  },
  'CHECKED-FOLDER-IS-BUNDLE': {
    claim: 'What is checked as a bundle is a folder with MANIFEST.json at its top.',
    remedy: 'Choose the folder of the bundle itself, the one in which MANIFEST.json lies.',
  },
  'CHECKPOINT-AS-PEOPLE-WRITE-IT': {
    claim: 'A checkpoint from the paper is a number of entries and two words, before anything is held against it.',
    remedy: 'Type it as the paper has it: 57 cowbell stethoscope, for example.',
  },
  'HASH-AS-PEOPLE-WRITE-IT': {
    claim: 'A SHA-256 from the paper is 64 hex digits, in groups or not, before anything is held against it.',
    remedy: 'Type all of it as the paper has it: sixteen groups of four, with or without the spaces.',
  },
  'SITE-BINDING-AS-LOGGED': {
    claim: 'A ceremony is taken up again with the site binding whose hash is in its log.',
    remedy: 'Put back the file of this ceremony, or begin a new one with the same plan.',
  },
} as const;
