import { expect, test } from '@playwright/test';
import { signIn } from './people.mjs';
import { startService } from './service.mjs';

let service;
test.beforeAll(async () => { service = await startService({ demo: true }); });
test.afterAll(() => service.stop());

async function write(page) {
  await page.goto(`${service.url}/topics/new`);
  await page.getByLabel('What should be planned?').fill('A quiet hour at the library');
  await page.getByLabel('What happens now?').fill('It is loud & “busy” <always>.');
  await page.getByLabel('What would help?').fill('One quiet hour a week.');
  await page.getByLabel('Early years').check();
}

test('her session ends while she writes, she signs in, and what she wrote is still there', async ({ page, context }) => {
  await signIn(page, service, 'parent@example.org');
  await write(page);
  await context.clearCookies();
  await page.getByRole('button', { name: 'Check it before it is sent' }).click();
  await expect(page.getByText('What you wrote is kept')).toBeVisible();
  await page.getByLabel('Your email address').fill('parent@example.org');
  await page.getByLabel('Your password').fill('not this one');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveTitle(/^Error: /);
  await page.getByLabel('Your password').fill('alongside-demo');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Go on where you were' }).click();
  await expect(page.getByRole('heading', { name: 'Check your topic' })).toBeVisible();
  await expect(page.getByText('It is loud & “busy” <always>.')).toBeVisible();
  await page.getByRole('button', { name: 'Change something' }).click();
  await expect(page.getByLabel('What happens now?')).toHaveValue('It is loud & “busy” <always>.');
  await expect(page.getByLabel('Early years')).toBeChecked();
});

test('her thumb taps twice and her topic is sent once', async ({ page }) => {
  await signIn(page, service, 'parent2@example.org');
  await write(page);
  await page.getByRole('button', { name: 'Check it before it is sent' }).click();
  await page.getByRole('button', { name: 'Send this topic' }).dblclick();
  await expect(page.getByText('Your topic is with the forum')).toBeVisible();
  await page.goto(`${service.url}/account`);
  await expect(page.getByRole('link', { name: 'A quiet hour at the library' })).toHaveCount(1);
});

test('she signs in with the keyboard alone', async ({ page }) => {
  await page.goto(`${service.url}/sign-in`);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Your email address')).toBeFocused();
  await page.keyboard.type('parent@example.org');
  await page.keyboard.press('Tab');
  await page.keyboard.type('alongside-demo');
  await page.keyboard.press('Enter');
  await expect(page.getByText('You are signed in')).toBeVisible();
});
