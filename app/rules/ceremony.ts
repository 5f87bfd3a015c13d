/** Rules about the people, the steps and their order; checked by the engine. */
export const ceremonyRules = {
  'STEP-IS-CURRENT': {
    claim: 'Only the current step can be confirmed.',
    remedy: 'Look at the step on the screen now and confirm that one.',
  },
  'STEP-CHECKS-TICKED': {
    claim: 'Every check of a step is ticked before the step is confirmed.',
    remedy: 'Do each check of this step and tick it.',
  },
  'STEP-CONFIRMED-BY-NAMED-ROLES': {
    claim: 'A step is confirmed by at least as many people of each role as it names.',
    remedy: 'Have the people named on this step confirm it.',
  },
  'STEP-INPUT-AS-ASKED': {
    claim: 'A step receives the input it asks for and no other.',
    remedy: 'Fill in what this step asks for.',
  },
  'EFFECT-NOT-IN-FLIGHT': {
    claim: 'Nothing is confirmed or begun while the token or the media is still at work.',
    remedy: 'Wait until the work on the screen has ended.',
  },
  'EFFECT-SETTLED-BY-LOOKING': {
    claim:
      'Work that was interrupted is settled by looking at the token or the media, never by guessing or repeating it in silence.',
    remedy: 'Read what was found, then confirm the step again to repeat it.',
  },
  'LOG-HOLDS-A-CEREMONY': {
    claim: 'Every entry of a ceremony’s log is an event that follows from the entries before it.',
    remedy: 'Open it with the version named in its first entry; keep the log as it is.',
  },
  'WRAPPED-KEY-KEPT-INTACT': {
    claim: 'The wrapped key that goes onto the media is the one whose hash the log holds.',
    remedy:
      'The workstation lost or changed the wrapped key. Nothing left the room; open a new ceremony with the same plan.',
  },
  'COPY-AS-SIGNED': {
    claim: 'What goes onto the media is the bundle whose manifest the token signed.',
    remedy:
      'Something that the bundle is made of changed on this workstation after it was signed. Nothing of this copy was written; look with a witness what changed, and open a new ceremony with the same plan.',
  },
  'AIR-GAP-CLOSED': {
    claim: 'No network interface of the workstation is up.',
    remedy: 'Pull the cable and switch the radios off, then look again.',
  },
  'CEREMONY-ON-THIS-WORKSTATION': {
    claim: 'Only a ceremony that was begun on this workstation, and one at a time, is carried on.',
    remedy: 'Choose a ceremony from the list; leave the open one first.',
  },
  'PLAN-CHOSEN': {
    claim: 'A ceremony is opened with a plan that was read and shown just before.',
    remedy: 'Choose the plan again.',
  },
  'MEDIA-ENOUGH': {
    claim: 'There is an outbound medium for every copy that the plan wants.',
    remedy: 'Bring as many outbound media as the plan has copies.',
  },
  'TOKEN-PIN-GIVEN': {
    claim: 'The PIN of a token that was there before comes over standard input, one line of 1 to 255 bytes.',
    remedy: 'Type the PIN when the command waits for it, or pipe it in; it is never an argument.',
  },
  'MEDIA-OFFERED': {
    claim: 'Only a folder that Keyferry listed, or that was chosen in its dialog, is read from or written to.',
    remedy: 'Choose the folder from the list, or with the dialog.',
  },
  'OUTCOME-FITS-REQUEST': {
    claim: 'What is logged as the outcome of work belongs to the very work that was requested.',
    remedy: 'Stop here and keep the log: this is a fault of the program.',
  },
  'TOKEN-OPENED-WHEN-NEEDED': {
    claim: 'The token is opened again only while a step needs it, confirmed like the first log-in.',
    remedy: 'Go on with the step on the screen.',
  },
  'CEREMONY-OPEN': {
    claim: 'A ceremony that has been closed is not continued.',
    remedy: 'Open a new ceremony with the same plan.',
  },
  'CEREMONY-SAME-BUILD': {
    claim: 'A ceremony is resumed only by a Keyferry that calls itself by the same version as the one that opened it.',
    remedy: 'Resume it with the version named in its log.',
  },
  'ROLE-COUNT-AS-PLANNED': {
    claim: 'At roll call every role has as many people as the plan says.',
    remedy: 'Name the missing people, or take the surplus ones off the list.',
  },
  'ROLES-SEPARATE': {
    claim: 'Nobody holds two roles that the plan keeps apart.',
    remedy: 'Give one of the two roles to somebody else.',
  },
  'PERSON-NAMED': {
    claim:
      'Everybody at roll call has a name of 1 to 60 printable characters, and nobody is on the list twice: a name counts once, unless both organisation and document tell two people apart.',
    remedy: 'Write each name in full; where two people are namesakes, name the organisation and the document of each.',
  },
  'KEK-FINGERPRINT-CONFIRMED': {
    claim:
      'Nothing is wrapped before two people have compared the fingerprint of its wrapping key with the online desk.',
    remedy: 'Compare the fingerprint by voice over a second channel and confirm the step.',
  },
  'KEK-REUSE-DECIDED': {
    claim: 'A wrapping key serves only one vault or instance in a ceremony.',
    remedy: 'Bring a wrapping key of its own for each vault or instance.',
  },
  'KEK-ONE-OF-ITS-NAME': {
    claim: 'Wrapping keys whose own files name them alike, by kid or import job, are one and the same key.',
    remedy:
      'Stop: one of the files was exchanged, or is older than the other. Have the online desk fetch the wrapping key once, for all these keys.',
  },
  'DESTROY-CONFIRMED-BY-NAME': {
    claim: 'A key is destroyed only after its id was typed by hand.',
    remedy: 'Type the id of each key that is to be destroyed, exactly as shown.',
  },
  'WEAK-WRAP-CONFIRMED-BY-NAME': {
    claim: 'A key is wrapped with RSAES-PKCS1-v1_5 only after its id was typed by hand.',
    remedy:
      'Type the id of each key that is to be wrapped in the weak way, exactly as shown; a key that was declined can be left out.',
  },
  'KEY-LEFT-OUT-BY-DECISION': {
    claim:
      'A key is left out of a ceremony only after something failed because of it, with a reason, by the quorum of the plan, and never the last one.',
    remedy:
      'Try again, or have the quorum of the plan say why the key is left out; stop the ceremony to leave out all.',
  },
  'CALL-AS-DECLARED': {
    claim: 'The window asks only for declared calls, with payloads of the declared shape, from its own top frame.',
    remedy: 'Close the window and open the application again; if it returns, stop and report it.',
  },
  'WORK-COMPLETED': {
    claim: 'An unforeseen failure ends as a refusal, never as a silent success.',
    remedy: 'Nothing was confirmed. Note the time, keep the log, and confirm the step again or stop here.',
  },
} as const;
