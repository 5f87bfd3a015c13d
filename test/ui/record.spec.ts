import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hexGroups } from '../../app/keys/fingerprint.ts';
import { flipBit, logKeyOnPaper, manifestOnPaper, onPaper, putBundle } from '../support/checked-bundle.ts';
import { makeKek, type Desk } from '../support/rehearsal.ts';
import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import { AbortDialog } from './screens/people-screens.ts';
import { CheckScreen, EndScreen, StartScreen } from './screens/screens.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { People } from './support/people.ts';
import { takeInBothThemes } from './support/pictures.ts';

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
  await takeInBothThemes(page, 'saved-record');

  // A second time nothing is overwritten, and what was saved stays on screen.
  await keyboard.push(end.saveRecord);
  await expect(end.sheet.getByRole('alert')).toContainText('MEDIA-NOTHING-OVERWRITTEN');
  await expect(end.reportGroups).toHaveText(hexGroups(sha256));
});

test('a bundle is checked from the start screen with the keyboard, against what the paper says', async ({
  application,
  desk,
}) => {
  const people = new People(application, desk);
  const { page, keyboard } = people;
  const start = new StartScreen(page);
  const check = new CheckScreen(page);
  await start.checkRecord.waitFor();
  await takeInBothThemes(page, 'start');
  await keyboard.push(start.checkRecord);
  await expect(check.title).toBeFocused();
  expect(await violations(page)).toEqual([]);

  const bundle = putBundle(desk.outbound);
  await people.answerDialog(bundle);
  await keyboard.type(check.checkpoint, onPaper);
  await keyboard.proceed();
  await expect(check.verdict).toBeFocused();
  // Two words can be tried until they fit: whoever typed no more is told what that is worth.
  await expect(check.about.getByRole('term').filter({ hasText: /^From the paper$/ })).toBeVisible();
  await takeInBothThemes(page, 'check-words-alone');
  expect(await violations(page)).toEqual([]);

  await keyboard.type(check.logKey, logKeyOnPaper);
  await keyboard.proceed();
  await expect(check.about.getByRole('term').filter({ hasText: /^From the paper$/ })).toHaveCount(0);
  await expect(check.verdict).toHaveText('Every rule that can be checked holds');
  await expect(check.verdict).toBeFocused();
  await expect(check.about).toContainText(bundle);
  await expect(check.about).toContainText(onPaper);
  await expect(check.broken).toHaveCount(0);
  await expect(check.notChecked.getByRole('listitem')).toHaveCount(1);
  await expect(check.notChecked).toContainText('BUNDLE-MANIFEST-AS-ON-PAPER');
  await expect(check.about).toContainText(logKeyOnPaper);
  await expect(check.holding).toContainText('The log held at that size what the paper of the room says.');
  await takeInBothThemes(page, 'check-holds');
  expect(await violations(page)).toEqual([]);

  // A hash that was not typed to its end is refused, and asked for no folder.
  await keyboard.type(check.manifest, manifestOnPaper.slice(0, 40));
  await keyboard.push(check.choose);
  await expect(check.refusal).toContainText('HASH-AS-PEOPLE-WRITE-IT');
  await expect(check.manifest).toHaveAttribute('aria-invalid', 'true');
  await expect(check.logKey).toHaveAttribute('aria-invalid', 'false');
  await keyboard.type(check.manifest, manifestOnPaper);

  flipBit(join(bundle, 'UPLOAD.md'));
  await keyboard.push(check.choose);
  await expect(check.verdict).toHaveText('Not sound: do not use this bundle');
  await expect(check.verdict).toBeFocused();
  await expect(check.broken).toContainText('BUNDLE-FILES-AS-LISTED');
  await expect(check.broken).toContainText('UPLOAD.md');
  await takeInBothThemes(page, 'check-broken');
  expect(await violations(page)).toEqual([]);

  // A folder that is no bundle is refused: nothing of the last answer is left to be taken for its own.
  await people.answerDialog(desk.inbound);
  await keyboard.push(check.choose);
  await expect(check.refusal).toContainText('CHECKED-FOLDER-IS-BUNDLE');
  await expect(check.verdict).toHaveCount(0);
  await keyboard.type(check.checkpoint, ' and more');
  await keyboard.proceed();
  await expect(check.refusal).toContainText('CHECKPOINT-AS-PEOPLE-WRITE-IT');
  await expect(check.checkpoint).toHaveAttribute('aria-invalid', 'true');
  await takeInBothThemes(page, 'check-refused');
  expect(await violations(page)).toEqual([]);

  await keyboard.push(check.back);
  await expect(start.title).toBeFocused();
});
