// A leader publishes how long families wait, a family finds its places side by side and says that it was longer, and the forum disputes it.
import { expect, test } from '@playwright/test';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const THERAPY = 'Occupational therapy';
const file = (lines) => ({ name: 'waits.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`) });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled, viewport: { width: 360, height: 740 } });
    test.setTimeout(300_000);

    test('from her desk a leader is told what is wrong in her file, types the month, and everyone sees it, doubts it and reads what the forum says', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const [leader, parent, organiser] = await Promise.all([1, 2, 3].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage()));
        const fine = async (page, colours = {}) => {
          expect(await page.viewportSize()).toEqual({ width: 360, height: 740 });
          if (!javaScriptEnabled) return;
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
          expect(await hindrances(page, colours)).toEqual([]);
        };

        // A family finds the sentence, the picture and the table, in the light and in the dark.
        await parent.goto(`${service.url}/services`);
        await parent.getByRole('link', { name: 'How long families wait' }).click();
        await expect(parent.getByText('families in South Sefton waited 24 weeks, in North Sefton 9: 2.7 times as long.')).toBeVisible();
        await fine(parent);
        await parent.getByRole('link', { name: THERAPY, exact: true }).click();
        await expect(parent.getByRole('img', { name: 'How long families waited' })).toBeVisible();
        await expect(parent.getByText('Not published yet').first()).toBeVisible();
        await expect(parent.getByText('The forum agrees').first()).toBeVisible();
        await fine(parent);
        await parent.emulateMedia({ colorScheme: 'dark' });
        await fine(parent, { ofColour: true });
        await parent.emulateMedia({ colorScheme: 'light' });

        // The leader's file names a place that is not one, and she is told in which line.
        await signIn(leader, service, 'nhs@example.org');
        await leader.goto(`${service.url}/lead`);
        await fine(leader);
        await leader.getByRole('link', { name: `Publish how long families wait: ${THERAPY}` }).click();
        const month = await leader.getByLabel('Month', { exact: true }).inputValue();
        await leader.getByLabel('Or several months from a CSV file').setInputFiles(file(['place,month,waiting,median,longest', `Suoth Sefton,${month},64,22,40`]));
        await leader.getByRole('button', { name: 'Check it' }).click();
        await expect(leader.getByRole('link', { name: 'Line 2: there is no place called “Suoth Sefton”. Do you mean South Sefton?' })).toBeVisible();
        await fine(leader);

        // She types it. In the north too few wait to be shown.
        for (const [place, numbers] of [['South Sefton', ['64', '22', '40']], ['North Sefton', ['7', '9', '12']]]) {
          const fields = leader.getByRole('group', { name: place });
          for (const [nth, label] of ['How many wait', 'Median, in weeks', 'Longest, in weeks'].entries()) await fields.getByLabel(label).fill(numbers[nth]);
        }
        await leader.getByRole('button', { name: 'Check it' }).click();
        await expect(leader.getByText('22 weeks (longest 40, 64 waiting)')).toBeVisible();
        await expect(leader.getByText('Not shown: fewer than 10 waiting')).toBeVisible();
        await fine(leader);
        await leader.getByRole('button', { name: 'Change something' }).click();
        await expect(leader.getByRole('group', { name: 'South Sefton' }).getByLabel('How many wait')).toHaveValue('64');
        await leader.getByRole('button', { name: 'Check it' }).click();
        await leader.getByRole('button', { name: 'Publish' }).click();
        await expect(leader.getByText('Published', { exact: true })).toBeVisible();
        await fine(leader);

        // The family waited longer, and tells the forum.
        await parent.reload();
        await expect(parent.getByText('22 weeks').first()).toBeVisible();
        await signIn(parent, service, 'parent@example.org');
        await parent.goto(`${service.url}/waits`);
        await parent.getByRole('link', { name: THERAPY, exact: true }).click();
        await parent.getByRole('link', { name: "That's not my experience" }).click();
        await parent.getByLabel('How long did your family wait, and when?').fill('We waited 31 weeks until last month.');
        await fine(parent);
        await parent.getByRole('button', { name: 'Tell the forum' }).click();
        await expect(parent.getByText('Sent to the forum')).toBeVisible();

        // An organiser reads it, and says in public that the forum disagrees.
        await signIn(organiser, service, 'organiser@example.org');
        await organiser.goto(`${service.url}/forum`);
        // What was published before waits too: hers is the last.
        await organiser.getByRole('link', { name: `Check how long families wait: ${THERAPY}` }).last().click();
        await expect(organiser.getByText('22 weeks (longest 40, 64 waiting)')).toBeVisible();
        await expect(organiser.getByText('We waited 31 weeks until last month.')).toBeVisible();
        await organiser.getByLabel('No, the forum disagrees').check();
        await organiser.getByLabel('What parents have found').fill('Six families in the south waited for 30 weeks or more.');
        await fine(organiser);
        await organiser.getByRole('button', { name: "Publish the forum's view" }).click();
        await expect(organiser.getByText('× The forum disagrees with numbers of 1 of these')).toBeVisible();
        await parent.reload();
        await expect(parent.getByText('Six families in the south waited for 30 weeks or more.')).toBeVisible();
        await fine(parent);
      } finally {
        await service.stop();
      }
    });
  });
}
