import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { parseManifest } from '../../app/bundle/manifest.ts';
import { makeKek, openByok, plannedKid } from '../support/rehearsal.ts';
import { openssl } from '../support/openssl.ts';
import { azureKey, planWith } from '../support/walk.ts';
import type { Application } from './support/application.ts';
import { expect, test } from './support/fixtures.ts';
import { People } from './support/people.ts';

/** Looks for violations in both themes. */
async function violations({ page }: Application): Promise<string[]> {
  const found: string[] = [];
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    // Electron has no second page in which axe could merge the results of frames; there are no frames.
    const { violations: all } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    found.push(
      ...all.map(({ id, nodes }) => `${theme} ${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
    );
  }
  return found;
}

test('a whole ceremony, with the keyboard alone, ends with key transfer files that OpenSSL opens', async ({
  application,
  desk,
}) => {
  test.setTimeout(600_000);
  const kek = makeKek();
  const specs = ['rsa-2048', 'ec-p256'];
  desk.plan(planWith(specs.map((spec) => azureKey(spec, { spec }))));
  for (const spec of specs) desk.bring(spec, 'kek.json', kek.json());

  const people = new People(application, desk);
  const steps: string[] = [];
  expect(await violations(application)).toEqual([]);
  await people.begin();
  while ((await people.number()) !== '') {
    steps.push(await people.number());
    expect(await violations(application), `step ${steps.at(-1)}`).toEqual([]);
    await people.doStep();
  }
  await expect(people.step.title).toHaveText('The ceremony is closed');
  expect(await violations(application)).toEqual([]);
  expect(new Set(steps.map((number) => number.charAt(0))).size).toBe(8);
  expect(new Set(steps).size).toBe(steps.length);

  const [bundle = '', ...others] = readdirSync(desk.outbound);
  expect(others).toEqual([]);
  const folder = join(desk.outbound, bundle);
  const manifest = parseManifest(new Uint8Array(readFileSync(join(folder, 'MANIFEST.json'))));
  expect(manifest.keys.map(({ id }) => id)).toEqual(specs);
  for (const key of manifest.keys) {
    const file = join(folder, 'keys', key.id, `KeyTransferPackage-${key.id}.byok`);
    const { payload, byok } = openByok(file, kek, dirname(desk.planFile));
    expect(byok.header.kid).toBe(plannedKid);
    const spki = openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], payload);
    expect(createHash('sha256').update(spki).digest('hex')).toBe(key.publicKey?.spkiSha256);
  }
});
