// A plan ends in a decision: held until it answers what parents said, or past that for all to see; and one that came too early.
import { expect, test } from '@playwright/test';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const REASON = 'The cabinet meets once before the end of the year, and the money for the new hours would be lost for every family.';

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(240_000);

    test('a leader says what was decided, and everyone reads what it answers and what it does not', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const phone = { javaScriptEnabled, viewport: { width: 360, height: 740 } };
        const [leader, visitor] = await Promise.all([1, 2].map(async () => (await browser.newContext(phone)).newPage()));
        const fine = async (page) => {
          const widths = await page.locator('html').evaluate((html) => [html.scrollWidth, html.clientWidth]);
          expect(widths[0], 'it fits a phone').toBeLessThanOrEqual(widths[1]);
          if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]);
        };

        // What the demonstration has: one that answers each thing, and one that was early.
        await visitor.goto(`${service.url}/record`);
        await expect(visitor.getByText('× Decided before the consultation on it had closed')).toBeVisible();
        await fine(visitor);
        await visitor.goto(`${service.url}/plans`);
        await visitor.getByRole('link', { name: 'Shorter waits for occupational therapy' }).click();
        await visitor.getByRole('link', { name: 'What it says about each topic, and about what parents said' }).click();
        await expect(visitor.getByText('× Decided not to do it')).toBeVisible();
        await expect(visitor.getByRole('link', { name: 'One person to ring' })).toBeVisible();
        await fine(visitor);
        await visitor.goto(`${service.url}/plans`);
        await visitor.getByRole('link', { name: 'Shorter waits for occupational therapy' }).click();
        await visitor.getByRole('link', { name: 'Who this affects, and what is done about it' }).click();
        await expect(visitor.getByText('Age, Disability')).toBeVisible();
        await fine(visitor);
        await visitor.goto(`${service.url}/plans`);
        await visitor.getByRole('link', { name: 'Support after a diagnosis of autism' }).click();
        await expect(visitor.getByText('This was decided before the consultation on it had closed.')).toBeVisible();
        await fine(visitor);

        await signIn(leader, service, 'leader@example.org');
        await leader.goto(`${service.url}/plans`);
        await leader.getByRole('link', { name: 'Weekends and holidays' }).click();
        const plan = leader.url();
        await leader.getByRole('link', { name: 'Write the decision' }).click();
        await leader.getByRole('button', { name: 'Save the decision' }).click();
        await expect(leader.getByRole('alert')).toContainText('Say which body decided it');
        await fine(leader);
        await leader.getByLabel('What was decided').fill('The sensory room will open on Saturdays.');
        await leader.getByLabel('Which body decided it?').fill('The cabinet');
        await leader.getByLabel('When was it decided?').fill('2026-11-01');
        await leader.getByLabel('Link to the paper of that body').fill('https://www.example.org/cabinet.pdf');
        await leader.getByRole('button', { name: 'Save the decision' }).click();
        await fine(leader);
        await leader.getByRole('button', { name: 'Publish the decision' }).click();
        await expect(leader.getByRole('alert')).toContainText("that haven't been answered yet");
        await leader.getByRole('link', { name: 'A sensory room that is open at weekends' }).click();
        await leader.getByLabel('It will be done, with changes').check();
        await leader.getByLabel('How, by when, or why not').fill('On Saturdays first.');
        await fine(leader);
        await leader.getByRole('button', { name: 'Save this answer' }).click();
        await expect(leader.getByText('◐ Decided, with changes')).toBeVisible();

        // Who it affects, with no number from which somebody could be found.
        await leader.getByRole('link', { name: 'Say who it affects, and whether it is fair' }).click();
        await leader.getByLabel('Who is affected?').fill('Children who come on Saturdays.');
        await leader.getByLabel('Disability').check();
        await leader.getByLabel('How do you know?').fill('We counted for a month.');
        await leader.getByLabel('How many people are in each group?').fill('Children who come on Saturdays; 9');
        await leader.getByLabel('What do you do about it?').fill('A quiet hour.');
        await leader.getByLabel('When will you look at this again?').fill('2028-06-30');
        await leader.getByLabel('Who signs it').fill('An Invented Officer, director');
        await leader.getByRole('button', { name: 'Continue' }).click();
        await expect(leader.getByRole('alert')).toContainText('With fewer than ten people');
        await fine(leader);
        await leader.getByLabel('How many people are in each group?').fill('Children who come on Saturdays; 40');
        await leader.getByRole('button', { name: 'Continue' }).click();
        await fine(leader);
        await leader.getByRole('button', { name: 'Sign and publish it' }).click();
        await expect(leader.getByText('It is signed and published')).toBeVisible();
        await leader.getByRole('link', { name: 'Publish the decision' }).click();

        // The other topic stays unanswered, and no draft is published: by name, and for good.
        await leader.getByText('We have to publish it anyway').click();
        await leader.getByRole('link', { name: 'Go ahead without what is missing' }).click();
        await leader.getByLabel('Who is responsible for this').fill('An Invented Officer, director');
        await leader.getByLabel("Why this can't wait").fill(REASON);
        await fine(leader);
        await leader.getByRole('button', { name: 'Continue' }).click();
        await fine(leader);
        await leader.getByRole('button', { name: 'Go ahead', exact: true }).click();
        await leader.getByRole('button', { name: 'Publish the decision' }).click();
        await expect(leader.getByText('The decision is published')).toBeVisible();
        await fine(leader);
        for (const page of [plan, `${plan}/decision`]) {
          await visitor.goto(page);
          await expect(visitor.getByText('The decision was published without a published draft of the plan, without an answer to every topic parents asked for.')).toBeVisible();
          await expect(visitor.getByText(REASON)).toBeVisible();
        }
        await expect(visitor.getByText('○ Not answered')).toBeVisible();
        await fine(visitor);
      } finally {
        await service.stop();
      }
    });
  });
}
