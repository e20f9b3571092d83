// Leaders say that they met parents; parents who were there say so too, by the slip; and the forum can disagree.
import { expect, test } from '@playwright/test';
import { PASSWORD, hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const viewport = { width: 360, height: 740 };

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(180_000);

    test('a parent scans the slip, joins in what the first one said, and the forum says what it knows', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const [leader, phone, organiser, visitor] = await Promise.all([1, 2, 3, 4].map(async () => (await browser.newContext({ javaScriptEnabled, viewport })).newPage()));
        const fine = async (page) => {
          if (!javaScriptEnabled) return;
          expect(await hindrances(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth), 'it fits a phone').toBeLessThanOrEqual(viewport.width);
        };

        // The three of the demonstration: one confirmed, one disputed, one that only leaders say was held.
        await visitor.goto(`${service.url}/plans`);
        await visitor.getByRole('link', { name: 'Weekends and holidays' }).click();
        await expect(visitor.getByText('Confirmed by the forum on')).toBeVisible();
        await expect(visitor.getByText('× The forum disagrees')).toBeVisible();
        await expect(visitor.getByText('○ Leaders say so – not confirmed yet')).toBeVisible();
        await fine(visitor);
        const plan = visitor.url();

        // The leader shows the slip.
        await signIn(leader, service, 'leader@example.org');
        await leader.goto(`${service.url}/lead`);
        await leader.getByRole('link', { name: 'The forum or two parents confirm your planning session: Weekends and holidays' }).click();
        await expect(leader.getByRole('img', { name: 'QR code for the web address below' })).toBeVisible();
        await fine(leader);
        const code = await leader.locator('.qr b').last().innerText();
        await leader.emulateMedia({ media: 'print' });
        await expect(leader.getByRole('heading', { name: 'Were you there?' })).toBeVisible();
        await expect(leader.getByText('Print this page.')).toBeHidden();

        // A parent who is not signed in types the code, presses first, and signs in then.
        await phone.goto(`${service.url}/slips`);
        await phone.getByLabel('The code').fill('7XK2-9QHM-4ETC-0ABD');
        await phone.getByRole('button', { name: 'Continue' }).click();
        await expect(phone.getByRole('alert')).toContainText('Check the code');
        await fine(phone);
        await phone.getByLabel('The code').fill(code.toLowerCase().replaceAll('-', ' '));
        await phone.getByRole('button', { name: 'Continue' }).click();
        await expect(phone.getByRole('heading', { level: 1, name: 'Were you at this planning session?' })).toBeVisible();
        await fine(phone);
        await phone.getByRole('button', { name: 'Yes, I was there' }).click();
        await expect(phone.getByRole('heading', { level: 1 })).toContainText('Join or sign in to say that you were at a planning session');
        await fine(phone);
        await phone.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
        await phone.getByLabel('Your email address').fill('parent@example.org');
        await phone.getByLabel('Your password').fill(PASSWORD);
        await phone.getByRole('button', { name: 'Sign in', exact: true }).click();
        await expect(phone.getByText("We've saved that you were there.")).toBeVisible();
        await expect(phone.getByText('Confirmed by parents who were there on')).toBeVisible();
        await fine(phone);

        // The forum knows more, and both stand.
        await signIn(organiser, service, 'organiser@example.org');
        await organiser.goto(plan);
        await organiser.getByRole('link', { name: 'Say whether this session took place' }).click();
        await organiser.getByRole('button', { name: 'Say that the forum disagrees' }).click();
        await expect(organiser.getByRole('alert')).toContainText('Say what the forum knows about this session');
        await fine(organiser);
        await organiser.getByLabel('What does the forum know about it?').fill('It was a visit, and nothing was planned.');
        await organiser.getByRole('button', { name: 'Say that the forum disagrees' }).click();
        await expect(organiser.getByText('The forum disagrees with the planning session')).toBeVisible();
        await visitor.goto(plan);
        await expect(visitor.getByText('It was a visit, and nothing was planned.')).toBeVisible();
        await expect(visitor.getByText('Confirmed by parents who were there on')).toBeVisible();
        await fine(visitor);
        await visitor.getByRole('link', { name: 'How are we doing on this plan?' }).click();
        await expect(visitor.getByRole('heading', { name: 'Planning sessions with parents' })).toBeVisible();
        await expect(visitor.getByText('Parents who were there confirmed a planning session')).toBeVisible();
        await fine(visitor);

        // The leader hears of it.
        await leader.emulateMedia({ media: 'screen' });
        await leader.goto(`${service.url}/lead`);
        await leader.getByRole('link', { name: 'The forum disagrees with your planning session: Weekends and holidays' }).last().click();
        await expect(leader.getByText('It was a visit, and nothing was planned.')).toBeVisible();
        await fine(leader);
        await leader.getByRole('button', { name: 'I have read this: take it off my desk' }).click();
        await expect(leader.getByText("We've taken it off your desk")).toBeVisible();
      } finally {
        await service.stop();
      }
    });
  });
}
