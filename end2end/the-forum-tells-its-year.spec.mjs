// An organiser enters a meeting that somebody went to for the forum, finds it in the forum's year beside who took part, and saves the year.
import { expect, test } from '@playwright/test';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled, viewport: { width: 360, height: 740 } });
    test.setTimeout(300_000);

    test('from her desk an organiser enters a meeting, reads the year on her phone, chooses its days and saves it', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
        const fine = async () => {
          expect(await page.viewportSize()).toEqual({ width: 360, height: 740 });
          if (!javaScriptEnabled) return;
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
          expect(await hindrances(page)).toEqual([]);
        };
        await signIn(page, service, 'organiser@example.org');
        await page.goto(`${service.url}/forum`);
        await page.getByRole('link', { name: 'Meetings, and who represented the forum' }).click();
        await expect(page.getByText('For the forum: Invented Representative, Second Invented Representative.')).toBeVisible();
        await fine();

        // Somebody new represents the forum.
        await page.getByRole('link', { name: 'Who represents the forum' }).click();
        await page.getByLabel('Add someone').fill('Third Invented Representative');
        await fine();
        await page.getByRole('button', { name: 'Add', exact: true }).click();
        await expect(page.getByText('Third Invented Representative: no meetings yet')).toBeVisible();

        // The meeting, at first without saying what it was about.
        await page.getByRole('link', { name: 'Meetings', exact: true }).click();
        await page.getByRole('link', { name: 'Add a meeting' }).click();
        await page.getByLabel('Which meeting was it?').fill('Education board');
        await page.getByLabel('On which day?').fill(YESTERDAY);
        await page.getByLabel('Third Invented Representative').check();
        await page.getByLabel('Which part of the area was it about?').selectOption('North Sefton');
        await fine();
        await page.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(page.getByRole('link', { name: 'Say what it was about' })).toBeVisible();
        await expect(page.getByLabel('Which meeting was it?')).toHaveValue('Education board');
        await expect(page.getByLabel('Third Invented Representative')).toBeChecked();
        await fine();
        await page.getByLabel('What was it about?').fill('Places at special schools.');
        await page.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(page.getByText('Saved', { exact: true })).toBeVisible();
        await expect(page.getByText('For the forum: Third Invented Representative.')).toBeVisible();
        await fine();

        // The year, of the last twelve months and then until yesterday.
        await page.goto(`${service.url}/forum`);
        await page.getByRole('link', { name: "The forum's year: who took part, and what happened" }).click();
        await expect(page.getByRole('heading', { name: 'Parents and carers who took part' })).toBeVisible();
        await expect(page.getByText('How we counted:').first()).toBeVisible();
        await expect(page.getByText(/^\d*0$/).first()).toBeVisible();
        await expect(page.getByText('SEND partnership board').first()).toBeVisible();
        await fine();
        await page.getByLabel('To this day').fill('2001-01-01');
        await page.getByRole('button', { name: 'Show these days' }).click();
        await expect(page.getByRole('link', { name: 'Choose a last day that is not before the first' })).toBeVisible();
        await fine();
        await page.getByLabel('To this day').fill(YESTERDAY);
        await page.getByRole('button', { name: 'Show these days' }).click();
        await expect(page.getByText('Places at special schools.')).toBeVisible();
        await expect(page.getByText('5 meetings.')).toBeVisible();
        await fine();
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save it as a workbook' }).click()]);
        expect(file.suggestedFilename()).toContain(`${YESTERDAY}.xlsx`);

        // On paper there are the tables, and neither the form nor the menu.
        await page.emulateMedia({ media: 'print' });
        await expect(page.getByRole('button', { name: 'Show these days' })).toBeHidden();
        await expect(page.getByText('How we counted:').first()).toBeVisible();
      } finally {
        await service.stop();
      }
    });
  });
}
