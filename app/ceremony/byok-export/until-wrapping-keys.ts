import { formatFor } from '../../byok/registry.ts';
import type { Plan, PlannedKey } from '../plan.ts';
import { each, nobody, pair, quorumOf, type Cast, type Draft, type TokenSite } from './draft.ts';

/** Phase 1: the workstation, the clock, the plan. */
export function prepare({ leader, hands }: Cast): readonly Draft[] {
  return [
    {
      id: 'prepare.workstation',
      title: 'Let Keyferry look at this workstation',
      acts: hands,
      says: [
        'We begin. Keyferry now reads its own version, this computer’s name, its clock and its network interfaces.',
      ],
      confirmers: nobody,
      work: { kind: 'inspect-workstation', each: 'once' },
      action: 'Look at the workstation',
    },
    {
      id: 'prepare.findings',
      title: 'Check the room against what was found',
      action: 'Confirm that the room is as found',
      acts: hands,
      says: ['I read out what Keyferry found. Say stop if anything differs from what you see.'],
      ticks: [
        'The version is the one on the release sheet.',
        'The clock on the wall and the clock on the screen agree within a minute.',
        'The network is as the list says; in a production ceremony nothing may be up.',
      ],
      confirmers: nobody,
    },
    {
      id: 'prepare.plan',
      title: 'Read the plan aloud',
      action: 'Confirm that this is the plan',
      acts: leader,
      says: ['This is the plan we carry out today. I read each key and where it goes, then the hash of the plan.'],
      ticks: [
        'The hash on the screen is the hash of the plan that was approved.',
        'Every key and destination was read aloud.',
      ],
      confirmers: nobody,
    },
  ];
}

/** Phase 2: who is here, in which role. */
export function rollCall(plan: Plan, { leader }: Cast): readonly Draft[] {
  return [
    {
      id: 'roll-call.people',
      title: 'Name everybody in the room',
      kind: 'name-people',
      acts: leader,
      says: [
        'Each of you: say your name, your organisation, your initials and the role you hold today, and show the document that proves who you are.',
      ],
      ticks: ['Everybody’s identity was checked against a document.'],
      confirmers: nobody,
      action: 'Enter these people in the log',
    },
    {
      id: 'roll-call.present',
      title: 'Everybody seals an approval key',
      kind: 'register-keys',
      action: 'Confirm that everybody has a key',
      acts: leader,
      says: [
        'From here on the people on this list confirm the steps. Nobody else touches the keyboard, the token or the media.',
        'One after the other, come to the keyboard and choose a passphrase that nobody else knows. It seals a key with which you approve the steps that matter, today and never again.',
      ],
      ticks: ['Everybody typed a passphrase of their own, and nobody else saw it.'],
      confirmers: nobody,
    },
    {
      id: 'roll-call.start',
      title: 'Approve the start of the ceremony',
      action: 'Start the ceremony',
      acts: leader,
      says: [
        'These people carry out this plan. Whoever approves now says that the plan is the one that was approved, and that the people are who they say they are.',
      ],
      confirmers: quorumOf(plan),
      sensitive: true,
    },
  ];
}

/** Phase 3: the token is found by its serial number, opened and tested. */
export function token(plan: Plan, cast: Cast, site: TokenSite): readonly Draft[] {
  return [
    site === 'make-token' ? makeToken(cast) : findToken(cast),
    {
      id: 'token.log-in',
      title: 'Compare the serial number and log in',
      kind: 'enter-pin',
      acts: cast.keyHolder,
      says: [
        'I read out the token’s serial number; compare it. Then whoever holds the PIN types it, or each holder of a part types that part in turn. Nobody else looks at the keyboard.',
      ],
      ticks: [
        site === 'make-token'
          ? 'The serial number was read aloud and written down.'
          : 'The serial number on the screen is the one of this token.',
      ],
      confirmers: pair(plan, cast.keyHolder, cast.checker),
      work: { kind: 'log-in', each: 'once' },
      action: 'Log in to the token',
    },
    {
      id: 'token.probe',
      title: 'Test the token with throw-away keys',
      acts: cast.hands,
      says: [
        'Before any real key exists, the token wraps throw-away keys of every kind in the plan, and Keyferry opens them in software.',
      ],
      confirmers: each(cast.hands),
      work: { kind: 'probe-token', each: 'once' },
      after: ['make-log-key', 'sign-checkpoint'],
      action: 'Test the token',
    },
    {
      id: 'token.accept',
      title: 'Accept the token',
      action: 'Accept the token',
      acts: cast.leader,
      says: ['The token did everything this plan needs. These are the results.'],
      ticks: ['Every line of the test says that the opened key was exact.'],
      confirmers: pair(plan, cast.leader, cast.checker),
    },
  ];
}

function findToken({ keyHolder }: Cast): Draft {
  return {
    id: 'token.identify',
    title: 'Connect the token',
    acts: keyHolder,
    says: ['Keyferry now looks for the token that the site binding names, by its serial number.'],
    confirmers: each(keyHolder),
    work: { kind: 'identify-token', each: 'once' },
    action: 'Find the token',
  };
}

function makeToken(cast: Cast): Draft {
  return {
    ...findToken(cast),
    title: 'Make a rehearsal token and choose its PIN',
    kind: 'choose-pin',
    says: [
      'This rehearsal uses a soft token that is made now. Choose a PIN of 4 to 255 characters for it; the next step asks for it once more.',
    ],
    action: 'Make the rehearsal token',
  };
}

/** Phase 4: the wrapping keys come in and are compared by voice. */
export function bringIn(plan: Plan, cast: Cast): readonly Draft[] {
  return [
    {
      id: 'bring-in.read',
      title: 'Read the wrapping keys from media A',
      kind: 'choose-inbound',
      acts: cast.hands,
      says: [
        'I connect the media that came from the online desk. Keyferry reads it and changes nothing on it. Ends of wrapping keys and import tokens are judged by the clock of this room.',
      ],
      ticks: ['The clock on the wall and the clock on the screen agree within a minute, now.'],
      confirmers: each(cast.hands),
      work: { kind: 'read-inbound', each: 'once' },
      action: 'Read the media',
    },
    ...plan.keys.map((key, index) => compare(plan, key, index + 1, cast)),
    {
      id: 'bring-in.accept',
      title: 'Accept the wrapping keys',
      acts: cast.leader,
      says: ['Each target key will be wrapped under the wrapping key shown beside it, and under no other.'],
      ticks: ['Each wrapping key belongs to the place named beside it.'],
      confirmers: quorumOf(plan),
      sensitive: true,
      after: ['sign-checkpoint'],
      action: 'Accept the wrapping keys',
    },
  ];
}

/** `place` is the key's in the plan, from 1: one of many steps is told by it at a glance. */
function compare(plan: Plan, key: PlannedKey, place: number, cast: Cast): Draft {
  const { service } = formatFor(key.destination).describe(key.destination);
  return {
    id: `bring-in.compare.${key.id}`,
    key: key.id,
    title: plan.keys.length === 1 ? 'Compare the wrapping key' : `Compare key ${place} of ${plan.keys.length}`,
    acts: cast.hands,
    says: [
      `I read the fingerprint of the wrapping key of ${service} for ${key.id}, group by group. Follow on the sheet that the online desk sent by another way, and say stop at the first difference.`,
    ],
    ticks: ['Every group was read aloud and matched.', 'The sheet came by a second channel, not with this media.'],
    confirmers: pair(plan, cast.hands, cast.checker),
    action: 'Confirm that the fingerprints match',
  };
}
