// The header, the menu, the foot and search lead a visitor to what she came for, on a phone, with the keyboard, and wide.
import { expect, test } from '@playwright/test';
import { fromMenu, signIn } from './people.mjs';
import { startService } from './service.mjs';

let service;
test.beforeAll(async () => { service = await startService({ demo: true }); });
test.afterAll(() => service?.stop());

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });

    test('every link of the menu and of the foot leads to a page, and the menu opens and closes', async ({ page }) => {
      await page.goto(service.url);
      const menu = page.getByRole('banner').getByText('Menu', { exact: true });
      const links = page.getByRole('navigation', { name: 'Menu' }).getByRole('link');
      await expect(links).toHaveCount(0);
      await menu.click();
      const addresses = await links.evaluateAll((all) => all.map((link) => link.href));
      expect(addresses.length).toBeGreaterThan(6);
      await menu.click();
      await expect(links).toHaveCount(0);
      addresses.push(...await page.getByRole('contentinfo').getByRole('link').evaluateAll((all) => all.map((link) => link.href)));
      for (const address of addresses.filter((one) => one.startsWith('http'))) {
        const answer = await page.goto(address);
        // To propose a topic she is asked to join first.
        expect(answer.status(), address).toBe(address.endsWith('/topics/new') ? 401 : 200);
        await expect(page.getByRole('heading', { level: 1 }), address).toHaveCount(1);
      }
    });

    test('the menu is reached, opened and used with the keyboard', async ({ page }) => {
      await page.goto(service.url);
      for (let nth = 0; nth < 3; nth += 1) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading', { level: 1, name: 'Have your say' })).toBeVisible();
    });

    test('she searches with a slip, finds what was meant, and nothing found leads on', async ({ page }) => {
      await page.goto(service.url);
      await fromMenu(page, 'Search');
      const search = async (words) => {
        await page.getByRole('searchbox').fill(words);
        await page.getByRole('main').getByRole('button', { name: 'Search' }).click();
      };
      await search('occupatoinal');
      await expect(page.getByText('Nothing here says')).toBeVisible();
      await page.getByRole('link', { name: 'Shorter waits for occupational therapy' }).first().click();
      await expect(page.getByRole('heading', { level: 1, name: 'Shorter waits for occupational therapy' })).toBeVisible();
      await fromMenu(page, 'Search');
      await search('xylophone');
      await page.getByRole('link', { name: 'See who can help' }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'Contact us' })).toBeVisible();
      await expect(page.getByRole('main').getByRole('link', { name: '0151' }).first()).toHaveAttribute('href', /^tel:/);
    });
  });
}

test('on a wide screen what people come for is open, and her name opens what is hers', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(service.url);
  for (const name of ['Have your say', 'Changes', 'What happened', 'Plans', 'Search', 'Sign in']) {
    await expect(page.getByRole('banner').getByRole('link', { name, exact: true })).toBeVisible();
  }
  await signIn(page, service, 'parent@example.org');
  await page.getByRole('banner').getByText('Invented Parent').click();
  await page.getByRole('banner').getByRole('link', { name: 'Your emails' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Emails you get' })).toBeVisible();
  await page.getByRole('banner').getByText('Invented Parent').click();
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText('You are signed out')).toBeVisible();
});
