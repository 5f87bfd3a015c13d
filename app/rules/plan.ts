/** Rules about the plan file itself, checked before a ceremony exists. */
export const planRules = {
  'PLAN-READABLE': {
    claim: 'The plan is one UTF-8 JSON document without duplicate members, at most 256 KiB.',
    remedy: 'Bring the plan file again, exactly as it was approved.',
  },
  'PLAN-SCHEMA': {
    claim: 'The plan has exactly the members of plan format 1, each of the right type and grammar.',
    remedy: 'Correct the named member and have the plan approved again.',
  },
  'PLAN-ROLES-FIT-QUORUM': {
    claim: 'The quorum names at least one role and asks of none more people than the plan gives it.',
    remedy: 'Raise the number of people of that role, or ask fewer of them to approve.',
  },
  'PLAN-KEY-IDS-UNIQUE': {
    claim: 'No two keys of a plan share an id.',
    remedy: 'Give each key an id of its own.',
  },
  'PLAN-EXISTING-KEYS-DISTINCT': {
    claim: 'No two keys of a plan name the same CKA_ID of the token.',
    remedy: 'Correct the CKA_ID; to carry one key to two places, plan a ceremony for each.',
  },
  'PLAN-TARGETS-DISTINCT': {
    claim: 'A plan with two keys that go to the same name in the same place says so first.',
    remedy: 'Give each key a name of its own there.',
  },
  'PLAN-SEATS-TWO-PEOPLE': {
    claim: 'A plan that seats one person alone says so first: nobody compares what that person confirms.',
    remedy: 'Plan a second person; a comparison by one is none.',
  },
  'PLAN-SEPARATION-OF-DIFFERENT-ROLES': {
    claim: 'A list of roles to keep apart names each role once.',
    remedy: 'Name two or more different roles in each list of "separate".',
  },
  'PLAN-TIMES-AHEAD': {
    claim: 'A planned end of a key lies ahead, and no further than its destination allows.',
    remedy: 'Correct the date in the plan and have the plan approved again.',
  },
  'PLAN-WRAP-STRONG': {
    claim: 'A plan that wraps a key with RSAES-PKCS1-v1_5 says first that this is weak.',
    remedy: 'Plan an OAEP algorithm where the destination takes one.',
  },
  'PLAN-OPERATIONS-FIT-SPEC': {
    claim:
      'A plan that asks of a key what its destination refuses for keys of that kind, or does not document, says so first.',
    remedy: 'Plan the operations that the notice names, or another key spec.',
  },
  'PLAN-DESTINATION-TAKES-SPEC': {
    claim: 'Every key of the plan is of a kind that its destination accepts.',
    remedy: 'Plan a key spec, and a way of wrapping it, that the destination takes together; or another destination.',
  },
  'PLAN-PARTS-COMPLETE': {
    claim: 'A plan is saved only when none of the eight parts of a ceremony’s script is empty.',
    remedy: 'Fill in what the cause names; a plan that was made elsewhere says it as a notice.',
  },
  'PLAN-FILE-NEW': {
    claim: 'A plan is saved as a new file; one that is there already stays as it is.',
    remedy: 'Choose another folder, or move the plan that is there out of the way.',
  },
  'PLAN-APPROVAL-COMPARED': {
    claim: 'A plan is approved by somebody who types the beginning of its hash from the paper.',
    remedy: 'Compare the hash on the screen with the paper group by group; if they differ, this is another plan.',
  },
  'PLAN-APPROVER-NAMED': {
    claim: 'An approval names who approved and in which capacity, each in 1 to 60 printable characters.',
    remedy: 'Write the name in full, and the office in which that person approves.',
  },
  'PLAN-APPROVED-ONCE': {
    claim: 'An approval stays as it was given; a second one does not replace it.',
    remedy: 'Open the plan again: it shows by whom and when it was approved.',
  },
  'PLAN-APPROVAL-WHOLE': {
    claim: 'An approval counts only when its record on this workstation is whole and is for this very plan.',
    remedy: 'Find out who changed the record; move it away with a witness, and have the plan approved again.',
  },
  'PLAN-DESTINATION-KNOWN': {
    claim: 'Every destination of the plan is one that this version of Keyferry can serve.',
    remedy: 'Use a destination that this version serves; the README lists them.',
  },
} as const;
