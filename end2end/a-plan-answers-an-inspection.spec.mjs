// A leader registers a plan after an inspection, is held until its draft answers each recommendation, and everyone sees how each stands.
import { expect, test } from '@playwright/test';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const PLAN = 'What we do about the inspection';
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled, viewport: { width: 360, height: 740 } });
    test.setTimeout(300_000);

    test('a report is put in line by line, and a draft is held until every recommendation is answered', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const [organiser, leader, visitor] = await Promise.all([1, 2, 3].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage()));
        const fine = async (page) => {
          expect(await page.viewportSize()).toEqual({ width: 360, height: 740 });
          if (!javaScriptEnabled) return;
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
          expect(await hindrances(page)).toEqual([]);
        };

        // An organiser pastes recommendations, at first one without its page.
        await signIn(organiser, service, 'organiser@example.org');
        await organiser.goto(`${service.url}/forum`);
        await organiser.getByRole('link', { name: 'Reports that plans must answer' }).click();
        await organiser.getByRole('link', { name: 'Add a report' }).click();
        await organiser.getByLabel('What is the report called?').fill('A second inspection');
        await organiser.getByLabel('When was it published?').fill(YESTERDAY);
        await organiser.getByLabel('Where can everyone read it?').fill('https://example.org/second');
        await organiser.getByLabel('Strategic plan after an inspection').check();
        await organiser.getByLabel('Its recommendations').fill('1. Shorten the waits');
        await fine(organiser);
        await organiser.getByRole('button', { name: 'Check this report' }).click();
        await expect(organiser.getByRole('link', { name: 'Line 1: say on which page it is' })).toBeVisible();
        await fine(organiser);
        await organiser.getByLabel('Its recommendations').fill('1. Shorten the waits (page 12)');
        await organiser.getByRole('button', { name: 'Check this report' }).click();
        await expect(organiser.getByText('1. Shorten the waits (page 12)')).toBeVisible();
        await fine(organiser);
        await organiser.getByRole('button', { name: 'Add this report' }).click();
        await expect(organiser.getByText('Every plan of this kind must now answer each of them.')).toBeVisible();
        await fine(organiser);

        // The leader is held, and answers both that are left.
        await signIn(leader, service, 'leader@example.org');
        await leader.goto(`${service.url}/plans`);
        await leader.getByRole('link', { name: PLAN }).click();
        await expect(leader.getByText('Strategic plan after an inspection')).toBeVisible();
        await leader.getByRole('link', { name: 'Draft 1', exact: true }).click();
        await fine(leader);
        await leader.getByRole('button', { name: 'Publish this draft' }).click();
        await expect(leader.getByRole('link', { name: "Answer the 2 recommendations that haven't been answered yet" })).toBeVisible();
        await fine(leader);
        for (const words of ['Shorten the waits', 'tell families what happens after a diagnosis']) {
          await leader.getByRole('link', { name: words }).click();
          await leader.getByLabel('It is in the draft, as recommended').check();
          await leader.getByLabel('Where, how or why not').fill('On page 1.');
          await fine(leader);
          await leader.getByRole('button', { name: 'Save this answer' }).click();
        }
        await expect(leader.getByText('○ Not answered yet')).toHaveCount(0);
        await fine(leader);

        // Parents were not involved, so it is not published, and the report says that it is not answered yet.
        await leader.getByRole('button', { name: 'Publish this draft' }).click();
        await expect(leader.getByRole('link', { name: /^Not ready to publish/ })).toBeVisible();
        await visitor.goto(`${service.url}/plans`);
        await visitor.getByRole('link', { name: 'Reports that plans must answer' }).click();
        await fine(visitor);
        await visitor.getByRole('link', { name: 'A second inspection' }).click();
        await expect(visitor.getByText('○ Not answered yet')).toBeVisible();
        await fine(visitor);
      } finally {
        await service.stop();
      }
    });
  });
}
