import { readdirSync } from 'node:fs';
import { parseManifest } from '../../app/bundle/manifest.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKek } from '../support/rehearsal.ts';
import { azureKey, planWith } from '../support/walk.ts';
import { launch } from './support/application.ts';
import { expect, test } from './support/fixtures.ts';
import { People } from './support/people.ts';

test('killed in every phase and started again, a ceremony goes on where it was', async ({ desk }) => {
  test.setTimeout(900_000);
  const kek = makeKek();
  desk.plan(planWith([azureKey('payroll-root', { spec: 'rsa-2048' })]));
  desk.bring('payroll-root', 'kek.json', kek.json());

  let application = await launch(desk.profile);
  let people = new People(application, desk);
  await people.begin();
  let phase = '1';
  while ((await people.number()) !== '') {
    const number = await people.number();
    if (number.charAt(0) !== phase || number === '1.1') {
      phase = number.charAt(0);
      await people.fillIn();
      await application.kill();
      application = await launch(desk.profile);
      people = new People(application, desk);
      await people.keyboard.push(people.start.resume);
      if (Number(phase) >= 4) await people.reopenToken();
      await expect(people.step.title).toHaveText(new RegExp(`^${number.replace('.', '\\.')} `, 'u'));
    }
    await people.doStep();
  }
  await expect(people.step.title).toHaveText('The ceremony is closed');
  await application.close();
  const [bundle = '', ...others] = readdirSync(desk.outbound);
  expect(others).toEqual([]);
  const manifest = parseManifest(new Uint8Array(readFileSync(join(desk.outbound, bundle, 'MANIFEST.json'))));
  expect(manifest.keys).toHaveLength(1);
});
