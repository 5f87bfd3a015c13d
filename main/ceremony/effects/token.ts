import type { Way } from '../../../app/byok/format.ts';
import { formatFor } from '../../../app/byok/registry.ts';
import { isSameWrap, plannedWays, waysFor } from '../../../app/byok/ways.ts';
import type { OutcomeOf } from '../../../app/ceremony/effects.ts';
import type { PlannedKey } from '../../../app/ceremony/plan.ts';
import { isProven } from '../../../app/ceremony/proven-ways.ts';
import { carriedKeys, type CeremonyState } from '../../../app/ceremony/state.ts';
import { Refused, refuse } from '../../../app/rules/refusal.ts';
import type { Hsm, LoginDecision, PinEntry, PinState, ProbeReport, TokenIdentity, WrapNeed } from '../../hsm/port.ts';
import { checkTokenReal } from '../../hsm/rehearsal-token.ts';
import { checkKeptHead } from './log.ts';
import { rehearsalLabel } from '../token-site.ts';
import type { WorkPorts } from '../work-ports.ts';

/** The largest KEK that a cloud hands out; the probe is made before the KEKs are known. */
const probeKekBits = 4096;

/** What holds until the people say otherwise. */
const undecided: LoginDecision = { finalTryAccepted: false };

/**
 * Opens the token as far as that needs no PIN, so that the parts of its PIN can be typed one after the other, or its flags
 * be shown before the next try. Parts that were held until now are gone.
 * @returns the flags; null where the rehearsal token has still to be made, and its PIN is being chosen
 * @throws Refused with TOKEN-SERIAL-AS-IDENTIFIED, TOKEN-AS-IDENTIFIED or MODULE-AS-IDENTIFIED
 */
export async function openForPin(ports: WorkPorts, state: CeremonyState): Promise<PinState | null> {
  if (state.token === null) {
    await ports.hsm.load(ports.site.module());
    return null;
  }
  await selectIdentified(ports, state);
  return ports.hsm.pinState();
}

/**
 * Finds the token by its serial, or makes one for a rehearsal.
 * @param mode - of the ceremony
 * @param secret - the PIN chosen for a rehearsal token; its parts are in the process that {@link openForPin} has started
 * @throws Refused with PRODUCTION-TOKEN-REAL when a production ceremony finds a token for rehearsals
 */
export async function identifyToken(
  { hsm, site }: WorkPorts,
  { mode }: Pick<CeremonyState, 'mode'>,
  secret: PinEntry | null,
): Promise<OutcomeOf<'identify-token'>> {
  // Another process would not have the parts.
  if (secret !== 'parts') await hsm.load(site.module());
  const serial = site.serial ?? (await makeToken(hsm, secret));
  const { identity, pin } = await hsm.select(serial);
  const against = mode === 'production' ? checkTokenReal(identity) : null;
  if (against !== null) throw new Refused(against);
  return { kind: 'identify-token', identity: { ...identity }, pin: { ...pin } };
}

async function makeToken(hsm: Hsm, secret: PinEntry | null): Promise<string> {
  if (secret === null) return refuse('STEP-INPUT-AS-ASKED', 'No PIN was chosen for the rehearsal token.');
  if (secret === 'pad') return refuse('TOKEN-PAD-PRESENT', 'A rehearsal token is software and has no pad.');
  return (await hsm.initialiseRehearsalToken(rehearsalLabel, secret)).serial;
}

/**
 * Logs in with the PIN, once, to the very token that was identified: after a restart it has to be found again.
 * @param secret - how the PIN is given; its parts are in the process that {@link openForPin} or the identification started
 * @param decided - what the people have decided about a last try
 * @throws Refused with TOKEN-SERIAL-AS-IDENTIFIED, TOKEN-AS-IDENTIFIED or MODULE-AS-IDENTIFIED before the PIN is used, or
 *   what the token says of the PIN
 */
export async function logIn(
  ports: WorkPorts,
  state: CeremonyState,
  secret: PinEntry | null,
  decided = undecided,
): Promise<OutcomeOf<'log-in'>> {
  if (secret === null) return refuse('STEP-INPUT-AS-ASKED', 'No PIN was typed.');
  const { pin } = await openWith(ports, state, secret, decided);
  return { kind: 'log-in', pin: { ...pin } };
}

/**
 * Proves with throw-away keys that the token can do what every key of the plan needs. Where the wrapping key decides among
 * several ways, one that the token can do is enough for now.
 * @throws Refused with the rule that the token violates for a key that it can wrap in no planned way; the remedy names the
 *   ways of the destination that it could
 */
export async function probeToken({ hsm }: WorkPorts, state: CeremonyState): Promise<OutcomeOf<'probe-token'>> {
  const keys = carriedKeys(state);
  const report = await hsm.probe(keys.flatMap((key) => needsOf(key, plannedKeyWays(key))));
  const stuck = keys.find((key) => provenAmong(key, plannedKeyWays(key), report).length === 0);
  if (stuck !== undefined) return refuseKey(hsm, stuck, report.failures);
  return {
    kind: 'probe-token',
    mechanisms: report.mechanisms.map((mechanism) => ({ ...mechanism })),
    proofs: report.proofs.map((proof) => ({ ...proof })),
    lacking: report.failures.map(({ need, refusal: { rule, cause } }) => ({
      spec: need.spec,
      method: need.plan.method,
      oaepHash: need.plan.oaepHash,
      rule,
      cause,
    })),
  };
}

/**
 * Opens the token that the log names, after a restart or a lost process.
 * @param pin - how the PIN is given; bytes are overwritten by the HSM port
 * @param decided - what the people have decided about a last try
 * @returns the serial of the token found
 * @throws Refused as {@link logIn}, or with LOG-HEAD-IN-TOKEN when the log is older than the one that the token was told of
 */
export async function reopenToken(
  ports: WorkPorts,
  state: CeremonyState,
  pin: PinEntry,
  decided = undecided,
): Promise<string> {
  const { serial } = await openWith(ports, state, pin, decided);
  await checkKeptHead(ports, state);
  return serial;
}

async function openWith(
  ports: WorkPorts,
  state: CeremonyState,
  secret: PinEntry,
  decided: LoginDecision,
): Promise<{ readonly serial: string; readonly pin: PinState }> {
  try {
    const serial = await selectIdentified(ports, state, secret);
    return { serial, pin: await ports.hsm.login(secret, decided) };
  } finally {
    // They were typed for this one try, even if it was not made.
    if (secret === 'parts') await ports.hsm.clearPin();
  }
}

/**
 * Opens the token as far as that needs no PIN, and lets go of it when it is not the one that the log describes. The process
 * that holds the parts of its PIN is kept: `select` tells which module that has loaded.
 */
async function selectIdentified(
  { hsm, site }: WorkPorts,
  state: CeremonyState,
  secret: PinEntry | null = null,
): Promise<string> {
  const identified = state.token?.identity;
  if (identified === undefined) return refuse('TOKEN-SERIAL-AS-IDENTIFIED', 'No token has been identified yet.');
  if (secret !== 'parts') await hsm.load({ ...site.module(), sha256: identified.moduleSha256 });
  const { identity } = await hsm.select(identified.serial);
  const differing = identityFields.filter((field) => identity[field] !== identified[field]);
  if (differing.length > 0) {
    await hsm.close();
    const told = differing.map((field) => `${field} is "${identity[field]}", before "${identified[field]}"`);
    refuse('TOKEN-AS-IDENTIFIED', `The token with the serial ${identified.serial} is another: ${told.join('; ')}.`);
  }
  return identity.serial;
}

const identityFields = [
  'serial',
  'label',
  'manufacturer',
  'model',
  'firmware',
  'hardware',
  'moduleSha256',
  'moduleDescription',
  'cryptoki',
] as const satisfies (keyof TokenIdentity)[];

const plannedKeyWays = ({ destination, spec }: PlannedKey): readonly Way[] => plannedWays(destination, spec);

/** What the token must prove for these ways; the device proves the same thing once. */
function needsOf({ spec }: PlannedKey, ways: readonly Way[]): readonly WrapNeed[] {
  return ways.map(({ wrap }) => ({ spec, plan: wrap, kekBits: probeKekBits }));
}

function provenAmong(
  { spec }: PlannedKey,
  ways: readonly Way[],
  { proofs }: Pick<ProbeReport, 'proofs'>,
): readonly Way[] {
  return ways.filter(({ wrap }) => isProven(proofs, spec, wrap));
}

/** Says what was tried for a key and failed, and which other ways of its destination this token can do. */
async function refuseKey(hsm: Hsm, key: PlannedKey, failures: ProbeReport['failures']): Promise<never> {
  const { id, spec, destination } = key;
  const tried = failures.filter(({ need }) => need.spec === spec && plannedKeyWays(key).some(({ wrap }) => isSameWrap(wrap, need.plan))); // prettier-ignore
  const others = waysFor(destination, spec).filter((way) => !plannedKeyWays(key).includes(way));
  const works = provenAmong(key, others, await hsm.probe(needsOf(key, others))).map(({ option }) => option);
  const { title } = formatFor(destination);
  const causes = [...new Set(tried.map(({ refusal }) => refusal.cause))].join(' ');
  const [first] = tried;
  return refuse(first?.refusal.rule ?? 'TOKEN-MECHANISM-AVAILABLE', `${id} (${spec}) to ${title}: ${causes}`, {
    key: id,
    ...(first?.refusal.code === undefined ? {} : { code: first.refusal.code }),
    remedy:
      works.length === 0
        ? `This token can wrap a key of kind ${spec} for ${title} in no way that Keyferry has: take another token, or enable what is missing on this one.`
        : `With this token ${title} can have the key by ${works.join(' or ')}: plan that, have the plan approved again and begin anew, or enable what is missing on the token.`,
  });
}
