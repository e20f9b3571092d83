// The picture in the README is the demonstration's home page. UPDATE_PICTURES=1 makes it anew; without it the picture is
// left alone, since its dates move, and only what it must show is looked for.
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { startService } from './service.mjs';

const PICTURE = join(import.meta.dirname, '../docs/home.png');
const MOST_BYTES = 120_000;

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
    await expect(page.getByRole('heading', { name: 'Latest topics from parents' })).toBeVisible();
    const picture = await page.screenshot(process.env.UPDATE_PICTURES === '1' ? { path: PICTURE } : {});
    expect(picture.length).toBeLessThan(MOST_BYTES);
  } finally {
    await service.stop();
  }
});
