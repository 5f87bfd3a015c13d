/** Rules about the people's own credentials: the passphrases and the signing keys of their approvals. */
export const peopleRules = {
  'APPROVAL-PASSPHRASE-STRONG': {
    claim:
      'The passphrase that seals an approval key has at least 12 characters and no pattern that is guessed at once.',
    remedy: 'Choose another passphrase: four or five words that have nothing to do with each other are a good one.',
  },
  'APPROVAL-PASSPHRASE-AGAIN': {
    claim: 'A newly sealed approval key is kept only after the passphrase, entered a second time, has opened it.',
    remedy: 'Enter the same passphrase twice; begin again with a new one when it is no longer certain.',
  },
  'APPROVAL-PASSPHRASE-ACCEPTED': {
    claim: 'An approval is signed only with the key that the passphrase of that very person opens.',
    remedy: 'Have the person whose name is on the screen enter the passphrase chosen at roll call.',
  },
  'APPROVAL-KEY-FILE-INTACT': {
    claim:
      'A sealed approval key is written once, and used only from a whole file of the known form whose cost is bounded.',
    remedy: 'Stop. The workstation lost or changed the file; keep it as it is and have it examined.',
  },
  'APPROVAL-KEY-AT-ROLL-CALL': {
    claim: 'An approval key is registered once for each person of the roll call, at the step that asks for it.',
    remedy: 'Choose the name of somebody who has no approval key yet.',
  },
  'APPROVAL-KEY-OF-EVERYBODY': {
    claim: 'The ceremony starts only after everybody on the list has signed with an approval key of their own.',
    remedy: 'Have each person without a key choose a passphrase.',
  },
  'APPROVAL-SIGNED': {
    claim:
      'An approval is the signature of that person over this ceremony, the subject, what the screen shows and the head of the log.',
    remedy: 'Approve again with the passphrase; if it returns, stop and keep the log.',
  },
  'APPROVAL-BY-THOSE-ASKED': {
    claim: 'Only somebody who was named at roll call, is still here and holds a role that is asked can approve.',
    remedy: 'Have one of the people approve whom the screen names.',
  },
  'APPROVAL-BY-DIFFERENT-PEOPLE': {
    claim: 'Nobody counts twice towards a quorum.',
    remedy: 'Have somebody else of the named role approve.',
  },
  'APPROVAL-OF-WHAT-IS-SHOWN': {
    claim: 'What is done is exactly what was approved: a changed parameter voids every approval given before.',
    remedy: 'Read what is on the screen now, and have it approved again.',
  },
  'PERSON-INITIALLED': {
    claim: 'Everybody at roll call has initials of two to four letters, and no two people have the same.',
    remedy: 'Add a letter where two people share their initials.',
  },
  'PERSON-IDENTIFIED': {
    claim: 'It is said of everybody at roll call how they were identified, in 1 to 80 printable characters.',
    remedy: 'Write down the document or the person by which the identity was checked.',
  },
  'QUORUM-PRESENT': {
    claim:
      'Whoever is left is enough for the quorum of the plan and for every step to come; an abort is ended by whoever is left, and destroys nothing without the quorum.',
    remedy: 'Wait for the person who is missing, or abort the ceremony; after an abort, decline each key.',
  },
  'NO-OPEN-EXCEPTION': {
    claim: 'Nothing goes on while an exception is open.',
    remedy: 'Say what was decided, and have the quorum of the plan close the exception.',
  },
  'EXCEPTION-TOLD-WHOLE': {
    claim: 'An exception says what was expected, what happened and who noticed it.',
    remedy: 'Write down all three; it cannot be changed afterwards.',
  },
  'EXCEPTION-CLOSED-BY-QUORUM': {
    claim: 'An open exception is closed once, with what was decided, by the quorum of the plan.',
    remedy: 'Write down what was decided and have the named roles approve exactly that.',
  },
  'CEREMONY-ON-BREAK': {
    claim:
      'Nothing is done during a break, or after a restart, before everybody has been identified again; only the ceremony can be ended there.',
    remedy: 'Have everybody who is named type their passphrase.',
  },
  'BREAK-AFTER-ROLL-CALL': {
    claim: 'A break is asked for by somebody of the roll call, once everybody can be identified again.',
    remedy: 'Finish the roll call first, or leave the ceremony and take it up again.',
  },
  'BREAK-ENDED-BY-EVERYBODY': {
    claim: 'A break ends when everybody has signed again, or has been declared absent for good.',
    remedy: 'Wait for the people whom the screen names, or decide together how to go on without them.',
  },
  'CUSTODY-TWO-PEOPLE': {
    claim:
      'Every line of the custody register names who acted and somebody else who saw it, both of the roll call and still here.',
    remedy: 'Choose two different people.',
  },
  'CUSTODY-RECORD-FITS': {
    claim: 'A bag is opened, closed or destroyed only from the state in which the register has it.',
    remedy: 'Look at the register and at the number on the bag.',
  },
  'CUSTODY-BAG-AS-LISTED': {
    claim: 'A bag whose number or seal is not as listed is an exception.',
    remedy: 'Write down what was found, keep the bag, and decide together.',
  },
  'CUSTODY-BAGS-CLOSED': {
    claim: 'A ceremony is signed off only when every opened bag was closed again or destroyed.',
    remedy: 'Enter for each open bag where its content went.',
  },
  'PIN-TYPED-BY-NAMED-PEOPLE': {
    claim: 'It stands in the log who types the PIN, alone, in parts in a stated order, or on the token.',
    remedy: 'Choose who types; for a PIN in parts two people or more, in their order.',
  },
  'CLOCK-NOT-SET-BACK': {
    claim: 'A clock that runs behind the last entry of the log is an exception.',
    remedy: 'Compare the clock with the one on the wall, and have the exception closed.',
  },
  'PRODUCTION-PLAN-APPROVED': {
    claim:
      'A production ceremony runs only a plan that a named person approved on this workstation before the ceremony was opened.',
    remedy: 'Have the plan approved on this workstation, with its clock right, or rehearse it.',
  },
  'PRODUCTION-TOKEN-REAL': {
    claim: 'A production ceremony uses neither the module of the rehearsal token nor a token that calls itself one.',
    remedy: 'Choose the PKCS#11 module of the HSM and its serial number.',
  },
  'PRODUCTION-BY-PEOPLE': {
    claim: 'A production ceremony is confirmed by people in front of the window, never by a script.',
    remedy: 'Open the application and run the ceremony there.',
  },
  'PRODUCTION-MEDIA-REMOVABLE': {
    claim: 'A production ceremony reads from removable media and writes to nothing else.',
    remedy: 'Connect a removable medium and choose it from the list.',
  },
} as const;
