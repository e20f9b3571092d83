// A leader plans with parents: held at the gate, told why, let through when every point holds; or past it, for all to see.
import { expect, test } from '@playwright/test';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const TOPIC = 'Drop-ins for parents at every high school';
const REASON = 'The money is lost at the end of the month unless a plan is handed in, and parents will be asked about the rest in spring.';

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(240_000);

    test('a leader is held at the gate, involves parents, publishes, and those who asked are told', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const [leader, organiser, visitor] = await Promise.all([1, 2, 3].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage()));
        const fine = async (page) => { if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]); };
        await signIn(leader, service, 'leader@example.org');
        await signIn(organiser, service, 'organiser@example.org');

        const plan = await register(leader, service, 'Drop-ins at schools', fine);
        await fine(leader);
        const draft = await putInDraft(leader, plan, fine);

        // Held, and told why.
        await leader.getByRole('button', { name: 'Publish this draft' }).click();
        await expect(leader.getByRole('alert')).toContainText('Not ready to publish');
        await expect(leader.getByText('Leaders add the topics.')).toBeVisible();
        await expect(leader.getByText('Someone at the forum writes it.')).toBeVisible();
        await fine(leader);
        expect((await visitor.goto(`${plan}/drafts/1`)).status(), 'nobody else sees the draft').toBe(404);

        // What is missing is made good, by those who can.
        await leader.goto(plan);
        await leader.getByRole('link', { name: 'Add topics parents asked for' }).click();
        await leader.getByLabel('Search topics').fill('drop-ins');
        await leader.getByRole('button', { name: 'Search', exact: true }).click();
        await leader.getByLabel(TOPIC).check();
        await fine(leader);
        await leader.getByRole('button', { name: 'Add these topics to the plan' }).click();
        await expect(leader.getByText('The topics are added to the plan')).toBeVisible();
        await leader.getByRole('link', { name: 'Record a planning session' }).click();
        await leader.getByLabel('The day it was held').fill('2026-11-01');
        await leader.getByLabel('Where', { exact: true }).fill('Online');
        await leader.getByLabel('How many parents and carers took part?').fill('12');
        await leader.getByLabel('How many others took part?').fill('3');
        await leader.getByLabel('What was decided').fill('One afternoon a month at each school.');
        await leader.getByLabel('Everyone').check();
        await fine(leader);
        await leader.getByRole('button', { name: 'Record this session' }).click();
        await expect(leader.getByText('With 12 parents and fewer than 10 others')).toBeVisible();
        await organiser.goto(`${service.url}/forum`);
        await organiser.getByRole('link', { name: "Write the forum's statement on Drop-ins at schools" }).click();
        await organiser.getByLabel('What the forum says').fill('Parents chose this, and planned it with the council.');
        await fine(organiser);
        await organiser.getByRole('button', { name: 'Publish this statement' }).click();
        await expect(organiser.getByText("The forum's statement is published")).toBeVisible();

        // Each topic is answered in the draft before it is published.
        await leader.goto(draft);
        await leader.getByRole('button', { name: 'Publish this draft' }).click();
        await expect(leader.getByRole('alert')).toContainText("Answer the topic that hasn't been answered yet");
        await leader.getByRole('link', { name: TOPIC }).click();
        await leader.getByLabel('It is in the draft, as parents asked').check();
        await leader.getByLabel('Where, how or why not').fill('It is the first point of the draft.');
        await fine(leader);
        await leader.getByRole('button', { name: 'Save this answer' }).click();
        await expect(leader.getByText('✓ Ready to publish.')).toBeVisible();
        await leader.getByRole('button', { name: 'Publish this draft' }).click();
        await expect(leader.getByText('The draft is published')).toBeVisible();
        await fine(leader);

        // Those who asked for it are told, and everyone can read it.
        const email = await service.emailTo('family1@example.org', 'A new draft answers your topic: Drop-ins at schools');
        expect(email.text).toContain(`“${TOPIC}” is in the draft, as parents asked. It is the first point of the draft.`);
        await visitor.goto(email.link);
        await expect(visitor.getByRole('heading', { name: 'Every school' })).toBeVisible();
        await expect(visitor.getByText('✓ In the draft, as parents asked')).toBeVisible();
        await visitor.goto(plan);
        await expect(visitor.getByText('The forum wrote its statement')).toBeVisible();
        await fine(visitor);
      } finally {
        await service.stop();
      }
    });

    test('a leader goes ahead without involving parents, in two steps, and everyone can always see it', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const [leader, visitor] = await Promise.all([1, 2].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage()));
        await signIn(leader, service, 'leader@example.org');
        const plan = await register(leader, service, 'In a hurry', async () => {});
        await putInDraft(leader, plan, async () => {});
        await leader.getByText('We have to publish it anyway').click();
        await leader.getByRole('link', { name: 'Go ahead without involving parents as agreed' }).click();
        await leader.getByLabel('Who is responsible for this').fill('An Invented Officer, director');
        await leader.getByLabel("Why parents can't be involved first").fill('We are in a hurry.');
        await leader.getByRole('button', { name: 'Continue' }).click();
        await expect(leader.getByRole('alert')).toContainText('Say more about why');
        await leader.getByLabel("Why parents can't be involved first").fill(REASON);
        await leader.getByRole('button', { name: 'Continue' }).click();
        await expect(leader.getByRole('heading', { name: 'Check this: everyone will see it' })).toBeVisible();
        if (javaScriptEnabled) expect(await hindrances(leader)).toEqual([]);
        await leader.getByRole('button', { name: 'Go ahead', exact: true }).click();
        await leader.getByRole('button', { name: 'Publish this draft' }).click();
        await expect(leader.getByText('The draft is published')).toBeVisible();
        for (const page of [plan, `${plan}/drafts/1`]) {
          await visitor.goto(page);
          await expect(visitor.getByText('Draft 1 was published before parents had been involved')).toBeVisible();
          await expect(visitor.getByText(REASON)).toBeVisible();
        }
      } finally {
        await service.stop();
      }
    });
  });
}

/** Registers a plan; its address. */
async function register(leader, service, title, fine) {
  await leader.goto(`${service.url}/lead`);
  await leader.getByRole('link', { name: 'Register a plan' }).click();
  await leader.getByRole('button', { name: 'Check this plan' }).click();
  await expect(leader.getByRole('alert')).toContainText('Give the plan a title');
  await fine(leader);
  await leader.getByLabel('Title').fill(title);
  await leader.getByLabel('What will be planned').fill('Where parents can ask.');
  await leader.getByLabel('Sefton Council').check();
  await leader.getByLabel('SENDIASS').check();
  await leader.getByLabel('When should it be ready?').fill('2030-06-30');
  await leader.getByRole('button', { name: 'Check this plan' }).click();
  await leader.getByRole('button', { name: 'Register this plan' }).click();
  await expect(leader.getByText('The plan is registered')).toBeVisible();
  return leader.url().split('?')[0];
}

/** Submits a draft; the address where it is published. */
async function putInDraft(leader, plan, fine) {
  await leader.goto(plan);
  await leader.getByRole('link', { name: 'Submit a draft' }).click();
  await expect(leader.getByText('If you submit a draft now')).toBeVisible();
  await leader.getByLabel('A summary in plain words').fill('Drop-ins at each high school from spring.');
  await leader.getByLabel('The text').fill('# Every school\n\n* One afternoon a month.');
  await fine(leader);
  await leader.getByRole('button', { name: 'Submit this draft' }).click();
  await expect(leader.getByRole('heading', { level: 1, name: 'Draft 1' })).toBeVisible();
  return leader.url();
}
