// What makes an account is chosen behind the button in the email, and what is typed as a password can be shown there.
import { expect, test } from '@playwright/test';
import { CHOSEN, hindrances } from './people.mjs';
import { startService } from './service.mjs';

let service;
test.beforeAll(async () => { service = await startService({ demo: true }); });
test.afterAll(() => service?.stop());

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled, viewport: { width: 360, height: 740 } });

    test('a stranger signs her up too, and she joins with a password of her own by either email', async ({ page }) => {
      const email = `joins-${javaScriptEnabled}@example.org`;
      for (let times = 0; times < 2; times++) {
        await page.goto(`${service.url}/sign-up`);
        await expect(page.locator('input[type="password"]')).toHaveCount(0);
        await page.getByLabel('Your email address').fill(email);
        await page.getByRole('button', { name: 'Join', exact: true }).click();
        await page.getByRole('heading', { name: 'Check your email' }).waitFor();
      }
      await page.goto((await service.emailTo(email, 'Confirm')).link);
      await expect(page.getByText(email)).toBeVisible();
      if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]);

      await page.getByLabel('Your display name').fill('An invented parent');
      await page.getByLabel('South Sefton').check();
      await page.getByLabel('Choose a password').fill('summer2026');
      await page.getByRole('button', { name: 'Confirm and continue' }).click();
      await expect(page.getByRole('alert')).toContainText('a password that many people use');
      if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]);

      const password = page.getByLabel('Choose a password');
      await expect(password).toHaveAttribute('type', 'password');
      await page.getByRole('button', { name: 'Show the password' }).click();
      await expect(password).toHaveAttribute('type', 'text');
      await expect(password).toHaveValue('');
      await expect(page.getByLabel('Your display name')).toHaveValue('An invented parent');
      await expect(page.getByLabel('South Sefton')).toBeChecked();
      if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]);
      await password.fill(CHOSEN);
      // Enter presses the form's own button, and not the one that shows or hides.
      await password.press('Enter');
      await page.getByText('Welcome. Your email address is confirmed').waitFor();
    });
  });
}
