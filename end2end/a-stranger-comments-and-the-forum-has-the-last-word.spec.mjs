// Somebody comments on the Local Offer without an account and names somebody: the forum takes that out, the council answers and
// promises, and the forum says whether it was done. A year of it is one page, and one table.
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const DAY = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const EMAIL = 'stranger@example.org';
const SENT = 'The map of groups names Mrs Makebelieve, who left last year.';
const INSTEAD = 'The map of groups names [a name], who left last year.';

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(300_000);

    test('a stranger comments, the forum takes a name out, the council promises, and the forum says it was done', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const people = [1, 2, 3].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage());
        const [stranger, organiser, leader] = await Promise.all(people);
        const fine = async (page) => {
          if (!javaScriptEnabled) return;
          expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), page.url()).toBe(true);
          expect(await hindrances(page), page.url()).toEqual([]);
        };

        await stranger.goto(service.url);
        await stranger.getByRole('link', { name: 'Local Offer', exact: true }).first().click();
        await stranger.getByRole('link', { name: 'Comment without an account' }).click();
        await stranger.getByLabel('The comment').fill(SENT);
        await stranger.getByRole('button', { name: 'Send my comment' }).click();
        await expect(stranger.getByText('There is a problem')).toBeVisible();
        await expect(stranger.getByLabel('The comment')).toHaveValue(SENT);
        await fine(stranger);
        await stranger.getByLabel('How it was written, and how it is updated').check();
        await stranger.getByLabel('A young person').check();
        await stranger.getByLabel('Your email address, if you want the answer by email').fill(EMAIL);
        await stranger.getByRole('button', { name: 'Send my comment' }).click();
        await expect(stranger.getByRole('heading', { name: 'Check your email' })).toBeVisible();
        await fine(stranger);
        await stranger.goto((await service.emailTo(EMAIL, 'Shall we email you the answer')).link);
        await stranger.getByRole('button', { name: 'Yes, email me the answer' }).click();
        await expect(stranger.getByRole('heading', { name: 'We will email you the answer' })).toBeVisible();
        await fine(stranger);

        await signIn(organiser, service, 'organiser@example.org');
        await organiser.goto(`${service.url}/forum`);
        await organiser.getByRole('link', { name: 'Comments on the Local Offer to check', exact: true }).first().click();
        await organiser.getByRole('link', { name: /The map of groups/ }).click();
        await organiser.getByLabel('Publish it without the words that name someone').check();
        await organiser.getByLabel('If it names someone: what people will read instead').fill(INSTEAD.replace('left', 'never left'));
        await organiser.getByRole('button', { name: 'Save this decision' }).click();
        await expect(organiser.getByText('Only take words out').first()).toBeVisible();
        await fine(organiser);
        await organiser.getByLabel('If it names someone: what people will read instead').fill(INSTEAD);
        await organiser.getByRole('button', { name: 'Save this decision' }).click();
        await expect(organiser.getByRole('heading', { name: 'Comments to check' })).toBeVisible();
        await expect(organiser.getByText('Published without the words you took out')).toBeVisible();
        const published = await service.emailTo(EMAIL, 'published your comment');
        expect(published.text).not.toContain('Makebelieve');
        await stranger.goto(published.link);
        await expect(stranger.getByText(INSTEAD)).toBeVisible();
        await expect(stranger.getByText('Makebelieve')).toHaveCount(0);
        await fine(stranger);

        await signIn(leader, service, 'leader@example.org');
        await leader.goto(`${service.url}/lead/local-offer`);
        await leader.getByRole('link', { name: /The map of groups/ }).click();
        await leader.getByLabel('Your answer').fill('Thank you. The map should name teams.');
        await leader.getByRole('radio', { name: 'Something will be done' }).check();
        await leader.getByLabel('If something will be done: what?').fill('The map will name teams.');
        await leader.getByRole('button', { name: 'Check your answer' }).click();
        await expect(leader.getByText('Say by which day it will be done').first()).toBeVisible();
        await fine(leader);
        await leader.getByLabel('By when?').fill(DAY(20));
        await leader.getByRole('button', { name: 'Check your answer' }).click();
        await expect(leader.getByRole('heading', { name: 'Check your answer' })).toBeVisible();
        await fine(leader);
        await leader.getByRole('button', { name: 'Publish the answer' }).click();
        await expect(leader.getByText('We will email it to whoever wrote the comment')).toBeVisible();
        const answered = await service.emailTo(EMAIL, 'has been answered');
        expect(answered.text).toContain('The map will name teams.');

        await organiser.goto(published.link);
        await organiser.getByRole('link', { name: 'Say if what was promised was done' }).click();
        await expect(organiser.getByText(/Until that day is over you can only say that it was done/)).toBeVisible();
        await expect(organiser.getByLabel('No, this was not done')).toHaveCount(0);
        await fine(organiser);
        await organiser.getByLabel('Yes, this was done').check();
        await organiser.getByRole('textbox', { name: 'What parents have found' }).fill('It names teams now.');
        await organiser.getByRole('button', { name: 'Publish what the forum found' }).click();
        await expect(organiser.getByText('The forum says this was done')).toBeVisible();
        expect((await service.emailTo(EMAIL, 'was done')).text).toContain('It names teams now.');

        await stranger.goto(`${service.url}/local-offer`);
        await stranger.getByRole('link', { name: /All comments and answers from/ }).click();
        await expect(stranger.getByRole('heading', { name: 'How it was written, and how it is updated' })).toBeVisible();
        for (const words of [INSTEAD, 'It names teams now.']) await expect(stranger.getByText(words)).toBeVisible();
        await fine(stranger);
        const download = stranger.waitForEvent('download');
        await stranger.getByRole('link', { name: 'Save it as a table (CSV)' }).click();
        const table = readFileSync(await (await download).path(), 'utf8');
        expect(table).toContain('The map will name teams.');
        expect(table).not.toContain('Makebelieve');
      } finally {
        await service.stop();
      }
    });
  });
}
