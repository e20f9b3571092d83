// The forum builds a consultation, and a parent answers on the bus: she loses the signal, and ends it on another phone.
import { expect, test } from '@playwright/test';
import { acceptInvitation, hindrances, newQuestion, signIn } from './people.mjs';
import { startService } from './service.mjs';

const DAY = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });
    test.setTimeout(300_000);

    test('an organiser builds and opens it, a parent answers three questions, loses the signal, comes back by the link on another phone and sends; paper is typed in, it closes, is read and published', async ({ browser }) => {
      const service = await startService({ demo: true });
      try {
        const [organiser, phone, other] = await Promise.all([1, 2, 3].map(async () => (await browser.newContext({ javaScriptEnabled })).newPage()));
        const fine = async (page) => { if (javaScriptEnabled) expect(await hindrances(page)).toEqual([]); };

        // She says what it is about, copies a question from the library and writes two of her own.
        await signIn(organiser, service, 'organiser@example.org');
        await organiser.goto(`${service.url}/forum`);
        await organiser.getByRole('link', { name: 'Ask parents' }).click();
        await organiser.getByRole('button', { name: 'Continue to the questions' }).click();
        await expect(organiser).toHaveTitle(/^Error: /);
        await fine(organiser);
        for (const [label, words] of [
          ['What you are asking about, in one line', 'Short breaks that suit'],
          ['What it is about', 'How short breaks are offered.'],
          ['Why this is proposed, and what else could be done', 'Too few families get one.'],
          ['What can still be changed', 'Times and places.'],
          ["What can't be changed, and why", 'The money for this year is spent.'],
          ['Who it is for', 'Parents of children who need a break'],
          ['How the answers will be used', 'The forum writes down what it heard.'],
          ['Who will see what', 'The forum reads every answer.'],
          ['Last day', DAY(60)],
        ]) await organiser.getByLabel(label, { exact: true }).fill(words);
        await organiser.getByLabel('Anyone who visits the page').check();
        await organiser.getByRole('button', { name: 'Continue to the questions' }).click();
        await expect(organiser.getByText('Details saved')).toBeVisible();
        await fine(organiser);
        await organiser.getByText('Copy questions from our library').click();
        await organiser.getByLabel('Overall, how satisfied are you with this service?').check();
        await fine(organiser);
        await organiser.getByRole('button', { name: 'Copy these questions' }).click();
        await ask(organiser, 'Do you have a short break now?', 'Yes or no');
        await fine(organiser);
        await ask(organiser, 'What would suit your child better?', 'Several lines of text');
        await organiser.getByRole('link', { name: 'See all of its page as parents will' }).click();
        await fine(organiser);
        await expect(organiser.getByLabel('What would suit your child better?')).toBeVisible();
        await organiser.goBack();
        await organiser.getByRole('link', { name: 'Check and open it' }).click();
        await organiser.getByRole('button', { name: 'Open it to parents' }).click();
        await expect(organiser.getByText('You have opened it to parents', { exact: true })).toBeVisible();

        // A parent answers on the bus; the signal goes before the last answer, and comes back.
        await phone.goto(service.url);
        await phone.setViewportSize({ width: 360, height: 640 });
        await phone.getByRole('link', { name: 'Short breaks that suit' }).click();
        await fine(phone);
        await expect(phone.getByText("3 questions, about 2 minutes. You don't need an account.")).toBeVisible();
        await expect(phone.getByText('You can skip any question.')).toBeVisible();
        await expect(phone.getByRole('button', { name: 'Start' })).toBeInViewport({ ratio: 1 });
        await phone.getByRole('button', { name: 'Start' }).click();
        await expect(phone.getByRole('heading', { level: 1, name: 'Overall, how satisfied are you with this service?' })).toBeVisible();
        await expect(phone).toHaveTitle(/^Overall, how satisfied are you with this service\?/);
        await expect(phone.getByText('Question 1 of 3')).toBeVisible();
        await phone.getByLabel('Very satisfied', { exact: true }).check();
        await fine(phone);
        // Looking elsewhere first loses nothing of what she ticked.
        await phone.getByRole('button', { name: 'Answer all questions on one page' }).click();
        await expect(phone.getByRole('button', { name: 'Save my answers' })).toBeVisible();
        await expect(phone.getByLabel('Very satisfied', { exact: true })).toBeChecked();
        await phone.goBack();
        await expect(phone.getByText('Question 1 of 3')).toBeVisible();
        await phone.getByRole('button', { name: 'Continue' }).click();
        // Both questions have the buttons: the first is left once its answer has been saved.
        await expect(phone.getByRole('heading', { level: 1, name: 'Do you have a short break now?' })).toBeVisible();
        // Nor does she have to answer before she may look.
        await phone.getByRole('button', { name: 'Email me my code' }).click();
        await expect(phone.getByRole('heading', { name: 'Check your answers' })).toBeVisible();
        await expect(phone.getByText('Very satisfied')).toBeVisible();
        await phone.goBack();
        await phone.getByLabel('Yes').check();
        await phone.getByRole('button', { name: 'Continue' }).click();
        await phone.getByLabel('What would suit your child better?').fill('Saturday mornings, near us.');
        await phone.context().setOffline(true);
        await phone.getByRole('button', { name: 'Continue' }).click().catch(() => {});
        if (javaScriptEnabled) {
          await expect(phone.getByText('Your answers are saved on this phone, in this browser.')).toBeVisible();
          await fine(phone);
          await phone.context().setOffline(false);
          await expect(phone.getByRole('heading', { name: 'Check your answers' })).toBeVisible({ timeout: 15_000 });
          await expect(phone.getByText('Saturday mornings, near us.')).toBeVisible();
        } else {
          await phone.waitForTimeout(500);
          await phone.context().setOffline(false);
          await phone.goBack().catch(() => {});
        }
        const code = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/;

        // On another phone, with the code that she wrote down.
        await phone.goto(`${service.url}/consultations`);
        await phone.getByRole('link', { name: 'Short breaks that suit' }).click();
        await phone.getByRole('link', { name: 'Continue with the answers started here' }).click();
        // Where the last answer never arrived, she goes on with that question.
        const goesOn = javaScriptEnabled ? 'Check your answers' : 'What would suit your child better?';
        await expect(phone.getByRole('heading', { level: 1, name: goesOn })).toBeVisible();
        const written = code.exec(await phone.locator('main').innerText())[0];
        await other.goto(`${service.url}/consultations`);
        await other.getByRole('link', { name: 'Short breaks that suit' }).click();
        await other.getByText('I have a code').click();
        await other.getByLabel('Your code').fill('7XK2-9QHM-4ETC-0ABD');
        await other.getByRole('button', { name: 'Go to my answers' }).click();
        await expect(other).toHaveTitle(/^Error: /);
        await expect(other.getByLabel('Your code')).toHaveValue('7XK2-9QHM-4ETC-0ABD');
        await fine(other);
        await other.getByLabel('Your code').fill(written.toLowerCase());
        await other.getByRole('button', { name: 'Go to my answers' }).click();
        await expect(other.getByRole('heading', { level: 1, name: goesOn })).toBeVisible();
        if (!javaScriptEnabled) await other.getByRole('button', { name: 'See all my answers' }).click();
        await expect(other.getByRole('heading', { name: 'Check your answers' })).toBeVisible();
        await expect(other.getByText('Very satisfied')).toBeVisible();
        await fine(other);
        await other.getByRole('link', { name: /^Change.*What would suit your child better/ }).click();
        await other.getByLabel('What would suit your child better?').fill('Saturday mornings, near us.');
        await other.getByRole('button', { name: 'Save this answer' }).click();
        await expect(other.getByRole('heading', { name: 'Check your answers' })).toBeVisible();
        await other.getByText('Get your code by email').click();
        await other.getByLabel('Your email address').fill('somebody@example.org');
        await other.getByRole('button', { name: 'Email me my code' }).click();
        await expect(other.getByText('We are sending you your code.')).toBeVisible();
        await fine(other);
        await other.getByLabel('You can quote what I wrote, without my name').check();
        await other.getByRole('button', { name: 'Send my answers' }).click();
        await expect(other.getByText('Your answers count.')).toBeVisible();
        await expect(other.getByText(written).first()).toBeVisible();
        await expect(other.getByRole('heading', { name: 'What happens next' })).toBeVisible();
        await fine(other);

        // All on one page: what she changes without a signal stays on the phone, also when she leaves the page.
        const receipt = other.url();
        await other.goto(`${receipt}/all`);
        await fine(other);
        if (javaScriptEnabled) {
          await other.context().setOffline(true);
          await other.getByLabel('What would suit your child better?').fill('Sunday mornings, near us.');
          await other.getByLabel('No', { exact: true }).check();
          await expect(other.getByText('No signal.')).toBeVisible();
          await other.context().setOffline(false);
          await other.goto(receipt);
          await expect(other.getByText('Sunday mornings, near us.')).toBeVisible({ timeout: 15_000 });
          await other.goto(`${receipt}/all`);
          await other.getByLabel('Yes', { exact: true }).check();
          await expect(other.getByText('Saved.')).toBeVisible();
        }
        await other.getByLabel('No', { exact: true }).check();
        await other.getByLabel('What would suit your child better?').fill('Sunday mornings, near us.');
        await other.getByRole('button', { name: 'Save my answers' }).click();
        await expect(other.getByText('We have your answers')).toBeVisible();

        // Others answer too, one changes her mind; two came on paper.
        const id = new URL(receipt).pathname.split('/')[2];
        for (let nth = 0; nth < 12; nth++) await answered(browser, service, id, 'Weekends, near us.');
        const undecided = await (await browser.newContext({ javaScriptEnabled })).newPage();
        await undecided.goto(await answered(browser, service, id, 'Nothing.'));
        await undecided.getByText('Delete my answers').click();
        await undecided.getByRole('button', { name: 'Delete them' }).click();
        await expect(undecided.getByRole('heading', { name: 'Your answers have been deleted' })).toBeVisible();
        await fine(undecided);
        await undecided.goto(`${service.url}/consultations/${id}/paper`);
        await expect(undecided.getByText("Don't write your name on it.")).toBeVisible();
        await fine(undecided);
        await organiser.goto(`${service.url}/forum/consultations/${id}`);
        await fine(organiser);
        await organiser.getByRole('link', { name: 'Paper, phone and meetings' }).click();
        await organiser.getByRole('link', { name: 'Type in a response' }).click();
        await organiser.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(organiser.getByRole('link', { name: 'Choose how it came in' })).toBeVisible();
        await fine(organiser);
        await organiser.getByLabel('On paper').check();
        await organiser.getByLabel('What would suit your child better?').fill('A place where Sam Invented can go.');
        await organiser.getByLabel('The sheet says we can quote it, without a name').check();
        await organiser.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(organiser.getByText('Write 1 on the sheet')).toBeVisible();
        await fine(organiser);
        await organiser.goto(`${service.url}/forum/consultations/${id}/answers`);
        await expect(organiser.getByRole('heading', { name: "You can't read the answers yet" })).toBeVisible();

        // It closes. Somebody else compares the sheet; the organiser reads, puts a theme, quotes and redacts.
        const back = 62 * 86_400_000;
        service.sql(`DROP TRIGGER opened_consultations_stay; DROP TRIGGER opened_consultations_keep_their_last_day; UPDATE consultations SET opens_at = opens_at - ${back}, closes_at = closes_at - ${back} WHERE id = '${id}'`);
        service.command('invite', 'second@example.org', '--role', 'organiser');
        const second = await (await browser.newContext({ javaScriptEnabled })).newPage();
        await acceptInvitation(second, service, 'second@example.org');
        await second.goto(`${service.url}/forum/consultations/${id}/typed`);
        await fine(second);
        await second.getByRole('link', { name: 'Sheet 1', exact: true }).click();
        await fine(second);
        await second.getByRole('button', { name: 'It matches the sheet' }).click();
        await expect(second.getByText('Checked: it matches the sheet')).toBeVisible();
        await organiser.goto(`${service.url}/forum/consultations/${id}`);
        await organiser.getByRole('link', { name: 'Read the answers' }).click();
        await fine(organiser);
        await organiser.getByRole('link', { name: 'What would suit your child better?' }).click();
        await organiser.getByLabel('New theme').fill('Near home');
        await organiser.getByRole('button', { name: 'Add this theme' }).click();
        await organiser.getByLabel('Search the answers').fill('Sunday');
        await organiser.getByRole('button', { name: 'Search', exact: true }).click();
        await expect(organiser.getByText('1 found')).toBeVisible();
        await organiser.getByRole('checkbox', { name: 'Near home', exact: true }).check();
        await organiser.getByRole('button', { name: 'Save its themes' }).click();
        await organiser.getByText('Quote, redact or pass on').click();
        await fine(organiser);
        await organiser.getByLabel('Quote to publish with the results').fill('Sunday mornings');
        await organiser.getByRole('button', { name: 'Add this quote to the results' }).click();
        await expect(organiser.getByText('Chosen for the results: “Sunday mornings”')).toBeVisible();
        await organiser.goto(`${service.url}/forum/consultations/${id}/answers/${'question-2'}?q=Sam`);
        await organiser.getByText('Quote, redact or pass on').click();
        await organiser.getByLabel('What people will read instead').fill('A place where [a name] can go.');
        await organiser.getByLabel('Why').fill('It names a child');
        await organiser.getByRole('button', { name: 'Redact this answer' }).click();
        await fine(organiser);

        // One counts, the other publishes; everyone reads it, and takes it as a table.
        await organiser.goto(`${service.url}/forum/consultations/${id}/release`);
        await organiser.getByLabel('About how many families were asked?').fill('300');
        await organiser.getByRole('button', { name: 'Count the answers' }).click();
        await fine(organiser);
        await second.goto(`${service.url}/forum/consultations/${id}/release`);
        await second.getByLabel('First finding').fill('Weekends near home would suit most families.');
        await second.getByRole('button', { name: 'Publish these results' }).click();
        await expect(second.getByRole('heading', { name: 'In short' })).toBeVisible();
        await expect(second.getByText('Weekends near home would suit most families.')).toBeVisible();
        await expect(second.getByText('14 people answered, out of about 300 who were asked.')).toBeVisible();
        await expect(second.getByText('Sunday mornings')).toBeVisible();
        await fine(second);
        const csv = await (await second.request.get(`${service.url}/consultations/${id}/results.csv`)).text();
        expect(csv).toContain('What would suit your child better?,,Answered,,,14');
        expect(csv).not.toContain('Sam');
      } finally {
        await service.stop();
      }
    });
  });
}

/** Somebody else answers and sends, by the same forms; where her receipt is. */
async function answered(browser, service, id, words) {
  const context = await browser.newContext();
  const headers = { origin: service.url };
  const begun = await context.request.post(`${service.url}/consultations/${id}/answers`, { headers });
  const response = begun.url().split('/questions/')[0];
  await context.request.post(`${response}/questions/question-1`, { headers, form: { 'q.question-1': 'no' } });
  await context.request.post(`${response}/questions/question-2`, { headers, form: { 'q.question-2': words } });
  await context.request.post(response, { headers, form: { step: 'send', quote: 'yes' } });
  await context.close();
  return response;
}

async function ask(organiser, text, kind) {
  await newQuestion(organiser);
  await organiser.getByLabel('Your question, in one sentence').fill(text);
  await organiser.getByLabel(kind).check();
  await organiser.getByRole('button', { name: 'Save the question' }).click();
}
