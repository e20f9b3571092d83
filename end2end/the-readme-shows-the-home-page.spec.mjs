// The pictures in the README tell the demonstration's story, from its home page on; those in the guides show what people see at
// their desks. UPDATE_PICTURES=1 makes them anew; without it they are left alone, since their dates move, and only what they must show
// is looked for.
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { acceptInvitation, signIn } from './people.mjs';
import { startService } from './service.mjs';

const picture = (name) => (process.env.UPDATE_PICTURES === '1' ? { path: join(import.meta.dirname, `../docs/${name}.png`) } : {});
const MOST_BYTES = 120_000;

/** What comes after home: the list it is in, its link there, the heading that the picture begins with, what it shows. */
const STORY = [
  { name: 'round', list: '/rounds', link: 'Round 1', heading: 'The shortlist', shows: 'Someone to talk to in the north' },
  { name: 'plan', list: '/plans', link: 'An autism pathway for Sefton', heading: 'An autism pathway for Sefton', shows: 'Every topic was open for at least 14 days' },
  { name: 'change', list: '/notices?show=lately', link: 'The route 12 school bus will come 20 minutes later', heading: 'How many people were told before it started', shows: 'South Sefton' },
  { name: 'you-said-we-did', list: '/updates', link: 'The sensory room is closed', heading: 'You said', shows: 'It was closed on three of the five Saturdays' },
];

/** The guides have many: each is smaller. */
const MOST_BYTES_IN_A_GUIDE = 80_000;
const ORGANISER = 'organiser@example.org';

/** Whose desk it is, how many days on, which links are followed and what is pressed from there, what the picture begins with and shows. */
const GUIDES = [
  { name: 'organisers-desk', who: ORGANISER, follow: [], begins: /^Waiting for you: /, shows: /^(Check|Write|Read|Say|Tell) / },
  { name: 'check-topic', who: ORGANISER, follow: ['Check the topic: Hearing tests after nursery age'], begins: 'What should happen to this topic?', shows: 'Publish it as it is' },
  { name: 'questions', who: ORGANISER, follow: ["All the forum's consultations", 'After a diagnosis of autism: what helps?'], press: 'Copy this consultation', begins: 'The questions', shows: /^Undo$/ },
  { name: 'shortlist', days: 33, who: ORGANISER, follow: [/^Confirm the shortlist for /], begins: 'Confirm the shortlist', shows: 'Which topics should be planned?' },
  { name: 'read-answers', days: 33, who: ORGANISER, follow: [/^Read the answers: /, /better/], begins: 'Themes', shows: 'Add this theme' },
  { name: 'leaders-desk', who: 'leader@example.org', follow: [], begins: /^Waiting for you: /, shows: /^(Say what happened|Answer|Approve)/ },
  { name: 'say-what-happened', who: 'leader@example.org', follow: [/^Say what happened: /], begins: 'Say what happened', shows: 'You said' },
  { name: 'safeguarding-desk', who: ORGANISER, follow: ['Safeguarding desk'], begins: 'Safeguarding desk', shows: 'Read a topic' },
  { name: 'passed-on', who: ORGANISER, follow: ['Safeguarding desk', 'Read a topic'], begins: 'What would help', shows: 'What was done' },
  { name: 'invite', who: 'admin@example.org', follow: ['People'], opens: 'Invite someone', begins: 'Invite someone', shows: 'Send invitation' },
  { name: 'telling', who: 'admin@example.org', follow: ['How families are told about changes'], begins: 'How families are told about changes', shows: /can write about it and answer for it/ },
];

/** Takes a picture for a guide, from these words on. */
async function takenForAGuide(page, name, begins, shows) {
  const main = page.getByRole('main');
  await main.getByText(begins, { exact: true }).first().evaluate((found) => found.scrollIntoView());
  await expect(main.getByText(shows).first(), name).toBeInViewport();
  const taken = await page.screenshot(picture(`guides/${name}`));
  expect(taken.length, name).toBeLessThan(MOST_BYTES_IN_A_GUIDE);
}

test.use({ colorScheme: 'light', deviceScaleFactor: 1 });

test('the README shows the home page as it is', async ({ page }) => {
  const service = await startService({ demo: true });
  try {
    await page.goto(service.url);
    await expect(page.getByRole('link', { name: 'Sefton Parent Carer Forum' })).toBeInViewport();
    await expect(page.getByRole('heading', { level: 1, name: 'What matters most to your family?' })).toBeInViewport();
    await expect(page.getByRole('link', { name: 'Choose topics to support' })).toBeInViewport({ ratio: 1 });
    await expect(page.getByText('Nobody sees the results before then')).toBeInViewport();
    await expect(page.getByRole('link', { name: 'Join in two minutes' })).toBeInViewport();
    await expect(page.getByRole('heading', { name: 'How it works' })).toBeVisible();
    const taken = await page.screenshot(picture('home'));
    expect(taken.length).toBeLessThan(MOST_BYTES);
  } finally {
    await service.stop();
  }
});

test('the README shows what came of it, in four more pictures', async ({ page }) => {
  const service = await startService({ demo: true });
  try {
    // High enough for what was said, what was done and what the forum finds.
    await page.setViewportSize({ width: 360, height: 1000 });
    for (const { name, list, link, heading, shows } of STORY) {
      await page.goto(service.url + list);
      await page.getByRole('link', { name: link }).first().click();
      await page.getByRole('heading', { name: heading, exact: true }).first().evaluate((found) => found.scrollIntoView());
      await expect(page.getByText(shows).first(), name).toBeInViewport();
      const taken = await page.screenshot(picture(name));
      expect(taken.length, name).toBeLessThan(MOST_BYTES);
    }
  } finally {
    await service.stop();
  }
});

for (const days of [0, 33]) {
  test(`the guides show what waits at each desk${days ? `, ${days} days on` : ''}`, async ({ browser }) => {
    const service = await startService({ demo: true, daysAhead: days });
    try {
      for (const { name, who, follow, press, opens, begins, shows } of GUIDES.filter((one) => (one.days ?? 0) === days)) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await signIn(page, service, who);
        for (const link of follow) {
          const found = page.getByRole('main').getByRole('link', { name: link, exact: typeof link === 'string' });
          await page.goto(new URL(await found.first().getAttribute('href'), service.url).href);
        }
        if (press) {
          const before = page.url();
          await page.getByRole('button', { name: press, exact: true }).click();
          await page.waitForURL((now) => now.href !== before);
        }
        if (opens) await page.getByText(opens, { exact: true }).click();
        await takenForAGuide(page, name, begins, shows);
        await context.close();
      }
    } finally {
      await service.stop();
    }
  });
}

test('the guide for administrators shows the first steps in an empty area', async ({ page }) => {
  const service = await startService();
  try {
    service.command('invite', 'admin@example.org', '--role', 'admin');
    await acceptInvitation(page, service, 'admin@example.org');
    await takenForAGuide(page, 'first-steps', /^First steps: 0 of 11 done/, 'Send a test email');
  } finally {
    await service.stop();
  }
});
