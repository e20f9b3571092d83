// An organiser decides about a topic: she looks for another one to merge it into, in place with scripts, by the form without.
import { expect, test } from '@playwright/test';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });

    test('an organiser looks twice, loses nothing she wrote, and merges', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const organiser = await (await browser.newContext({ javaScriptEnabled })).newPage();
        const programs = [];
        organiser.on('request', (request) => request.url().includes('/pkg/') && programs.push(new URL(request.url()).pathname.split('/').pop()));
        await organiser.addInitScript(noteWhenAwake);
        await signIn(organiser, service, 'organiser@example.org');
        await organiser.goto(`${service.url}/`);
        await organiser.getByRole('link', { name: 'Organisers’ desk' }).click();
        await organiser.locator('main').locator('a[href^="/forum/topics/"]').first().click();
        await expect(organiser.getByRole('heading', { name: 'What would help' })).toBeVisible();
        if (javaScriptEnabled) await organiser.waitForFunction(() => window.isAwake);
        await organiser.evaluate(() => { window.stayed = true; });

        await organiser.getByRole('textbox', { name: 'Your reason' }).fill('Half a reason');
        await organiser.getByLabel('Words in that topic').fill('no topic holds these words');
        await organiser.getByRole('button', { name: 'Search', exact: true }).click();
        if (javaScriptEnabled) await expect(organiser.getByText('No other published topics match')).toBeVisible();
        await organiser.getByLabel('Words in that topic').fill('autism');
        if (javaScriptEnabled) await organiser.getByLabel('Words in that topic').press('Enter');
        else await organiser.getByRole('button', { name: 'Search', exact: true }).click();
        const into = organiser.getByRole('group', { name: 'Which topic should it be part of?' }).getByRole('radio');
        await expect(into.first()).toBeVisible();
        await expect(organiser.getByRole('textbox', { name: 'Your reason' })).toHaveValue('Half a reason');
        expect(await organiser.evaluate(() => window.stayed === true)).toBe(javaScriptEnabled);
        if (javaScriptEnabled) {
          expect(await hindrances(organiser)).toEqual([]);
          expect(programs.sort()).toEqual(['organisers.js', 'organisers.wasm']);
        } else {
          expect(programs).toEqual([]);
        }

        await into.first().check();
        await organiser.getByLabel('Merge it into').check();
        await organiser.getByRole('button', { name: 'Save this decision' }).click();
        await expect(organiser).toHaveURL(/\/forum\?done=decided$/);
      } finally {
        await service.stop();
      }
    });
  });
}

/** Tells when the island has begun to listen. */
function noteWhenAwake() {
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (kind, ...rest) {
    if (kind === 'click') window.isAwake = true;
    return listen.call(this, kind, ...rest);
  };
}
