// A family asks to be told, a leader writes of a change, a colleague approves it, and the email is there before the day.
import { expect, test } from '@playwright/test';
import { acceptInvitation, hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const DAY = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(300_000);

    test('she subscribes, a leader writes, a colleague approves, the email comes, she reads it, a correction reaches her, and one click stops it', async ({ browser, request }) => {
      const service = await startService({ demo: true });
      try {
        const [family, leader, colleague] = await Promise.all([1, 2, 3].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage()));
        const fine = async (page) => { if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]); };

        // She asks from the page of a change like those she minds, and confirms by the email.
        await family.goto(`${service.url}/notices`);
        await family.getByRole('link', { name: 'The route 5 school bus will come 15 minutes earlier' }).click();
        await family.getByRole('link', { name: 'Get told about changes like this' }).click();
        await expect(family.getByLabel('Transport')).toBeChecked();
        await family.getByLabel('Autism support').check();
        await family.getByLabel('Your email address').fill('family@example.org');
        await fine(family);
        await family.getByRole('button', { name: 'Email me about changes' }).click();
        await expect(family.getByRole('heading', { name: 'Check your email' })).toBeVisible();
        await family.goto((await service.emailTo('family@example.org', 'Confirm')).link);
        await fine(family);
        await family.getByRole('button', { name: 'Yes, email me' }).click();
        await expect(family.getByRole('button', { name: 'Stop Transport in South Sefton' })).toBeVisible();
        await fine(family);

        // A leader writes, and sees it as parents will; a colleague approves it.
        await signIn(leader, service, 'leader@example.org');
        service.command('invite', 'colleague@example.org', '--role', 'leader', '--organisation', 'Sefton Council');
        await acceptInvitation(colleague, service, 'colleague@example.org');
        await leader.goto(`${service.url}/lead`);
        await leader.getByRole('link', { name: 'Write a change notice' }).click();
        await write(leader);
        await fine(leader);
        await leader.getByRole('button', { name: 'Preview' }).click();
        await expect(leader.getByText('Saved', { exact: true })).toBeVisible();
        await expect(leader.getByRole('heading', { name: 'Who will be told' })).toBeVisible();
        await expect(leader.getByText('A colleague must approve this before anyone is told.')).toBeVisible();
        await fine(leader);
        await colleague.goto(`${service.url}/lead`);
        await colleague.getByRole('link', { name: 'Approve the change notice: Route 7 stops at the library' }).click();
        await fine(colleague);
        await colleague.getByRole('button', { name: 'Approve this notice' }).click();

        // The email says what to do, and she says that she has read it.
        const email = await service.emailTo('family@example.org', 'Route 7 stops at the library');
        expect(email.text).toContain('What you need to do: Wait at the library from that day on.');
        await family.goto(email.text.split(/\s+/).find((word) => word.includes('/read/')));
        await fine(family);
        await family.getByRole('button', { name: 'I have read this' }).click();
        await expect(family.getByText('Thank you')).toBeVisible();
        await fine(family);
        await family.getByRole('link', { name: 'Route 7 stops at the library' }).click();
        await expect(family.getByRole('heading', { name: 'What you need to do' })).toBeVisible();
        await fine(family);

        // The hour was wrong: the correction reaches her too, and the old page says so.
        const told = family.url();
        await leader.goto(told);
        await leader.getByRole('link', { name: 'Correct this notice' }).click();
        await fine(leader);
        await leader.getByLabel('What has changed since people were told').fill('It stops at the town hall, not at the library.');
        await leader.getByLabel('The change in one line').fill('Route 7 stops at the town hall');
        await leader.getByRole('button', { name: 'Preview' }).click();
        await colleague.goto(`${service.url}/lead`);
        await colleague.getByRole('link', { name: 'Approve the change notice: Route 7 stops at the town hall' }).click();
        await fine(colleague);
        await colleague.getByRole('button', { name: 'Approve this notice' }).click();
        const corrected = await service.emailTo('family@example.org', 'Corrected:');
        expect(corrected.text).toContain('It stops at the town hall, not at the library.');
        await family.goto(told);
        await expect(family.getByText('This has been corrected. Please read the correction instead.')).toBeVisible();
        await fine(family);
        await family.getByRole('link', { name: 'Read the correction' }).click();
        await expect(family.getByRole('heading', { name: 'What has changed' })).toBeVisible();
        await fine(family);

        // She asks, and the answer comes to her.
        await family.getByRole('link', { name: 'Ask about this change' }).click();
        await family.getByLabel('Your question').fill('Which side of the road?');
        await family.getByLabel('Your email address').fill('family@example.org');
        await fine(family);
        await family.getByRole('button', { name: 'Send my question' }).click();
        await expect(family.getByText("We've sent your question")).toBeVisible();
        await leader.goto(`${service.url}/lead`);
        await leader.getByRole('link', { name: 'Answer questions about: Route 7 stops at the town hall' }).click();
        await leader.getByLabel('Which side of the road?').check();
        await leader.getByLabel('The question, as everyone will read it').fill('On which side of the road does it stop?');
        await leader.getByLabel('The answer', { exact: true }).fill('On the side of the town hall.');
        await fine(leader);
        await leader.getByRole('button', { name: 'Publish the answer' }).click();
        expect((await service.emailTo('family@example.org', 'Your question about')).text).toContain('On the side of the town hall.');

        // Its header stops such emails with one click.
        expect(email.headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
        const oneClick = email.headers['list-unsubscribe'].slice(1, -1);
        for (let tap = 0; tap < 2; tap++) {
          const answer = await request.post(oneClick, { form: { 'List-Unsubscribe': 'One-Click' }, maxRedirects: 0 });
          expect(answer.status()).toBe(200);
        }
        await family.goto(oneClick.replace('/unsubscribe/', '/subscriptions/'));
        await expect(family.getByRole('button', { name: 'Stop Autism support in South Sefton' })).toBeVisible();
        await expect(family.getByRole('button', { name: 'Stop Transport in South Sefton' })).toHaveCount(0);
        await family.getByRole('button', { name: 'Stop Autism support in South Sefton' }).click();
        await expect(family.getByText("You don't get any emails about changes now.")).toBeVisible();
      } finally {
        await service.stop();
      }
    });

    test('a change that takes something away waits until a leader has signed who it affects, and then everyone reads that', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const [leader, colleague, visitor] = await Promise.all([1, 2, 3].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage()));
        const fine = async (page) => { if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]); };
        await signIn(leader, service, 'leader@example.org');
        service.command('invite', 'colleague@example.org', '--role', 'leader', '--organisation', 'Sefton Council');
        await acceptInvitation(colleague, service, 'colleague@example.org');
        await leader.goto(`${service.url}/lead`);
        await leader.getByRole('link', { name: 'Write a change notice' }).click();
        await write(leader);
        const takes = leader.getByRole('group', { name: 'Does it end or reduce a service' });
        await takes.getByLabel('No', { exact: true }).uncheck();
        await takes.getByLabel('It reduces a service').check();
        await leader.getByRole('button', { name: 'Preview' }).click();
        await fine(leader);

        // A colleague can't approve it yet.
        await colleague.goto(`${service.url}/lead`);
        await colleague.getByRole('link', { name: 'Approve the change notice: Route 7 stops at the library' }).click();
        await colleague.getByRole('button', { name: 'Approve this notice' }).click();
        await expect(colleague.getByText('Say first who it affects, and whether it is fair to everyone').first()).toBeVisible();
        await fine(colleague);

        // The leader says who it affects, and signs.
        await leader.getByRole('link', { name: 'Say who it affects, and whether it is fair' }).click();
        await fine(leader);
        await leader.getByLabel('Who is affected?').fill('Children who can not walk from the library.');
        await leader.getByLabel('Disability').check();
        await leader.getByLabel('How do you know?').fill('We asked the school.');
        await leader.getByLabel('How many people are in each group?').fill('Children on route 7; 40');
        await leader.getByLabel('What do you do about it?').fill('A taxi takes them from the library to the gate.');
        await leader.getByLabel('When will you look at this again?').fill(DAY(100));
        await leader.getByLabel('Who signs it: full name and job title').fill('An Invented Officer, head of transport');
        await leader.getByRole('button', { name: 'Continue' }).click();
        await leader.getByRole('button', { name: 'Sign and publish it' }).click();
        await expect(leader.getByText('It is signed', { exact: true })).toBeVisible();
        await colleague.goto(`${service.url}/lead`);
        await colleague.getByRole('link', { name: 'Approve the change notice: Route 7 stops at the library' }).click();
        const notice = colleague.url().replace('/lead/', '/');
        await colleague.getByRole('button', { name: 'Approve this notice' }).click();

        // Everyone reads it on the page of the change.
        await expect(async () => {
          await visitor.goto(notice);
          await expect(visitor.getByRole('heading', { name: 'Is it fair to everyone?' })).toBeVisible({ timeout: 1_000 });
        }).toPass({ timeout: 60_000 });
        await fine(visitor);
        await visitor.getByRole('link', { name: 'Who this affects, and what is done about it' }).click();
        await expect(visitor.getByText('A taxi takes them from the library to the gate.')).toBeVisible();
        await fine(visitor);
      } finally {
        await service.stop();
      }
    });
  });
}

async function write(leader) {
  await leader.getByLabel('The change in one line').fill('Route 7 stops at the library');
  await leader.getByLabel('What is changing').fill('The bus on route 7 stops at the library and no longer at the school gate.');
  await leader.getByLabel('Transport').check();
  await leader.getByLabel('South Sefton').check();
  await leader.getByLabel('The day it starts').fill(DAY(30));
  await leader.getByLabel('That day', { exact: true }).check();
  await leader.getByLabel('Yes, it has been decided').check();
  await leader.getByLabel('The day it was decided').fill(DAY(-3));
  await leader.getByLabel('Why it is changing').fill('The road at the gate is closed.');
  await leader.getByLabel('Who this affects').fill('Children on route 7');
  await leader.getByLabel('What families need to do').fill('Wait at the library from that day on.');
  await leader.getByRole('group', { name: 'legally entitled' }).getByLabel('No', { exact: true }).check();
  await leader.getByRole('group', { name: 'Does it end or reduce a service' }).getByLabel('No', { exact: true }).check();
  await leader.getByLabel('Who families can ask').fill('The school transport team');
  await leader.getByLabel('Their phone number').fill('01234 567 890');
}
