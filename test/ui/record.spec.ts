import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hexGroups } from '../../app/keys/fingerprint.ts';
import { makeKek, type Desk } from '../support/rehearsal.ts';
import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import { AbortDialog } from './screens/people-screens.ts';
import { EndScreen } from './screens/screens.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { People } from './support/people.ts';

const key = 'payroll-root';

function prepare(desk: Desk): void {
  desk.plan(planWith([azureKey(key)], fewPeople));
  desk.bring(key, 'kek.json', makeKek().json());
}

test('at the end the record is saved, and what is printed of it is the file whose hash is on screen', async ({
  application,
  desk,
}) => {
  test.setTimeout(120_000);
  prepare(desk);
  const people = new People(application, desk);
  const { page, keyboard } = people;
  await people.begin();
  const asked = new AbortDialog(page);
  await keyboard.push(asked.open);
  await keyboard.type(asked.reason, 'A drill');
  await keyboard.push(asked.abort);

  const end = new EndScreen(page);
  await people.answerDialog(desk.outbound);
  await keyboard.push(end.saveRecord);
  await expect(end.savedRecord).toContainText(desk.outbound);
  await expect(end.savedRecord.getByRole('paragraph')).toBeFocused();
  const [folder = ''] = readdirSync(desk.outbound);
  const files = readdirSync(join(desk.outbound, folder)).toSorted();
  expect(files).toEqual(['log.jsonl', 'plan.json', 'report.json', 'report.pdf', 'transcript.txt']);
  const sha256 = createHash('sha256').update(readFileSync(join(desk.outbound, folder, 'report.pdf'))).digest('hex'); // prettier-ignore
  await expect(end.reportGroups).toHaveText(hexGroups(sha256));
  expect(await violations(page)).toEqual([]);
  const pictures = process.env['KEYFERRY_SCREENSHOTS'];
  if (pictures !== undefined) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, 'saved-record.png') });
  }

  // A second time nothing is overwritten, and what was saved stays on screen.
  await keyboard.push(end.saveRecord);
  await expect(end.sheet.getByRole('alert')).toContainText('MEDIA-NOTHING-OVERWRITTEN');
  await expect(end.reportGroups).toHaveText(hexGroups(sha256));
});
