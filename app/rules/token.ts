/** Rules about the HSM: its module, the token, the keys in it and what it produces. */
export const tokenRules = {
  'MODULE-FILE-WHOLE': {
    claim: 'The PKCS#11 module is a whole shared object built for this processor; it is checked before it is loaded.',
    remedy: "Install the HSM vendor's client again from its original medium, then choose its PKCS#11 library.",
  },
  'MODULE-AS-IDENTIFIED': {
    claim: 'The module that is loaded again is the very file that was loaded first, before it is loaded and after.',
    remedy: "Do not type the PIN; find out who changed the HSM vendor's library, and begin a new ceremony.",
  },
  'MODULE-LOADS': {
    claim: 'The module file is a PKCS#11 module and it initialises.',
    remedy: "Check the choice of file and the vendor's configuration, then load the module again.",
  },
  'HSM-PROCESS-ALIVE': {
    claim: 'The process that talks to the HSM is running; when it dies, nothing is repeated by itself.',
    remedy: 'Open the token again with its PIN when the screen asks for it, then confirm the step again.',
  },
  'HSM-ANSWERS-IN-TIME': {
    claim: 'The HSM answers every call within its time limit.',
    remedy: 'Check the connection to the HSM, load the module again, log in, and look at the token before repeating.',
  },
  'TOKEN-PRESENT': {
    claim: 'The token is in its slot whenever it is used.',
    remedy: 'Connect the token, load the module again and log in.',
  },
  'TOKEN-SERIAL-AS-IDENTIFIED': {
    claim: 'The token is found by its serial number, and it stays the same token throughout the ceremony.',
    remedy: 'Connect the token with the serial number that the log names.',
  },
  'TOKEN-AS-IDENTIFIED': {
    claim: 'Opened again, token and module tell the same of themselves as at the beginning, before the PIN is used.',
    remedy: 'Do not type the PIN; connect the token that the log describes, with the firmware and module it had.',
  },
  'TOKEN-ANSWERS': {
    claim: 'The token carries out what it is asked.',
    remedy:
      'Record the code, load the module again and log in; if it happens again, ask the HSM vendor about the code.',
  },
  'TOKEN-HAS-ROOM': {
    claim: 'Token and computer have room for the keys and sessions of the ceremony.',
    remedy: 'Close other programs that use the token, or remove keys that are no longer needed, then repeat.',
  },
  'TOKEN-WRITABLE': {
    claim: 'The token can be written to.',
    remedy: 'Take off its write protection, load the module again and log in.',
  },
  'TOKEN-PIN-SET': {
    claim: 'The token has a user PIN.',
    remedy: "Have the security officer set the user PIN with the vendor's tool.",
  },
  'TOKEN-PIN-TYPED-HERE': {
    claim: 'A PIN is typed into Keyferry only for a token that has no pad of its own.',
    remedy: "Choose the token's own pad for the PIN, and type it there.",
  },
  'TOKEN-PAD-PRESENT': {
    claim: "A login waits for the token's own pad only where the token says that it has one.",
    remedy: 'Type the PIN into Keyferry, or connect the pad, load the module again and look at the token once more.',
  },
  'TOKEN-PIN-ACCEPTED': {
    claim: 'The token accepts the PIN; Keyferry never tries a PIN twice by itself.',
    remedy: 'Make sure of the PIN before another try: most tokens lock after a few wrong ones.',
  },
  'TOKEN-FINAL-TRY-DECIDED': {
    claim: 'The last try before the token locks its PIN is spent only when the people have decided to.',
    remedy:
      'Make sure of the PIN, or have the security officer reset it; accept the last try only when everybody agrees.',
  },
  'TOKEN-PIN-NOT-LOCKED': {
    claim: 'The user PIN is not locked.',
    remedy: "Have the security officer reset the user PIN with the vendor's tool.",
  },
  'TOKEN-LOGIN-ONCE': {
    claim: 'One user is logged in to the token, once.',
    remedy: 'Go on if you are logged in; otherwise load the module again and log in.',
  },
  'TOKEN-LOGGED-IN': {
    claim: 'Keys are made, used and destroyed in an open session with the user logged in.',
    remedy: 'Log in to the token; if it was restarted, load the module first.',
  },
  'TOKEN-MECHANISM-AVAILABLE': {
    claim: 'The token offers every mechanism the wrap needs.',
    remedy: 'Enable the mechanism on the HSM, or choose a destination or wrapping algorithm that does without it.',
  },
  'TOKEN-POLICY-ALLOWS': {
    claim: "The token's policy allows what the ceremony asks of it.",
    remedy: "Compare the token's policy and this user's rights with the plan; the security officer can change them.",
  },
  'TOKEN-ENCODES-AS-PROBED': {
    claim: 'A throw-away key wrapped by the token opens in software to exactly the encoding the destination expects.',
    remedy: 'Do not wrap with this token and firmware; keep the log and ask the HSM vendor.',
  },
  'TOKEN-LEFT-CLEAN': {
    claim: 'No KEK, ephemeral or throw-away key stays in the token after an operation.',
    remedy: 'Disconnect the token to end its sessions, then load the module again and log in.',
  },
  'TARGET-KEY-ID-FREE': {
    claim: 'A new target key gets a CKA_ID that no object in the token has.',
    remedy: 'Look at the object that has this CKA_ID; destroy it only when everybody agrees that it is not needed.',
  },
  'TARGET-KEY-LABEL-FREE': {
    claim: 'A new target key gets a label that no object in the token has.',
    remedy: 'Look at the object that has this label; destroy or rename it, or use another key id in the plan.',
  },
  'TARGET-KEY-PRESENT': {
    claim: 'The token holds the target key exactly once.',
    remedy: 'Compare the CKA_ID with the plan and look at what the token holds.',
  },
  'TARGET-KEY-ALONE': {
    claim:
      'Nothing but the target key and its public half has its CKA_ID, so that no other object is wrapped or destroyed.',
    remedy: "Look at the other objects with this CKA_ID in the vendor's tool and give them another, with a witness.",
  },
  'TARGET-KEY-SPEC-AS-PLANNED': {
    claim: 'The target key is of the type, size and curve the plan names.',
    remedy: 'Compare the key in the token with the plan; correct whichever is wrong.',
  },
  'TARGET-KEY-HALVES-MATCH': {
    claim: 'What the private half of a target key signs is valid under the public half that is recorded for it.',
    remedy: 'Do not use this key; look with a witness who put the other public half into the token.',
  },
  'TARGET-KEY-IS-THE-RECORDED-ONE': {
    claim:
      'The key that is wrapped has the public key, or the check value where the token makes one, that the log has.',
    remedy: 'Do not wrap; the key was exchanged after it was recorded. Stop the ceremony and find out by whom.',
  },
  'TARGET-KEY-ATTRIBUTES-AS-PLANNED': {
    claim:
      'Every attribute of a new key reads back as it was asked for; otherwise the key is destroyed at once or, found after an interruption, refused.',
    remedy:
      'The token changes or hides the named attribute: set its policy accordingly or ask the HSM vendor. Destroy a key that is still there with a witness.',
  },
  'TARGET-KEY-MAY-LEAVE': {
    claim:
      'The target key is extractable and sensitive, needs no trusted KEK, and the token does not say that it was ever readable.',
    remedy: 'Use a key that was made to leave the token once; the attributes of an existing key cannot be loosened.',
  },
  'TARGET-KEY-DESTROYED': {
    claim: 'After destroying a key the token holds neither the key nor its public half.',
    remedy: "Destroy the remaining objects with the vendor's tool, with a witness, and record it.",
  },
  'LOG-KEY-AS-ASKED': {
    claim:
      'The key that signs the log is a P-256 key of which every attribute reads back as it was asked for: it signs, does nothing else, and never leaves the token.',
    remedy:
      'The token changes or hides the named attribute, or somebody put another key in place: set its policy accordingly, or destroy the key that is there with a witness, and make it again.',
  },
  'LOG-KEY-PRESENT': {
    claim: 'The token holds both halves of the log key for as long as the log is signed.',
    remedy: 'Do not go on without it: look with a witness what became of the key, and record it.',
  },
  'LOG-KEY-UNIQUE': {
    claim: 'Nothing but the two halves of the log key has its CKA_ID, so that no other key signs or is destroyed.',
    remedy: "Look at the other objects with this CKA_ID in the vendor's tool and remove them, with a witness.",
  },
  'LOG-KEY-SIGNS': {
    claim: 'What the log key signs is valid under the public half that the token shows.',
    remedy: 'Do not use this key; look with a witness who put the other public half into the token.',
  },
  'LOG-KEY-DESTROYED': {
    claim: 'After destroying the log key the token holds neither of its halves.',
    remedy: "Destroy what is left of the log key with the vendor's tool, with a witness, and record it.",
  },
  'LOG-HEAD-ONLY-GROWS': {
    claim: 'The head of the log that the token keeps is replaced by the head of a longer log only.',
    remedy:
      'Stop. The token has seen a longer log of this ceremony, or another one: look for it, and never go on from an older copy.',
  },
  'LOG-HEAD-AS-WRITTEN': {
    claim: 'The head of the log reads back from the token as it was written, as an object that takes the PIN to make.',
    remedy: 'Do not rely on this token for the head: keep it on paper, and ask the HSM vendor.',
  },
  'LOG-HEAD-DROPPED': {
    claim: 'After dropping the head of the log the token holds none of this ceremony.',
    remedy: "Remove what is left of it with the vendor's tool, with a witness.",
  },
  'KEK-IMPORTED-UNCHANGED': {
    claim: 'The KEK in the token has the modulus and exponent that were compared.',
    remedy: 'Load the module again and log in; do not wrap with this token if it happens again.',
  },
  'NONCE-SEALED-IN-TOKEN': {
    claim:
      'A service’s nonce is encrypted in the token under the target key by AES-GCM, with a new IV of 12 bytes from the token and a tag of 16.',
    remedy: 'Use a token that encrypts by AES-GCM and a key that may encrypt; the destination takes nothing else.',
  },
  'WRAP-WAY-PROVEN': {
    claim: 'A key is wrapped only in a way that this token has proved with throw-away keys when it was accepted.',
    remedy: 'Bring a wrapping key or import job of a way that the token has proved; the cause names them.',
  },
  'WRAP-METHOD-FITS-KEY': {
    claim: 'The wrap method can carry this kind of key.',
    remedy: 'Choose RSA-AES key wrap for key pairs; direct OAEP carries AES and HMAC keys only.',
  },
  'WRAP-OUTPUT-WELL-FORMED': {
    claim: 'What the token wraps has the lengths of its method, and wrapping twice gives two different results.',
    remedy: 'Do not use this output; load the module again, repeat the self-test, and ask the HSM vendor.',
  },
  'REHEARSAL-TOKEN-EMPTY': {
    claim: 'Only an empty slot of the software token is set up for a rehearsal, never a real HSM.',
    remedy: 'Choose the bundled software token and a fresh rehearsal folder.',
  },
} as const;
