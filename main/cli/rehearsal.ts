import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { NoticeRecord } from '../../app/ceremony/effects.ts';
import { parsePlan } from '../../app/ceremony/plan.ts';
import { noticesOf, type CeremonyState } from '../../app/ceremony/state.ts';
import { isRuleId } from '../../app/rules/index.ts';
import { Refused, refusal, refuse, type Refusal } from '../../app/rules/refusal.ts';
import { namedSite, rehearsalSite } from '../ceremony/token-site.ts';
import { createHost, type Host } from '../host.ts';
import { HsmClient } from '../hsm/client.ts';
import { forkHsmProcess } from '../hsm/fork.ts';
import { bundleName } from '../../app/bundle/layout.ts';
import { readPlanFile } from '../media/plan-file.ts';
import { locate } from '../locations.ts';
import { applicationInfo, checkout, hsmProcessSource } from './installation.ts';
import { readPin } from './pin.ts';
import type { RehearseOptions } from './rehearse-options.ts';
import { playStep, type Script } from './scripted-people.ts';

/** What a rehearsal leaves behind: the JSON line of the command. */
export interface Rehearsed {
  /** Absolute path of the first copy. */
  readonly bundle: string;
  readonly bundles: readonly string[];
  readonly ceremony: string;
  readonly planSha256: string;
  readonly mode: 'rehearsal' | 'production';
}

/**
 * Runs one whole ceremony with scripted people on the application's own host.
 * @param options - see {@link RehearseOptions}
 * @param onNotice - told every notice of the log, once
 * @returns where the copies lie
 * @throws Refused by the first rule that stands against it; no key transfer file stays on the outbound media then
 */
export async function rehearse(options: RehearseOptions, onNotice: (notice: NoticeRecord) => void): Promise<Rehearsed> {
  const { copies } = parsePlan(readPlanFile(options.plan)).plan;
  if (options.outbound.length < copies) {
    refuse('MEDIA-ENOUGH', `The plan wants ${copies} copies; ${options.outbound.length} outbound folders were given.`);
  }
  const pin = options.token === null ? randomPin() : await readPin();
  const host = hostFor(options);
  const passphrases = new Passphrases();
  try {
    await playThrough(host, scriptFor(options, host, pin, passphrases), onNotice);
    return summary(stateOf(host));
  } catch (error) {
    // The people of a real ceremony decide what becomes of a copy; here nobody is asked, so none stays behind.
    throw withLeftovers(error, host.removeCopies());
  } finally {
    pin.fill(0);
    passphrases.overwrite();
    await host.close();
  }
}

async function playThrough(host: Host, script: Script, onNotice: (notice: NoticeRecord) => void): Promise<void> {
  const preview = await host.handlers['plan.choose']({});
  if (preview === null) throw new Error('A plan was given on the command line');
  let view = await host.handlers['ceremony.open']({ plan: preview.plan, token: null });
  let told = 0;
  while (view.step !== null) {
    await playStep(view.step, script, host.handlers);
    await host.idle();
    view = (await host.handlers['ceremony.view']({})) ?? view;
    const notices = noticesOf(stateOf(host));
    for (const notice of notices.slice(told)) onNotice(notice);
    told = notices.length;
    if (view.refusal !== null) throw new Refused(known(view.refusal));
  }
}

/** Refusals come back from the log as text; every rule in it is one of ours. */
function known({ rule, cause, remedy, code }: NonNullable<CeremonyState['failure']>): Refused['refusal'] {
  if (!isRuleId(rule)) return refusal('WORK-COMPLETED', `${rule}: ${cause}`);
  return refusal(rule, cause, { remedy, ...(code === undefined ? {} : { code }) });
}

function hostFor(options: RehearseOptions): Host {
  const places = locate(checkout, null);
  const { token } = options;
  const folders = [...options.outbound];
  return createHost({
    profile: options.profile,
    samples: places.samples,
    fonts: places.fonts,
    verifier: places.verifier,
    application: applicationInfo(),
    createHsm: () => new HsmClient(forkHsmProcess(hsmProcessSource)),
    siteOf: (folder) =>
      token === null
        ? rehearsalSite(join(folder, 'token'), places.rehearsalModule)
        : namedSite(token.module, token.serial),
    now: () => new Date(),
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    chooseFile: async () => options.plan,
    chooseModule: async () => null,
    rehearsalModule: places.rehearsalModule,
    passphrases: 'generated',
    chooseFolder: async (direction) => (direction === 'inbound' ? options.inbound : (folders.shift() ?? null)),
  });
}

function scriptFor(
  options: RehearseOptions,
  host: Host,
  pin: Uint8Array<ArrayBuffer>,
  passphrases: Passphrases,
): Script {
  return {
    pin: () => pin.slice(),
    passphrase: (person) => passphrases.of(person),
    choose: async (direction, count) => {
      const chosen: string[] = [];
      while (chosen.length < count) {
        const medium = await host.handlers['media.browse']({ direction });
        if (medium === null) refuse('MEDIA-ENOUGH', `Only ${options.outbound.length} outbound folders were given.`);
        chosen.push(medium.id);
      }
      return chosen;
    },
  };
}

function stateOf(host: Host): CeremonyState {
  const state = host.state();
  if (state === null) throw new Error('No ceremony is open');
  return state;
}

function summary(state: CeremonyState): Rehearsed {
  const bundles = state.copies.map(({ folder }) => join(folder, bundleName(state.ceremony)));
  return {
    bundle: bundles[0] ?? '',
    bundles,
    ceremony: state.ceremony,
    planSha256: state.planSha256,
    mode: state.mode,
  };
}

/** The refusal that ended the rehearsal comes first; a copy that could not be taken off is told with it. */
function withLeftovers(error: unknown, left: readonly Refusal[]): unknown {
  if (!(error instanceof Refused) || left.length === 0) return error;
  const { refusal: reason } = error;
  return new Refused({ ...reason, cause: [reason.cause, ...left.map(({ cause }) => cause)].join(' ') });
}

/** The passphrases of the scripted people: 256 random bits each, kept for the time of the rehearsal only. */
class Passphrases {
  readonly #of = new Map<string, Uint8Array<ArrayBuffer>>();

  /** A copy, made on first use; whoever receives it overwrites it. */
  of(person: string): Uint8Array<ArrayBuffer> {
    const passphrase = this.#of.get(person) ?? new Uint8Array(Buffer.from(randomBytes(32).toString('base64url')));
    this.#of.set(person, passphrase);
    return passphrase.slice();
  }

  overwrite(): void {
    for (const passphrase of this.#of.values()) passphrase.fill(0);
  }
}

function randomPin(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(randomBytes(8).toString('hex')));
}
