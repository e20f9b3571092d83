// A family asks to be told, a leader writes of a change, a colleague approves it, and the letter is there before the day.
import { expect, test } from '@playwright/test';
import { acceptInvitation, hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const DAY = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(180_000);

    test('she subscribes, a leader writes, a colleague approves, the letter comes, and one click stops it', async ({ browser, request }) => {
      const service = await startService({ demo: true });
      try {
        const [family, leader, colleague] = await Promise.all([1, 2, 3].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage()));
        const fine = async (page) => { if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]); };

        // She asks from the page of a change like those she minds, and confirms by the letter.
        await family.goto(`${service.url}/notices`);
        await family.getByRole('link', { name: 'Route 5 to school comes fifteen minutes earlier' }).click();
        await family.getByRole('link', { name: 'Be told of changes like this' }).click();
        await expect(family.getByLabel('Transport')).toBeChecked();
        await family.getByLabel('Autism support').check();
        await family.getByLabel('Your email address').fill('family@example.org');
        await fine(family);
        await family.getByRole('button', { name: 'Tell me' }).click();
        await expect(family.getByRole('heading', { name: 'Look in your email' })).toBeVisible();
        await family.goto((await service.letterTo('family@example.org', 'Confirm')).link);
        await fine(family);
        await family.getByRole('button', { name: 'Yes, write to me' }).click();
        await expect(family.getByRole('button', { name: 'Stop Transport in South Sefton' })).toBeVisible();
        await fine(family);

        // A leader writes, and sees it as parents will; a colleague approves it.
        await signIn(leader, service, 'leader@example.org');
        service.command('invite', 'colleague@example.org', '--role', 'leader');
        await acceptInvitation(colleague, service, 'colleague@example.org');
        await leader.goto(`${service.url}/lead`);
        await leader.getByRole('link', { name: 'Write a notice' }).click();
        await write(leader);
        await fine(leader);
        await leader.getByRole('button', { name: 'Look at it as parents will' }).click();
        await expect(leader.getByText('The notice is kept')).toBeVisible();
        await expect(leader.getByRole('heading', { name: 'Who would be told' })).toBeVisible();
        await expect(leader.getByText('A colleague approves it, before anyone is told.')).toBeVisible();
        await fine(leader);
        await colleague.goto(`${service.url}/lead`);
        await colleague.getByRole('link', { name: 'Approve the notice: Route 7 stops at the library' }).click();
        await fine(colleague);
        await colleague.getByRole('button', { name: 'Approve it' }).click();

        // The letter says what to do; its link leads to the page, and its header stops it with one click.
        const letter = await service.letterTo('family@example.org', 'Route 7 stops at the library');
        expect(letter.text).toContain('What you must do: Wait at the library from that day on.');
        await family.goto(letter.link);
        await expect(family.getByRole('heading', { name: 'What you must do' })).toBeVisible();
        await fine(family);
        expect(letter.headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
        const oneClick = letter.headers['list-unsubscribe'].slice(1, -1);
        for (let tap = 0; tap < 2; tap++) {
          const answer = await request.post(oneClick, { form: { 'List-Unsubscribe': 'One-Click' }, maxRedirects: 0 });
          expect(answer.status()).toBe(200);
        }
        await family.goto(oneClick.replace('/unsubscribe/', '/subscriptions/'));
        await expect(family.getByRole('button', { name: 'Stop Autism support in South Sefton' })).toBeVisible();
        await expect(family.getByRole('button', { name: 'Stop Transport in South Sefton' })).toHaveCount(0);
        await family.getByRole('button', { name: 'Stop Autism support in South Sefton' }).click();
        await expect(family.getByText('We tell you of no changes now.')).toBeVisible();
      } finally {
        await service.stop();
      }
    });
  });
}

async function write(leader) {
  await leader.getByLabel('The change in one line').fill('Route 7 stops at the library');
  await leader.getByLabel('What changes').fill('The bus on route 7 stops at the library and no longer at the school gate.');
  await leader.getByLabel('Transport').check();
  await leader.getByLabel('South Sefton').check();
  await leader.getByLabel('The day it takes effect').fill(DAY(30));
  await leader.getByLabel('From a day').check();
  await leader.getByLabel('It is decided').check();
  await leader.getByLabel('The day it was decided').fill(DAY(-3));
  await leader.getByLabel('Why', { exact: true }).fill('The road at the gate is closed.');
  await leader.getByLabel('Who is affected').fill('Children on route 7');
  await leader.getByLabel('What families must do').fill('Wait at the library from that day on.');
  await leader.getByLabel('No', { exact: true }).check();
  await leader.getByLabel('Whom families can ask').fill('The school transport team');
  await leader.getByLabel('Their telephone number').fill('01234 567 890');
}
