import { isAsymmetric } from '../../keys/specs.ts';
import { isWrappedWeakly, type Plan, type PlannedKey } from '../plan.ts';
import { countOf, each, everyone, pair, quorumOf, type Cast, type Draft } from './draft.ts';

/**
 * How these target keys come to be in the token.
 * @param planned - keys of a plan
 * @returns `Make`, `Select` or `Make and select`
 */
export function makingOf(planned: readonly Pick<PlannedKey, 'source'>[]): keyof typeof making {
  const made = planned.filter(({ source }) => source === 'generate').length;
  if (made === planned.length) return 'Make';
  return made === 0 ? 'Select' : 'Make and select';
}

const making = {
  Make: 'The token now makes the target keys.',
  Select: 'The token now looks for the target keys, which it holds already.',
  'Make and select': 'The token now makes target keys, and looks for those that it holds already.',
} as const;

/** Which of the values that identify keys were written down: a secret key has no fingerprint, a key pair no check value. */
function writtenDown({ keys: planned }: Plan): string {
  const pairs = planned.filter(({ spec }) => isAsymmetric(spec)).length;
  if (pairs === planned.length) return 'The fingerprint of each public key was written on paper.';
  if (pairs === 0) return 'The check value of each key was written on paper.';
  return 'The fingerprint of each public key, and the check value of each other key, was written on paper.';
}

/** Phase 5: the target keys are made or selected. */
export function keys(plan: Plan, cast: Cast): readonly Draft[] {
  const title = makingOf(plan.keys);
  return [
    {
      id: 'keys.make',
      title: `${title} ${countOf(plan.keys.length, 'target key')} in the token`,
      acts: cast.hands,
      says: [`${making[title]} They can leave it only wrapped, and no step of this ceremony shows one.`],
      ticks: ['The list names every key of the plan, with its kind.'],
      confirmers: quorumOf(plan),
      sensitive: true,
      work: { kind: 'make-key', each: 'key' },
      after: ['sign-checkpoint'],
      action: `${title} ${countOf(plan.keys.length, 'key')}`,
    },
    {
      id: 'keys.check',
      title: 'Check the target keys in the token',
      action: 'Confirm that the keys are as planned',
      acts: cast.hands,
      says: [
        'The token was asked again for every attribute it was given. I read what identifies each key for the record.',
      ],
      ticks: ['Every attribute reads back as it was asked for.', writtenDown(plan)],
      confirmers: pair(plan, cast.hands, cast.checker),
    },
  ];
}

/** Asked only where the plan wraps with RSAES-PKCS1-v1_5: nobody shall come to the weak way by habit. */
function confirmWeakWraps(plan: Plan, cast: Cast): readonly Draft[] {
  const weak = plan.keys.filter(isWrappedWeakly).length;
  if (weak === 0) return [];
  return [
    {
      id: 'wrap.weak',
      title: `Confirm by name: ${countOf(weak, 'key')} wrapped in a weak way`,
      kind: 'type-key-ids',
      acts: cast.hands,
      says: [
        'The plan wraps these keys with RSAES-PKCS1-v1_5. It is weak: somebody who can have the cloud’s key try forged messages may learn ours. OAEP has no such weakness. We type the id of each key for which we mean it; a key that is declined is not wrapped.',
      ],
      ticks: ['We know that OAEP would be stronger, and accept this way for each key whose id we typed.'],
      confirmers: quorumOf(plan),
      sensitive: true,
      after: ['sign-checkpoint'],
      action: `Accept the weak way for ${countOf(weak, 'key')}`,
    },
  ];
}

/** Phase 6: approve, wrap, check. */
export function wrap(plan: Plan, cast: Cast): readonly Draft[] {
  return [
    ...confirmWeakWraps(plan, cast),
    {
      id: 'wrap.approve',
      title: `Approve wrapping ${countOf(plan.keys.length, 'key')}`,
      acts: cast.leader,
      says: [
        'This is the moment of decision. Whoever holds the private half of these wrapping keys can open our keys. Look at every line before you confirm.',
      ],
      ticks: ['Every line shows the right key, the right destination and the fingerprint that was compared.'],
      confirmers: quorumOf(plan),
      sensitive: true,
      after: ['sign-checkpoint'],
      action: `Approve wrapping ${countOf(plan.keys.length, 'key')}`,
    },
    {
      id: 'wrap.wrap',
      title: `Wrap ${countOf(plan.keys.length, 'key')} in the token`,
      acts: cast.hands,
      says: ['The token proves its encoding once more with throw-away keys, then wraps what was approved.'],
      confirmers: pair(plan, cast.hands, cast.checker),
      work: { kind: 'wrap-key', each: 'key' },
      after: ['sign-checkpoint'],
      action: `Wrap ${countOf(plan.keys.length, 'key')}`,
    },
    {
      id: 'wrap.check',
      title: 'Check the wrapped keys',
      action: 'Confirm that the shapes are right',
      acts: cast.hands,
      says: ['The sizes are what the wrapping keys and the key kinds demand. I read the hashes for the record.'],
      ticks: ['Every line says that the shape is right.'],
      confirmers: pair(plan, cast.hands, cast.checker),
    },
  ];
}

/** Phase 7: the bundle leaves on media B. */
export function takeOut(plan: Plan, cast: Cast): readonly Draft[] {
  return [
    {
      id: 'take-out.write',
      title: plan.copies === 1 ? 'Write the bundle to media B' : `Write the bundle to media B, ${plan.copies} copies`,
      kind: 'choose-outbound',
      acts: cast.hands,
      says: ['I connect media B. Keyferry writes the bundle, then reads every file back and compares it.'],
      confirmers: quorumOf(plan),
      sensitive: true,
      before: ['sign-bundle'],
      work: { kind: 'write-copy', each: 'copy' },
      after: ['sign-checkpoint'],
      action: `Write ${countOf(plan.copies, 'copy', 'copies')}`,
    },
    {
      id: 'take-out.check',
      title: 'Take the media out and seal it',
      action: 'Confirm that the media is sealed',
      acts: cast.hands,
      says: [
        'Eject the media first; Keyferry has finished with it. Then I read the hash of the manifest. Write it on paper; the online desk compares it before anything is uploaded.',
      ],
      ticks: [
        'The manifest’s hash was written on paper.',
        'The media is out of the computer, labelled and sealed in its bag.',
      ],
      confirmers: pair(plan, cast.hands, cast.checker),
    },
  ];
}

/** Phase 8: destroy, log out, sign off. */
export function close(plan: Plan, cast: Cast): readonly Draft[] {
  const doomed = plan.keys.filter((key) => key.after === 'destroy').length;
  const destroy: Draft = {
    id: 'close.destroy',
    title: `Destroy ${countOf(doomed, 'key')} in the token`,
    kind: 'type-key-ids',
    acts: cast.hands,
    says: [
      'This cannot be undone. The plan says that these keys do not stay in the token. After this step only the wrapped copies exist: if they are lost or the upload fails, the keys are gone.',
    ],
    ticks: ['The media with the wrapped keys is sealed and accounted for.'],
    confirmers: quorumOf(plan),
    sensitive: true,
    work: { kind: 'destroy-key', each: 'destroyed-key' },
    after: ['sign-checkpoint'],
    action: `Destroy ${countOf(doomed, 'key')}`,
  };
  return [
    ...(doomed > 0 ? [destroy] : []),
    {
      id: 'close.log-out',
      title: 'Log out and put the token away',
      acts: cast.hands,
      says: [
        'The token signs the log for the last time, and the key for that is destroyed. Then Keyferry logs out of the token and lets it go.',
      ],
      confirmers: each(cast.hands),
      before: ['sign-checkpoint', 'destroy-log-key'],
      work: { kind: 'log-out', each: 'once' },
      action: 'Log out',
    },
    {
      id: 'close.sign-off',
      title: 'Everybody signs off',
      acts: cast.leader,
      says: ['The ceremony ends here. Everybody confirms that it went as the log says.'],
      ticks: ['The token is back in its place.'],
      confirmers: everyone(plan),
      sensitive: true,
      closes: true,
      action: 'Close the ceremony',
    },
  ];
}
