// Results are published, a leader says what came of it, the forum has the last word, and an inspector gets it all as one folder.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@playwright/test';
import { acceptInvitation, hindrances, newQuestion, signIn } from './people.mjs';
import { startService } from './service.mjs';

const DAY = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
/** UPDATE_PICTURES=1 makes the pictures of the guides anew. */
const picture = (name, isWanted) => (isWanted && process.env.UPDATE_PICTURES === '1' ? { path: join(import.meta.dirname, `../docs/${name}.png`) } : {});
const MOST_BYTES = 120_000;

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(300_000);

    test('a leader claims, those who answered get an email, the forum disputes, she mends it, the forum confirms, and the evidence pack proves itself', async ({ browser }) => {
      const service = await startService({ demo: true });
      const folder = mkdtempSync(join(tmpdir(), 'alongside-pack-'));
      try {
        const people = [1, 2, 3, 4].map(async () => (await browser.newContext({ javaScriptEnabled, colorScheme: 'light' })).newPage());
        const [organiser, second, leader, parent] = await Promise.all(people);
        const fine = async (page) => { if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]); };
        await signIn(organiser, service, 'organiser@example.org');
        await signIn(leader, service, 'leader@example.org');
        await signIn(parent, service, 'parent2@example.org');

        // The forum asks those who are signed in; one answers and wants to hear what comes of it.
        await organiser.goto(`${service.url}/forum/consultations/new`);
        for (const [label, words] of [
          ['What you are asking about, in one line', 'When the advice line is open'],
          ['What it is about', 'The hours of the advice line.'],
          ['Why this is proposed, and what else could be done', 'Too few families get one.'],
          ['What can still be changed', 'The hours.'],
          ["What can't be changed, and why", 'The number, since it is printed everywhere.'],
          ['Who it is for', 'Parents who call it'],
          ['How the answers will be used', 'The team sets its hours by them.'],
          ['Who will see what', 'The forum reads every answer.'],
          ['Last day', DAY(30)],
        ]) await organiser.getByLabel(label, { exact: true }).fill(words);
        await organiser.getByLabel('Parents who are signed in, once each').check();
        await organiser.getByRole('button', { name: 'Continue to the questions' }).click();
        await newQuestion(organiser);
        await organiser.getByLabel('Your question, in one sentence').fill('Can you call in the evening?');
        await organiser.getByLabel('Yes or no').check();
        await organiser.getByRole('button', { name: 'Save the question' }).click();
        await organiser.getByRole('link', { name: 'Check and open it' }).click();
        await organiser.getByRole('button', { name: 'Open it to parents' }).click();
        await expect(organiser.getByText('You have opened it to parents', { exact: true })).toBeVisible();
        const id = new URL(organiser.url()).pathname.split('/')[3];
        // It is about no plan and no topic: she says whose leaders answer for it.
        await expect(organiser.getByText('Nobody can say what happened about this consultation')).toBeVisible();
        await fine(organiser);
        await organiser.getByLabel('Which organisation answers for it?').selectOption({ label: 'Sefton Council' });
        await organiser.getByRole('button', { name: 'Save the organisation' }).click();
        await expect(organiser.getByText('Sefton Council answers for it')).toBeVisible();
        await parent.goto(`${service.url}/consultations/${id}`);
        await parent.getByRole('button', { name: 'Start' }).click();
        await parent.getByLabel('No', { exact: true }).check();
        await parent.getByRole('button', { name: 'Continue' }).click();
        await parent.getByLabel(/^Email me about what happens next/).check();
        await parent.getByRole('button', { name: 'Send my answers' }).click();
        await expect(parent.getByText('We have your answers')).toBeVisible();

        // It closes; one organiser counts, another publishes.
        const back = 33 * 86_400_000;
        service.sql(`DROP TRIGGER opened_consultations_stay; DROP TRIGGER opened_consultations_keep_their_last_day; UPDATE consultations SET opens_at = opens_at - ${back}, closes_at = closes_at - ${back} WHERE id = '${id}'`);
        service.command('invite', 'second@example.org', '--role', 'organiser');
        await acceptInvitation(second, service, 'second@example.org');
        await organiser.goto(`${service.url}/forum/consultations/${id}/release`);
        await organiser.getByRole('button', { name: 'Count the answers' }).click();
        await second.goto(`${service.url}/forum/consultations/${id}/release`);
        await second.getByRole('button', { name: 'Publish these results' }).click();
        await expect(second.getByRole('heading', { name: 'What parents said' })).toBeVisible();

        // A leader says what came of it; who answered and asked for it gets an email.
        await leader.goto(`${service.url}/lead/updates`);
        await fine(leader);
        await leader.getByRole('link', { name: 'Consultation: When the advice line is open' }).click();
        await leader.getByLabel('You said').fill('Parents cannot call before six.');
        await leader.getByLabel('It is done', { exact: true }).check();
        await leader.getByLabel('We did', { exact: true }).fill('The advice line is open until eight on Tuesdays.');
        await leader.getByLabel('A number before and after: what is counted?').fill('Hours open after six');
        await leader.getByLabel('Where do the numbers come from?').fill('The team’s rota');
        await leader.getByLabel('Add a file', { exact: true }).setInputFiles({ name: 'rota.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\nTuesdays until eight\n%%EOF') });
        await leader.getByLabel('The numbers', { exact: true }).fill(`All of Sefton; ${DAY(-60)}; 0\nAll of Sefton; ${DAY(-1)}; 2`);
        await leader.getByRole('button', { name: 'Check your update' }).click();
        await expect(leader.getByText('rota.pdf (PDF, 1 kB)')).toBeVisible();
        await fine(leader);
        await leader.getByRole('button', { name: 'Publish', exact: true }).click();
        await expect(leader.getByText(/says so – not checked yet/)).toBeVisible();
        await fine(leader);
        const email = await service.emailTo('parent2@example.org', 'What happened about “Parents cannot call');
        expect(email.text).toContain('open until eight on Tuesdays');
        await parent.goto(email.link);
        const rota = parent.waitForEvent('download');
        await parent.getByRole('link', { name: 'rota.pdf (PDF, 1 kB)' }).click();
        expect(readFileSync(await (await rota).path(), 'utf8')).toBe('%PDF-1.7\nTuesdays until eight\n%%EOF');
        await parent.getByRole('link', { name: 'That\'s not my experience' }).click();
        await parent.getByLabel('What happened for your family?').fill('Nobody answered at seven.');
        await parent.getByRole('button', { name: 'Tell the forum' }).click();
        await expect(parent.getByText('Sent to the forum')).toBeVisible();
        await expect(parent.getByText('Nobody answered at seven.')).toHaveCount(0);

        // The forum disputes it in public, beside what she says.
        await organiser.goto(`${service.url}/forum/updates`);
        await expect(organiser.getByText('Nobody answered at seven.')).toBeVisible();
        await fine(organiser);
        const update = new URL(email.link).pathname;
        await organiser.goto(`${service.url}/forum${update}`);
        await organiser.getByLabel('No, the forum disagrees').check();
        await organiser.getByRole('textbox', { name: 'What parents have found' }).fill('Two of three calls after seven were not answered.');
        await organiser.getByRole('button', { name: 'Publish the forum\'s view' }).click();
        await parent.goto(service.url + update);
        await expect(parent.getByText('Two of three calls after seven were not answered.')).toBeVisible();
        await expect(parent.getByText('The advice line is open until eight on Tuesdays.')).toBeVisible();
        await fine(parent);

        // She mends it: it is claimed again, told again, and confirmed.
        await leader.goto(`${service.url}/lead${update}`);
        await leader.getByLabel('We did', { exact: true }).fill('Since Monday two people answer until eight on Tuesdays, and call back within a day.');
        await leader.getByRole('button', { name: 'Check your update' }).click();
        await leader.getByRole('button', { name: 'Publish', exact: true }).click();
        await expect(leader.getByText(/says so – not checked yet/)).toBeVisible();
        await service.emailTo('parent2@example.org', 'Updated: what happened', 'call back within a day');
        await second.goto(`${service.url}/forum${update}`);
        await second.getByLabel('Yes, the forum agrees', { exact: true }).check();
        await second.getByRole('button', { name: 'Publish the forum\'s view' }).click();
        await parent.goto(service.url + update);
        await expect(parent.getByText('The forum agrees').first()).toBeVisible();
        await expect(parent.getByText('Two of three calls after seven were not answered.')).toBeAttached();
        await parent.goto(`${service.url}/account/said`);
        await expect(parent.getByText('Done. The forum agrees').first()).toBeVisible();
        await fine(parent);

        // The record shows it, and the pack of today proves itself.
        await parent.goto(`${service.url}/record`);
        await fine(parent);
        await parent.setViewportSize({ width: 360, height: 1000 });
        expect((await parent.screenshot({ ...picture('record', javaScriptEnabled), fullPage: false })).length).toBeLessThan(MOST_BYTES);
        await second.goto(`${service.url}/forum`);
        await second.getByRole('link', { name: 'Save an evidence pack for inspectors' }).click();
        await second.getByLabel('Everything up to the end of this day').fill(DAY(0));
        await fine(second);
        const downloads = second.waitForEvent('download');
        await second.getByRole('button', { name: 'Save the pack' }).click();
        const zip = join(folder, 'pack.zip');
        await (await downloads).saveAs(zip);
        expect(spawnSync('/usr/bin/python3', ['-m', 'zipfile', '-e', zip, folder]).status).toBe(0);
        const pack = join(folder, `evidence-pack-${DAY(0)}`);
        service.command('evidence-pack', '--verify', pack);
        await parent.goto(pathToFileURL(join(pack, 'report.html')).href);
        await expect(parent.getByRole('heading', { level: 1, name: 'Evidence pack for Sefton' })).toBeVisible();
        await expect(parent.getByText('Parents cannot call before six.').first()).toBeAttached();
        await fine(parent);
        expect((await parent.screenshot({ ...picture('evidence-pack', javaScriptEnabled), fullPage: false })).length).toBeLessThan(MOST_BYTES);
      } finally {
        rmSync(folder, { recursive: true, force: true });
        await service.stop();
      }
    });
  });
}
