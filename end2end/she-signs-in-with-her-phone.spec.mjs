// Passkeys, with the browser's own device: added from the account page and used to sign in and to prove that it is her, by
// following links alone. Browsers make them for a host with a name.
import { expect, test } from '@playwright/test';
import { fromMenu, hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

let service;
test.beforeAll(async () => { service = await startService({ demo: true, host: 'localhost' }); });
test.afterAll(() => service?.stop());

test.use({ viewport: { width: 360, height: 740 } });

/** A phone with a fingerprint reader that knows its person, in place of the machine's own. */
async function phone(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return {
    /** Whether it recognises whoever holds it. */
    knowsHer: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}

async function addPasskey(page, name) {
  await fromMenu(page, 'Your account');
  await page.getByRole('link', { name: 'Passkeys' }).click();
  await page.getByRole('link', { name: 'Add a passkey' }).click();
  if (name) await page.getByLabel('A name for this passkey').fill(name);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('Your passkey has been added').waitFor();
}

async function signOut(page) {
  await page.getByRole('banner').getByText('Menu', { exact: true }).click();
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('signed out').first().waitFor();
}

async function signInByPasskey(page) {
  await fromMenu(page, 'Sign in');
  await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('button', { name: 'Use my passkey' }).click();
}

test('a parent adds a passkey, signs in with it, and removes it', async ({ page }) => {
  const faults = [];
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => console.error(`blocked by ${event.effectiveDirective}`)));
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
  page.on('pageerror', (error) => faults.push(String(error)));
  const device = await phone(page);
  await signIn(page, service, 'parent@example.org');
  await addPasskey(page, 'My phone');
  await expect(page.getByText('My phone').first()).toBeVisible();
  expect(await hindrances(page)).toEqual([]);
  const email = await service.emailTo('parent@example.org', 'A passkey was added');
  expect(email.text).toContain('My phone');

  await signOut(page);
  await device.knowsHer(false);
  await signInByPasskey(page);
  await expect(page.getByRole('alert')).toContainText("That didn't work");
  expect(await hindrances(page)).toEqual([]);
  await device.knowsHer(true);
  await page.getByRole('button', { name: 'Use my passkey' }).click();
  await page.getByText('You are signed in').first().waitFor();

  // The same phone is not taken twice.
  await fromMenu(page, 'Your account');
  await page.getByRole('link', { name: 'Passkeys' }).click();
  await expect(page.getByText('last used on')).toBeVisible();
  await page.getByRole('link', { name: 'Add a passkey' }).click();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(page.getByRole('alert')).toContainText('may have a passkey for you already');
  await page.getByRole('link', { name: 'Passkeys' }).click();
  await page.getByRole('button', { name: /^Remove ?: My phone$/ }).click();
  await page.getByText('The passkey has been removed').waitFor();
  await signOut(page);
  await signInByPasskey(page);
  await expect(page.getByRole('alert')).toContainText("We don't know this passkey");
  expect(faults.filter((fault) => !fault.startsWith('Failed to load resource: the server responded with a status of 422'))).toEqual([]);
});

test('an organiser needs her passkey after her password', async ({ page }) => {
  await phone(page);
  await signIn(page, service, 'organiser@example.org');
  await addPasskey(page, '');
  await signOut(page);
  await fromMenu(page, 'Sign in');
  await page.getByLabel('Your email address').fill('organiser@example.org');
  await page.getByLabel('Your password').fill('alongside-demo');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Use your passkey to continue' }).waitFor();
  expect(await hindrances(page)).toEqual([]);
  await page.getByRole('button', { name: 'Use my passkey' }).click();
  await page.getByText('You are signed in').first().waitFor();
  await fromMenu(page, 'Your desk');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('she reads that passkeys need them, and goes on with her password', async ({ page }) => {
    await page.goto(service.url);
    await fromMenu(page, 'Sign in');
    await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
    await expect(page.getByText('Passkeys need JavaScript')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Use my passkey' })).toBeHidden();
    await page.getByRole('link', { name: 'Sign in with your password or a link by email' }).click();
    await page.getByLabel('Your email address').fill('parent@example.org');
    await page.getByLabel('Your password').fill('alongside-demo');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('You are signed in').first().waitFor();
  });
});
