// An administrator switches a duty on, a leader is told and says that a late one is done, and everyone reads how it stands.
import { expect, test } from '@playwright/test';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(300_000);

    test('a duty is switched on, told about, done late, and on the record', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const phone = { javaScriptEnabled, viewport: { width: 360, height: 800 } };
        const [admin, leader, visitor] = await Promise.all([1, 2, 3].map(async () => (await browser.newContext(phone)).newPage()));
        const fine = async (page) => {
          if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
        };

        const isDue = async (day, month) => {
          await admin.getByLabel('Day', { exact: true }).fill(day);
          await admin.getByLabel('Month', { exact: true }).selectOption(month);
        };

        // The administrator reads where the rule is from, mistypes the day, corrects it and switches it on.
        await signIn(admin, service, 'admin@example.org');
        await admin.goto(`${service.url}/admin`);
        await admin.getByRole('link', { name: 'Yearly duties', exact: true }).click();
        await fine(admin);
        await admin.getByRole('link', { name: /^Change Bring the joint strategic needs assessment/ }).click();
        await isDue('31', 'June');
        await admin.getByLabel('On: it is counted and people are told').check();
        await fine(admin);
        await admin.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(admin.getByRole('link', { name: 'There is no 31 June' })).toBeVisible();
        await expect(admin.getByLabel('On: it is counted and people are told')).toBeChecked();
        await fine(admin);
        await expect(admin.getByRole('link', { name: 'Look at the source first, and enter the day you did' })).toBeVisible();
        await isDue('30', 'September');
        await admin.getByLabel('When was this last checked?').fill(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
        await admin.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(admin.getByText('Saved', { exact: true })).toBeVisible();
        await admin.getByRole('link', { name: 'Import a file' }).click();
        await admin.getByLabel('File of duties').setInputFiles({ name: 'duties.txt', mimeType: 'text/plain', buffer: Buffer.from('duty: a\nname: One\ncolour: green\n') });
        await admin.getByRole('button', { name: 'Import it' }).click();
        await expect(admin.getByRole('link', { name: 'Line 3: there is nothing called “colour”' })).toBeVisible();
        await fine(admin);

        // A leader was told about one that is due soon, and finds one on the desk that is late.
        const email = await service.emailTo('leader@example.org', 'Finish the self-evaluation of the area by');
        await signIn(leader, service, 'leader@example.org');
        await leader.goto(email.link);
        await expect(leader.getByRole('heading', { name: 'Finish the self-evaluation of the area' })).toBeVisible();
        await leader.goto(`${service.url}/lead`);
        await leader.getByRole('link', { name: 'Review the short breaks statement' }).first().click();
        await expect(leader.getByText(/^× Late\. It was due by/)).toBeVisible();
        await fine(leader);
        await leader.getByLabel(/^Review the short breaks statement, by/).first().check();
        await leader.getByLabel('On which day?').fill(YESTERDAY);
        await leader.getByLabel('Where everyone can read the document').fill('https://example.org/short-breaks');
        await leader.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(leader.getByText(/× Done late, on .*, says Sefton Council/)).toBeVisible();
        await fine(leader);

        // Everyone reads it.
        await visitor.goto(`${service.url}/record`);
        await visitor.getByRole('link', { name: 'Every year' }).click();
        await expect(visitor.getByRole('heading', { name: 'What must be done every year' })).toBeVisible();
        await expect(visitor.getByText(/× Done late, on .*, says Sefton Council/)).toBeVisible();
        await expect(visitor.getByText(/✓ Done on .*, says Sefton Council/)).toBeVisible();
        await expect(visitor.getByText(/^○ Due by/).first()).toBeVisible();
        await expect(visitor.getByText('monitoring of the grant')).toHaveCount(0);
        await fine(visitor);

        // A past year stays on the record when the duty gets another day and is switched off.
        await admin.goto(`${service.url}/admin/duties`);
        await admin.getByRole('button', { name: 'Add what is new' }).click();
        await expect(admin.getByText('Nothing to add', { exact: true })).toBeVisible();
        await admin.getByRole('link', { name: /^Change Review the short breaks statement/ }).click();
        await expect(admin.getByText('Short name, used in files: short-breaks')).toBeVisible();
        await expect(admin.getByText(/^Years that are over stay as they were/)).toBeVisible();
        await isDue('29', 'February');
        await admin.getByLabel('Off', { exact: true }).check();
        await fine(admin);
        await admin.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(admin.getByText('Saved', { exact: true })).toBeVisible();
        await visitor.reload();
        await expect(visitor.getByText(/× Done late, on .*, says Sefton Council/)).toBeVisible();
        await expect(visitor.getByText(/^○ Switched off on/)).toBeVisible();
        await fine(visitor);
      } finally {
        await service.stop();
      }
    });
  });
}
