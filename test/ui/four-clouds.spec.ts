import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest } from '../../app/bundle/manifest.ts';
import { awsCloud } from '../support/clouds/aws-kms.ts';
import { azureCloud } from '../support/clouds/azure-key-vault.ts';
import type { Cloud, CloudKek, Handout, Order } from '../support/clouds/cloud.ts';
import { huaweiKmsCloud } from '../support/clouds/huawei-kms.ts';
import { ibmKeyProtectCloud } from '../support/clouds/ibm-key-protect.ts';
import { makePair } from '../support/openssl.ts';
import type { Desk } from '../support/rehearsal.ts';
import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import type { Locator } from '@playwright/test';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { eventsOf } from './support/log.ts';
import { People } from './support/people.ts';
import { takePicture } from './support/pictures.ts';

interface Carried {
  readonly cloud: Cloud;
  readonly order: Order;
  readonly kek: CloudKek;
  readonly handout: Handout;
}

function carry(cloud: Cloud, spec: Order['spec'], option: string, bits: 2048 | 4096): Carried {
  const order = { spec, option, name: `to-${cloud.type}` };
  const kek = makePair(`rsa-${bits}`);
  return { cloud, order, kek, handout: cloud.handOut(kek, order, new Date(Date.now() + 20 * 3_600_000)) };
}

/** A key that the plan believes to be in the token; a token made for a rehearsal holds none. */
const missing = 'payroll-legacy';

/** Media A for the four keys, and a plan that has a fifth. */
function prepare(desk: Desk, carried: readonly Carried[]): void {
  const keys = carried.map(({ cloud, order }) => ({
    id: order.name,
    spec: order.spec,
    source: 'generate',
    after: 'destroy',
    destination: cloud.destination(order),
  }));
  const absent = azureKey(missing, { source: { existing: { ckaId: 'c0ffee' } } });
  desk.plan(
    planWith([...keys.slice(0, 2), absent, ...keys.slice(2)], { ...fewPeople, title: 'Payroll keys to four clouds' }),
  );
  for (const { order, handout } of carried) {
    for (const [file, content] of Object.entries(handout.files)) desk.bring(order.name, file, content);
  }
  // It goes to the same vault, which hands out the same wrapping key.
  const own = carried.find(({ cloud }) => cloud.type === azureCloud.type);
  for (const [file, content] of Object.entries(own?.handout.files ?? {})) desk.bring(missing, file, content);
}

/** Says no to a weak wrap, which empties its field and changes what the primary action does, and changes its mind. */
async function declineAndTakeBack({ keyboard, step }: People, box: Locator): Promise<void> {
  await keyboard.type(step.keyIds, 'to-hua');
  await keyboard.tick(box);
  await expect(step.keyIds).toBeDisabled();
  await expect(step.keyIds).toHaveValue('');
  await expect(step.goOnDeclining).toBeVisible();
  await keyboard.tick(box);
  await expect(step.keyIds).toBeEnabled();
}

test('four keys go to four clouds in one ceremony, which goes on without a fifth that is not there', async ({
  application,
  desk,
}) => {
  test.setTimeout(900_000);
  const carried = [
    carry(azureCloud, 'rsa-2048', 'CKM_RSA_AES_KEY_WRAP', 2048),
    carry(awsCloud, 'aes-256', 'RSAES_OAEP_SHA_256', 2048),
    // Weak, so that its id must be typed.
    carry(huaweiKmsCloud, 'ec-p256', 'RSAES_PKCS1_V1_5', 2048),
    carry(ibmKeyProtectCloud, 'aes-256', 'RSAES_OAEP_SHA_256', 4096),
  ];
  prepare(desk, carried);
  const people = new People(application, desk);
  const { page, step } = people;
  await people.begin();

  await people.goOnUntil('5.1');
  await people.fillIn();
  await people.setGoing();
  await expect(people.exception.close).toBeVisible({ timeout: 60_000 });
  await expect(step.busy).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await takePicture(page, 'four-clouds', '5.1', 'refused');

  await people.closeException('it is in the token of the other site', 'without the key');
  expect(eventsOf(desk.profile)).toContainEqual(expect.objectContaining({ type: 'exception-closed', key: missing }));
  expect(await people.number()).toBe('5.1');

  const numbers: string[] = [];
  while ((await people.number()) !== '') {
    const number = await people.number();
    numbers.push(number);
    expect(await violations(page), `step ${number}`).toEqual([]);
    for (const box of await step.declines.all()) await declineAndTakeBack(people, box);
    await people.fillIn();
    await takePicture(page, 'four-clouds', number, 'filled-in');
    await people.proceed();
  }
  await expect(step.title).toHaveText('The ceremony is closed');
  await expect(page.getByRole('main')).toContainText(missing);
  expect(numbers).toContain('6.4');

  const [bundle = ''] = readdirSync(desk.outbound);
  const folder = join(desk.outbound, bundle);
  const manifest = parseManifest(new Uint8Array(readFileSync(join(folder, 'MANIFEST.json'))));
  expect(manifest.keys.map(({ id }) => id)).toEqual(carried.map(({ order }) => order.name));
  for (const [index, { cloud, order, kek, handout }] of carried.entries()) {
    const key = manifest.keys[index];
    if (key === undefined) throw new Error('one for each');
    const delivered = (name: string) => new Uint8Array(readFileSync(join(folder, 'keys', key.id, name)));
    expect(cloud.open(delivered, kek, order, handout, key.wrap).length).toBeGreaterThan(31);
  }
  expect(readFileSync(join(folder, 'UPLOAD.md'), 'utf8')).toContain('it is in the token of the other site');
});
