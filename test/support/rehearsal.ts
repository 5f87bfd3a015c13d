import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyBundle, plannedKid, type Changes } from './azure-kek.ts';
import { makePair, openssl, type PairSpec } from './openssl.ts';

const checkout = join(import.meta.dirname, '..', '..');

/** What a command left: its exit code and what it printed. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line program of the checkout on this very runtime, as its npm script does. */
export function runCli(name: 'rehearse' | 'verify' | 'paper', args: readonly string[], input = ''): Run {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(checkout, 'main', 'cli', `${name}.ts`), ...args],
    {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      input,
      encoding: 'utf8',
    },
  );
  return { code: status, stdout, stderr };
}

/** A KEK made by OpenSSL, and the file `az keyvault key show` would give for it. */
export interface TestKek {
  readonly pkcs8: Uint8Array;
  readonly spki: Uint8Array;
  json(changes?: Changes): string;
  /** The private half as OpenSSL writes it: what somebody must never carry in. */
  privatePem(): string;
}

export function makeKek(spec: Extract<PairSpec, `rsa-${number}`> = 'rsa-2048'): TestKek {
  const { pkcs8, spki } = makePair(spec);
  return {
    pkcs8,
    spki,
    json: (changes = {}) => JSON.stringify(keyBundle(spki, changes), null, 2),
    privatePem: () => Buffer.from(openssl(['pkey', '-inform', 'DER', '-outform', 'PEM'], pkcs8)).toString(),
  };
}

/** The folders of one rehearsal: media A with a folder per key, media B, and the plan. */
export class Desk {
  readonly inbound: string;
  readonly outbound: string;
  readonly profile: string;
  readonly planFile: string;

  constructor(folder: string) {
    this.inbound = join(folder, 'media-a');
    this.outbound = join(folder, 'media-b');
    this.profile = join(folder, 'profile');
    this.planFile = join(folder, 'plan.json');
    mkdirSync(this.inbound);
    mkdirSync(this.outbound);
  }

  plan(document: unknown): void {
    writeFileSync(this.planFile, JSON.stringify(document));
  }

  bring(key: string, file: string, content: string | Uint8Array): void {
    mkdirSync(join(this.inbound, key), { recursive: true });
    writeFileSync(join(this.inbound, key, file), content);
  }

  /** @param pin - of a token that was there before, as its people type it */
  rehearse(more: readonly string[] = [], pin = ''): Run {
    const args = [
      '--plan',
      this.planFile,
      '--inbound',
      this.inbound,
      '--outbound',
      this.outbound,
      '--profile',
      this.profile,
    ];
    return runCli('rehearse', [...args, ...more], pin);
  }

  /** Everything on media B, relative. */
  written(): string[] {
    return existsSync(this.outbound) ? readdirSync(this.outbound, { recursive: true }).map(String) : [];
  }
}

export { plannedKid };

/** A `.byok` file as anybody can read it. */
export interface Byok {
  readonly header: { readonly kid: string; readonly alg: string; readonly enc: string };
  readonly ciphertext: string;
  readonly generator: string;
  readonly schema_version: string;
}

/**
 * Opens a `.byok` with the KEK's private key through the OpenSSL command line alone: RSA-OAEP with SHA-1 for the
 * ephemeral key, then RFC 5649.
 * @param file - path of the `.byok`
 * @param kek - the KEK
 * @param folder - a scratch folder for the throw-away files that OpenSSL needs
 * @returns what was wrapped, and the file as parsed
 */
export function openByok(
  file: string,
  kek: TestKek,
  folder: string,
): { readonly payload: Uint8Array; readonly byok: Byok } {
  const byok = JSON.parse(readFileSync(file, 'utf8')) as Byok;
  const ciphertext = Buffer.from(byok.ciphertext, 'base64url');
  const keyFile = join(folder, 'kek.der');
  const wrapped = join(folder, 'wrapped.bin');
  const rsaBytes = 256;
  writeFileSync(keyFile, kek.pkcs8);
  writeFileSync(wrapped, ciphertext.subarray(rsaBytes));
  const oaep = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha1', 'rsa_mgf1_md:sha1'].flatMap((option) => [
    '-pkeyopt',
    option,
  ]);
  const ephemeral = openssl(['pkeyutl', '-decrypt', '-keyform', 'DER', '-inkey', keyFile, ...oaep], ciphertext.subarray(0, rsaBytes)); // prettier-ignore
  const hex = Buffer.from(ephemeral).toString('hex');
  const payload = openssl(['enc', '-d', '-id-aes256-wrap-pad', '-iv', 'A65959A6', '-K', hex, '-in', wrapped]);
  return { payload, byok };
}
