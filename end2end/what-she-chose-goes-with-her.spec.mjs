// What somebody chose before she was signed in goes with her, by whichever way she gets in, and is done once she is.
import { expect, test } from '@playwright/test';
import { CHOSEN, finishJoining, fromMenu, hindrances, signUp } from './people.mjs';
import { startService } from './service.mjs';

let service;
test.beforeAll(async () => { service = await startService({ demo: true }); });
test.afterAll(() => service?.stop());

const heading = (page, name) => expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

// Each begins at home, and ends on the very thing.
const gates = {
  'support a topic': {
    async choose(page) {
      await page.goto(service.url);
      await page.getByRole('link', { name: 'All topics', exact: true }).click();
      await page.getByRole('link', { name: 'A published autism pathway' }).first().click();
      await page.getByRole('button', { name: /^Support this topic/ }).first().click();
    },
    asked: 'Join or sign in to support this topic',
    done: (page) => expect(page.getByRole('button', { name: /^Remove my support/ })).toBeVisible(),
    oneMore: 'Support this topic',
  },
  'propose a topic': {
    async choose(page) {
      await page.goto(service.url);
      await fromMenu(page, 'Propose a topic');
    },
    asked: 'Join or sign in to propose a topic',
    done: (page) => heading(page, 'Propose a topic'),
  },
  'say that it was otherwise': {
    async choose(page) {
      await page.goto(service.url);
      await fromMenu(page, 'What happened');
      await page.getByRole('link', { name: 'Families in the south wait far longer' }).first().click();
      await page.getByRole('link', { name: 'That\'s not my experience' }).click();
    },
    asked: 'Join or sign in to tell us that\'s not your experience',
    done: (page) => heading(page, 'That\'s not my experience'),
  },
  'comment on the Local Offer': {
    async choose(page) {
      await page.goto(service.url);
      await page.getByRole('link', { name: 'Local Offer', exact: true }).click();
      await page.getByRole('link', { name: 'Comment on the Local Offer' }).first().click();
    },
    asked: 'Join or sign in to comment on the Local Offer',
    done: (page) => heading(page, 'Comment on the Local Offer'),
  },
};

// Each gives the page on which she is in, and whether that is another browser than the one she chose in.
const ways = {
  'she joins': async (page, email) => {
    await page.getByRole('main').getByRole('link', { name: 'Join', exact: true }).click();
    await page.getByLabel('Your email address').fill(email);
    await page.getByRole('button', { name: 'Join', exact: true }).click();
    await heading(page, 'Check your email');
    await page.goto((await service.emailTo(email, 'Confirm')).link);
    await heading(page, 'Finish joining');
    await finishJoining(page, 'North Sefton');
    return { page };
  },
  'she signs in with her password': async (page, email) => {
    await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('Your email address').fill(email);
    await page.getByLabel('Your password').fill(CHOSEN);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    return { page };
  },
  'she opens the link of an email in another browser': async (page, email, other) => {
    await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('Your email address').fill(email);
    await page.getByRole('button', { name: 'Email me a link' }).click();
    await heading(page, 'Check your email');
    const there = await other();
    await there.goto((await service.emailTo(email, 'link')).link);
    await there.getByRole('button', { name: 'Sign in on this device' }).click();
    return { page: there, isElsewhere: true };
  },
  'she has forgotten her password': async (page, email) => {
    await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
    await page.getByRole('link', { name: 'Forgotten your password?' }).click();
    await page.getByLabel('Your email address').fill(email);
    await page.getByRole('main').getByRole('button').click();
    await heading(page, 'Check your email');
    await page.goto((await service.emailTo(email, 'password')).link);
    await page.getByLabel('Your new password').fill('four small words more');
    await page.getByRole('button', { name: 'Save this password' }).click();
    return { page };
  },
};

let nth = 0;
for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });

    for (const [what, gate] of Object.entries(gates)) {
      test(`she wants to ${what}, and gets there by every way in`, async ({ browser }) => {
        test.setTimeout(180_000);
        for (const [how, way] of Object.entries(ways)) {
          await test.step(how, async () => {
            const email = `chooses${nth += 1}-${javaScriptEnabled}@example.org`;
            const contexts = [];
            const other = async () => {
              contexts.push(await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } }));
              return contexts.at(-1).newPage();
            };
            if (how !== 'she joins') await signUp(await other(), service, email, 'North Sefton');
            const phone = await other();
            await gate.choose(phone);
            await heading(phone, gate.asked);
            await expect(phone.getByText('signed out')).toHaveCount(0);
            if (javaScriptEnabled) expect(await hindrances(phone)).toEqual([]);
            const { page, isElsewhere } = await way(phone, email, other);
            if (isElsewhere && gate.oneMore) {
              await heading(page, 'One more step');
              if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]);
              await page.getByRole('button', { name: gate.oneMore }).click();
            }
            await gate.done(page);
            for (const context of contexts) await context.close();
          });
        }
      });
    }
  });
}
