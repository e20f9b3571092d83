// The pictures in the README tell the demonstration's story, from its home page on. UPDATE_PICTURES=1 makes them anew;
// without it they are left alone, since their dates move, and only what they must show is looked for.
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { startService } from './service.mjs';

const picture = (name) => (process.env.UPDATE_PICTURES === '1' ? { path: join(import.meta.dirname, `../docs/${name}.png`) } : {});
const MOST_BYTES = 120_000;

/** What comes after home: the list it is in, its link there, the heading that the picture begins with, what it shows. */
const STORY = [
  { name: 'round', list: '/rounds', link: 'Round 1', heading: 'The shortlist', shows: 'Someone to talk to in the north' },
  { name: 'plan', list: '/plans', link: 'An autism pathway for Sefton', heading: 'An autism pathway for Sefton', shows: 'Every topic was open for at least 14 days' },
  { name: 'change', list: '/notices?show=lately', link: 'The route 12 school bus will come 20 minutes later', heading: 'How many people were told before it started', shows: 'South Sefton' },
  { name: 'you-said-we-did', list: '/updates', link: 'The sensory room is closed', heading: 'You said', shows: 'It was closed on three of the five Saturdays' },
];

test.use({ colorScheme: 'light', deviceScaleFactor: 1 });

test('the README shows the home page as it is', async ({ page }) => {
  const service = await startService({ demo: true });
  try {
    await page.goto(service.url);
    await expect(page.getByRole('link', { name: 'Sefton Parent Carer Forum' })).toBeInViewport();
    await expect(page.getByRole('heading', { level: 1, name: 'What matters most to your family?' })).toBeInViewport();
    await expect(page.getByRole('link', { name: 'Choose topics to support' })).toBeInViewport({ ratio: 1 });
    await expect(page.getByText('Nobody sees the results before then')).toBeInViewport();
    await expect(page.getByRole('link', { name: 'Join in two minutes' })).toBeInViewport();
    await expect(page.getByRole('heading', { name: 'How it works' })).toBeVisible();
    const taken = await page.screenshot(picture('home'));
    expect(taken.length).toBeLessThan(MOST_BYTES);
  } finally {
    await service.stop();
  }
});

test('the README shows what came of it, in four more pictures', async ({ page }) => {
  const service = await startService({ demo: true });
  try {
    // High enough for what was said, what was done and what the forum finds.
    await page.setViewportSize({ width: 360, height: 1000 });
    for (const { name, list, link, heading, shows } of STORY) {
      await page.goto(service.url + list);
      await page.getByRole('link', { name: link }).first().click();
      await page.getByRole('heading', { name: heading, exact: true }).first().evaluate((found) => found.scrollIntoView());
      await expect(page.getByText(shows).first(), name).toBeInViewport();
      const taken = await page.screenshot(picture(name));
      expect(taken.length, name).toBeLessThan(MOST_BYTES);
    }
  } finally {
    await service.stop();
  }
});
