import { statSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { startService } from './service.mjs';

test('the README shows the home page as it is', async ({ page }) => {
  const service = await startService({ demo: true });
  try {
    await page.goto(service.url);
    await expect(page.getByRole('heading', { level: 1, name: 'What should be planned next?' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Choose topics to support' })).toBeInViewport();
    // With UPDATE_PICTURES=1 the picture in the README is made anew; it is not compared, since its dates move.
    const path = process.env.UPDATE_PICTURES ? '../docs/home.png' : 'test-results/home.png';
    await page.screenshot({ path });
    expect(statSync(path).size).toBeLessThan(200_000);
  } finally {
    await service.stop();
  }
});
