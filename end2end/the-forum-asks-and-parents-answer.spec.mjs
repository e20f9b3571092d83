// The forum builds a consultation, and a parent answers on the bus: she loses the signal, and ends it on another phone.
import { expect, test } from '@playwright/test';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const DAY = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(300_000);

    test('an organiser builds and opens it, a parent answers three questions, loses the signal, comes back by the link on another phone and sends', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const [organiser, phone, other] = await Promise.all([1, 2, 3].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage()));
        const fine = async (page) => { if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]); };

        // She says what it is about, copies a well-put question and writes two of her own.
        await signIn(organiser, service, 'organiser@example.org');
        await organiser.goto(`${service.url}/forum`);
        await organiser.getByRole('link', { name: 'Ask parents' }).click();
        await organiser.getByRole('button', { name: 'Go on to the questions' }).click();
        await expect(organiser).toHaveTitle(/^Error: /);
        await fine(organiser);
        for (const [label, words] of [
          ['What you ask about, in one line', 'Short breaks that suit'],
          ['What it is about', 'How short breaks are offered.'],
          ['What can still be changed', 'Times and places.'],
          ['What cannot be changed, and why', 'The money for this year is spent.'],
          ['Who it is for', 'Parents of children who need a break'],
          ['How the answers will be used', 'The forum writes down what it heard.'],
          ['Who will see what', 'The forum reads every answer.'],
          ['The last day', DAY(60)],
        ]) await organiser.getByLabel(label, { exact: true }).fill(words);
        await organiser.getByLabel('Anyone who comes to the page').check();
        await organiser.getByRole('button', { name: 'Go on to the questions' }).click();
        await expect(organiser.getByText('The words are kept')).toBeVisible();
        await fine(organiser);
        await organiser.getByText('Copy well-put questions').click();
        await organiser.getByLabel('Overall, how satisfied are you with it?').check();
        await fine(organiser);
        await organiser.getByRole('button', { name: 'Copy these' }).click();
        await ask(organiser, 'Do you have a short break now?', 'Yes or no');
        await fine(organiser);
        await ask(organiser, 'What would suit your child better?', 'Several lines of text');
        await organiser.getByRole('link', { name: 'See it as parents will' }).click();
        await fine(organiser);
        await expect(organiser.getByLabel('What would suit your child better?')).toBeVisible();
        await organiser.goBack();
        await organiser.getByRole('button', { name: 'Open it for parents' }).click();
        await expect(organiser.getByText('It is open', { exact: true })).toBeVisible();

        // A parent answers on the bus; the signal goes before the last answer, and comes back.
        await phone.goto(service.url);
        await phone.getByRole('link', { name: 'Short breaks that suit' }).click();
        await fine(phone);
        await phone.getByRole('button', { name: 'Begin' }).click();
        await phone.getByLabel('Very satisfied', { exact: true }).check();
        await fine(phone);
        await phone.getByRole('button', { name: 'Go on' }).click();
        await phone.getByLabel('Yes').check();
        await phone.getByRole('button', { name: 'Go on' }).click();
        await phone.getByLabel('What would suit your child better?').fill('Saturday mornings, near us.');
        await phone.context().setOffline(true);
        await phone.getByRole('button', { name: 'Go on' }).click().catch(() => {});
        await phone.waitForTimeout(500);
        await phone.context().setOffline(false);
        await phone.goBack().catch(() => {});
        const code = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/;

        // On another phone, with the code that she wrote down.
        await phone.goto(`${service.url}/consultations`);
        await phone.getByRole('link', { name: 'Short breaks that suit' }).click();
        await phone.getByRole('link', { name: 'Go on with the answers begun here' }).click();
        const written = code.exec(await phone.locator('main').innerText())[0];
        await other.goto(`${service.url}/consultations`);
        await other.getByRole('link', { name: 'Short breaks that suit' }).click();
        await other.getByText('I have a code').click();
        await other.getByLabel('Your code').fill(written.toLowerCase());
        await other.getByRole('button', { name: 'Come back to my answers' }).click();
        await expect(other.getByRole('heading', { name: 'Check your answers' })).toBeVisible();
        await expect(other.getByText('Very satisfied')).toBeVisible();
        await fine(other);
        await other.getByRole('link', { name: /^Change.*What would suit your child better/ }).click();
        await other.getByLabel('What would suit your child better?').fill('Saturday mornings, near us.');
        await other.getByRole('button', { name: 'Go on' }).click();
        await other.getByRole('button', { name: 'Send my answers' }).click();
        await expect(other.getByText('Your answers count.')).toBeVisible();
        await expect(other.getByText(written).first()).toBeVisible();
        await fine(other);

        // All on one page; then she takes them back.
        await other.goto(`${other.url()}/all`);
        await fine(other);
        await other.getByLabel('No', { exact: true }).check();
        await other.getByRole('button', { name: 'Keep my answers' }).click();
        await other.getByText('Take my answers back').click();
        await other.getByRole('button', { name: 'Take them back' }).click();
        await expect(other.getByRole('heading', { name: 'Your answers are taken back' })).toBeVisible();
        await fine(other);
      } finally {
        await service.stop();
      }
    });
  });
}

async function ask(organiser, text, kind) {
  await organiser.getByRole('link', { name: 'Add a question' }).click();
  await organiser.getByLabel('What you ask, in one sentence').fill(text);
  await organiser.getByLabel(kind).check();
  await organiser.getByRole('button', { name: 'Keep the question' }).click();
}
