import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CeremonyView } from '../../app/contract/view.ts';
import { rehearsalSite } from '../../main/ceremony/token-site.ts';
import { playStep } from '../../main/cli/scripted-people.ts';
import { createHost, type Host } from '../../main/host.ts';
import { fontFolder, verifierPath } from './paper.ts';
import type { Desk } from './rehearsal.ts';
import { newClient, pin, tokenModule } from './token.ts';

/** A fresh copy of somebody's passphrase: whoever receives it overwrites it. */
const passphrase = (person: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(`wave lantern cobalt ${person}`));

/**
 * A ceremony that stands before the reading of media A, as often as it is refused: what is on the media is judged many
 * times, while token and people need to get ready but once. Host, token and scripted people are those of a rehearsal.
 */
export class InboundCeremony {
  readonly #host: Host;

  private constructor(host: Host) {
    this.#host = host;
  }

  /** @param desk - with its plan; folders of media A are read anew each time */
  static async open(desk: Desk): Promise<InboundCeremony> {
    const host = createHost({
      profile: desk.profile,
      samples: join(desk.profile, 'samples'),
      fonts: fontFolder,
      verifier: verifierPath,
      application: { name: 'Keyferry', version: '0.1.0', electron: '43.2.0' },
      createHsm: () => newClient(),
      siteOf: (folder) => rehearsalSite(join(folder, 'token'), tokenModule),
      now: () => new Date(),
      randomHex: (bytes) => randomBytes(bytes).toString('hex'),
      chooseFile: async () => desk.planFile,
      chooseFolder: async (direction) => desk[direction],
      chooseModule: async () => null,
      rehearsalModule: tokenModule,
      passphrases: 'generated',
    });
    const ceremony = new InboundCeremony(host);
    const preview = await host.handlers['plan.choose']({});
    let view = await host.handlers['ceremony.open']({ plan: preview?.plan ?? '', token: null });
    while (view.step?.id !== 'bring-in.read') {
      view = await ceremony.#confirm(view);
      if (view.refusal !== null) throw new Error(`${view.refusal.rule}: ${view.refusal.cause}`);
    }
    return ceremony;
  }

  /** Has media A read by the people of that step, once the exception that the last refusal opened is closed. */
  async read(): Promise<CeremonyView> {
    const view = await this.#host.handlers['ceremony.view']({});
    if (view?.step?.id !== 'bring-in.read') throw new Error(`the ceremony stands at ${view?.step?.id ?? 'no step'}`);
    await this.#closeException(view);
    return this.#confirm(view);
  }

  async close(): Promise<void> {
    await this.#host.close();
  }

  async #closeException({ closing }: CeremonyView): Promise<void> {
    if (closing === null) return;
    const end = { exception: closing.exception, decided: 'Read again.', decision: 'go-on' as const, key: null };
    const quorum = closing.confirmers.flatMap(({ needed, people }) => people.slice(0, needed).map(({ id }) => id));
    for (const person of quorum) {
      await this.#host.handlers['people.approveException']({ ...end, person, passphrase: passphrase(person) });
    }
    await this.#host.handlers['people.closeException']({ ...end, confirmedBy: quorum });
  }

  async #confirm({ step }: CeremonyView): Promise<CeremonyView> {
    if (step === null) throw new Error('the ceremony is closed');
    const choose = async (direction: 'inbound' | 'outbound'): Promise<string[]> => {
      const medium = await this.#host.handlers['media.browse']({ direction });
      return medium === null ? [] : [medium.id];
    };
    await playStep(step, { pin, passphrase, choose }, this.#host.handlers);
    await this.#host.idle();
    const view = await this.#host.handlers['ceremony.view']({});
    if (view === null) throw new Error('no ceremony is open');
    return view;
  }
}
