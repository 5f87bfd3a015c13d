import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseManifest } from '../../app/bundle/manifest.ts';
import { makeKek, openByok, plannedKid } from '../support/rehearsal.ts';
import { openssl } from '../support/openssl.ts';
import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { People } from './support/people.ts';

test('a whole ceremony, with the keyboard alone, ends with key transfer files that OpenSSL opens', async ({
  application,
  desk,
}) => {
  test.setTimeout(1_200_000);
  const kek = makeKek();
  const keys = { 'payroll-root': 'rsa-2048', 'payroll-signing': 'ec-p256' };
  desk.plan(
    planWith(
      Object.entries(keys).map(([id, spec]) => azureKey(id, { spec })),
      fewPeople,
    ),
  );
  for (const id of Object.keys(keys)) desk.bring(id, 'kek.json', kek.json());

  const people = new People(application, desk);
  const { page } = application;
  const steps: string[] = [];
  expect(await violations(page)).toEqual([]);
  await people.begin();
  while ((await people.number()) !== '') {
    const number = await people.number();
    steps.push(number);
    expect(await violations(page), `step ${number}`).toEqual([]);
    await people.fillIn();
    await people.proceed();
  }
  await expect(people.step.title).toHaveText('The ceremony is closed');
  expect(await violations(page)).toEqual([]);
  expect(new Set(steps.map((number) => number.charAt(0))).size).toBe(8);
  expect(new Set(steps).size).toBe(steps.length);

  const [bundle = '', ...others] = readdirSync(desk.outbound);
  expect(others).toEqual([]);
  const folder = join(desk.outbound, bundle);
  const manifest = parseManifest(new Uint8Array(readFileSync(join(folder, 'MANIFEST.json'))));
  expect(manifest.keys.map(({ id }) => id)).toEqual(Object.keys(keys));
  for (const key of manifest.keys) {
    const file = join(folder, 'keys', key.id, `KeyTransferPackage-${key.id}.byok`);
    const { payload, byok } = openByok(file, kek, dirname(desk.planFile));
    expect(byok.header.kid).toBe(plannedKid);
    const spki = openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], payload);
    expect(createHash('sha256').update(spki).digest('hex')).toBe(key.publicKey?.spkiSha256);
  }
});
