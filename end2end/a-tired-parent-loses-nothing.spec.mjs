// Nothing a parent typed is lost: to a session that ended, to a refusal, to a thumb that taps twice, to a lost signal.
import { expect, test } from '@playwright/test';
import { PASSWORD, signIn } from './people.mjs';
import { startService } from './service.mjs';

const SAID = 'It is loud & “busy” <always>.\n\n  Even early.';

let service;
test.beforeAll(async () => { service = await startService({ demo: true }); });
test.afterAll(() => service?.stop());

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });

    for (const [how, end] of [
      ['she signs out in another tab', async (context) => {
        const other = await context.newPage();
        await other.goto(`${service.url}/account`);
        await other.getByRole('button', { name: 'Sign out', exact: true }).click();
        await expect(other.getByText('You are signed out')).toBeVisible();
      }],
      ['her session ends', (context) => context.clearCookies()],
    ]) {
      test(`${how} while she writes, she signs in, and what she wrote is still there`, async ({ page, context }) => {
        await signIn(page, service, 'parent@example.org');
        await write(page);
        await end(context);
        await page.getByRole('button', { name: 'Check your topic' }).click();
        await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
        await expect(page.getByText('You chose to propose a topic')).toBeVisible();

        await page.getByLabel('Your email address').fill('parent@example.org');
        await page.getByLabel('Your password').fill('not this one');
        await page.getByRole('button', { name: 'Sign in', exact: true }).click();
        await expect(page).toHaveTitle(/^Error: /);
        await expect(page.getByLabel('Your email address')).toHaveValue('parent@example.org');
        await page.getByLabel('Your password').fill(PASSWORD);
        await page.getByRole('button', { name: 'Sign in', exact: true }).click();

        await expect(page.getByRole('heading', { name: 'Check your topic' })).toBeVisible();
        await page.getByRole('button', { name: 'Change something' }).click();
        await stillThere(page);
        await page.getByRole('button', { name: 'Check your topic' }).click();
        await page.getByRole('button', { name: 'Send this topic' }).click();
        await expect(page.getByText('Sent to the forum')).toBeVisible();
      });
    }

    test('what she forgot is named, leads to its field, and the rest is kept', async ({ page }) => {
      await signIn(page, service, 'parent@example.org');
      await write(page);
      await page.getByLabel('What should be planned?').fill('');
      await page.getByLabel('What would help?').fill(' ');
      await page.getByLabel('Early years').uncheck();
      await page.getByRole('button', { name: 'Check your topic' }).click();

      await expect(page).toHaveTitle(/^Error: /);
      const summary = page.getByRole('alert');
      await expect(summary.getByRole('link')).toHaveText(['Say in one line what should be planned', 'Say what would help', 'Choose at least one service, or “Something else”']);
      await expect(page.getByLabel('How are things now?')).toHaveValue(SAID);
      await expect(page.getByLabel('South Sefton')).toBeChecked();
      for (const [what, field] of [
        ['Say in one line what should be planned', page.getByLabel('What should be planned?')],
        ['Say what would help', page.getByLabel('What would help?')],
        ['Choose at least one service, or “Something else”', page.getByRole('group', { name: 'Which services is it about?' }).getByRole('checkbox').first()],
      ]) {
        await summary.getByRole('link', { name: what }).focus();
        await page.keyboard.press('Enter');
        // A link leads a keyboard to where it goes on; a field is then at most one step away.
        await page.keyboard.press('Tab');
        await page.keyboard.press('Shift+Tab');
        await expect(field).toBeFocused();
        await expect(field).toBeInViewport();
      }
      await expect(page.getByLabel('What should be planned?')).toHaveAccessibleDescription(/One line.*Error: Say in one line/);
    });

    test('she looks at a topic like hers, comes back, and what she wrote is still there', async ({ page }) => {
      await signIn(page, service, 'parent@example.org');
      await write(page, 'Health in EHC plans, please');
      await page.getByRole('button', { name: 'Check your topic' }).click();
      await page.getByRole('link', { name: 'Health in EHC plans', exact: true }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'Health in EHC plans' })).toBeVisible();
      await page.goBack();
      await expect(page.getByRole('heading', { name: 'Check your topic' })).toBeVisible();
      await page.getByRole('button', { name: 'Change something' }).click();
      await expect(page.getByLabel('How are things now?')).toHaveValue(SAID);
    });

    test('her thumb taps twice and her topic is sent once', async ({ page }) => {
      await signIn(page, service, 'parent2@example.org');
      const title = `Sent once ${javaScriptEnabled ? 'with' : 'without'} scripts`;
      await write(page, title);
      await page.getByRole('button', { name: 'Check your topic' }).click();
      // The first tap reaches the service and its answer is lost: the browser stays where it is, so she taps again. A
      // double click would not do, since the browser drops the first of two forms sent at once.
      const send = page.getByRole('button', { name: 'Send this topic' });
      let first;
      await page.route('**/topics/new', async (route) => {
        first = (await route.fetch({ maxRedirects: 0 })).status();
        await route.fulfill({ status: 204 });
      }, { times: 1 });
      await send.click();
      await expect.poll(() => first, 'the first tap was taken').toBe(303);
      await send.click();
      await expect(page.getByText('Sent to the forum')).toBeVisible();
      await page.goto(`${service.url}/account`);
      await expect(page.getByRole('link', { name: title })).toHaveCount(1);
    });

    test('she signs in with the keyboard alone', async ({ page }) => {
      await page.goto(`${service.url}/sign-in`);
      await page.keyboard.press('Tab');
      await expect(page.getByRole('link', { name: 'Skip to main content' })).toBeFocused();
      await expect(page.getByRole('link', { name: 'Skip to main content' })).toBeInViewport();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await expect(page.getByLabel('Your email address')).toBeFocused();
      await page.keyboard.type('parent@example.org');
      await page.keyboard.press('Tab');
      await expect(page.getByLabel('Your password')).toBeFocused();
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Enter');
      await expect(page.getByText('You are signed in')).toBeVisible();
    });
  });
}

test('her signal goes while she supports a topic: she is told, and the next tap gets through', async ({ page, context }) => {
  await signIn(page, service, 'parent2@example.org');
  await page.goto(`${service.url}/topics`);
  await page.getByRole('link', { name: 'Health in EHC plans' }).click();
  const give = page.getByRole('button', { name: 'Support this topic' });
  // Before the program is awake the form posts by itself, which would leave the page.
  await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name, responseEnd }) => name.endsWith('.wasm') && responseEnd > 0));
  await page.waitForLoadState('networkidle');
  await context.setOffline(true);
  await give.click();
  await expect(page.getByText("That didn't go through. Try again.")).toBeVisible();
  await context.setOffline(false);
  await give.click();
  await expect(page.getByRole('button', { name: 'Remove my support' })).toBeVisible();
  await expect(page.getByText("That didn't go through")).toBeHidden();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Remove my support' })).toBeVisible();
});

test('her signal goes as she moves on: the page says so in our words, and later she goes on', async ({ page, context }) => {
  await signIn(page, service, 'parent2@example.org');
  await page.goto(`${service.url}/topics`);
  await page.getByRole('link', { name: 'Health in EHC plans' }).click();
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await context.setOffline(true);
  await page.goto(`${service.url}/rounds`);
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
  await context.setOffline(false);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Voting rounds', exact: true })).toBeVisible();
});

async function write(page, title = 'A quiet hour at the library') {
  await page.goto(`${service.url}/topics/new`);
  await page.getByLabel('What should be planned?').fill(title);
  await page.getByLabel('How are things now?').fill(SAID);
  await page.getByLabel('What would help?').fill('One quiet hour a week.');
  await page.getByLabel('Early years').check();
  await page.getByLabel('South Sefton').check();
}

async function stillThere(page) {
  await expect(page.getByLabel('What should be planned?')).toHaveValue('A quiet hour at the library');
  await expect(page.getByLabel('How are things now?')).toHaveValue(SAID);
  await expect(page.getByLabel('What would help?')).toHaveValue('One quiet hour a week.');
  await expect(page.getByLabel('Early years')).toBeChecked();
  await expect(page.getByLabel('South Sefton')).toBeChecked();
  await expect(page.getByLabel('Transport')).not.toBeChecked();
}
