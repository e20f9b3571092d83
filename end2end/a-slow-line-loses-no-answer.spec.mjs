// On a line with a second and a half of delay people press a button twice; and some browsers keep no cookies.
import { expect, test } from '@playwright/test';
import { CHOSEN, PASSWORD, finishJoining, hindrances } from './people.mjs';
import { startService } from './service.mjs';

let service;
test.beforeAll(async () => { service = await startService({ demo: true }); });
test.afterAll(() => service?.stop());

test.use({ viewport: { width: 360, height: 740 } });

/** From now on each answer to this page takes a second and a half. */
async function slow(page) {
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 1500, downloadThroughput: -1, uploadThroughput: -1 });
}

/** Presses a button, and again before anything has come of it. */
async function pressTwice(page, name) {
  const button = page.getByRole('button', { name });
  await button.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await button.boundingBox();
  // A finger does not wait for what is under way, as a locator's click does.
  const press = () => page.mouse.click(x + width / 2, y + height / 2);
  await press();
  await page.waitForTimeout(700);
  await press();
}

test('a second tap on the button that signs in signs her in', async ({ page }) => {
  const email = 'parent@example.org';
  await page.goto(`${service.url}/sign-in`);
  await page.getByLabel('Your email address').fill(email);
  await page.getByRole('button', { name: 'Email me a link' }).click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  await page.goto((await service.emailTo(email, 'sign in')).link);
  await slow(page);
  await pressTwice(page, 'Sign in on this device');
  await page.getByText('You are signed in').first().waitFor();
});

test('a second tap on the button that joins does not send her back to the beginning', async ({ page }) => {
  const email = 'taps-twice@example.org';
  await page.goto(`${service.url}/sign-up`);
  await page.getByLabel('Your email address').fill(email);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  await page.goto((await service.emailTo(email, 'Confirm')).link);
  await page.getByLabel('Your display name').fill('An invented parent');
  await page.getByLabel('South Sefton').check();
  await page.getByLabel('Choose a password').fill(CHOSEN);
  await slow(page);
  await pressTwice(page, 'Confirm and continue');
  await page.getByText('Welcome. Your email address is confirmed').waitFor();
  await expect(page.getByText('Sign up again')).toHaveCount(0);
});

test('a browser that keeps no cookies says so, and what was typed is still there', async ({ page }) => {
  const forget = () => page.context().clearCookies();
  await page.goto(`${service.url}/sign-in`);
  await page.getByLabel('Your email address').fill('parent@example.org');
  await page.getByLabel('Your password').fill(PASSWORD);
  await forget();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('Turn on cookies');
  await expect(page.getByLabel('Your email address')).toHaveValue('parent@example.org');
  expect(await hindrances(page)).toEqual([]);

  await page.goto(`${service.url}/sign-up`);
  await page.getByLabel('Your email address').fill('no-cookies@example.org');
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  const { link } = await service.emailTo('no-cookies@example.org', 'Confirm');
  await page.goto(link);
  await forget();
  await finishJoining(page, 'South Sefton');
  await expect(page.getByRole('alert')).toContainText('Turn on cookies');
  expect(await hindrances(page)).toEqual([]);
  // The link still works.
  await page.goto(link);
  await finishJoining(page, 'South Sefton');
  await page.getByText('Welcome. Your email address is confirmed').waitFor();
});
