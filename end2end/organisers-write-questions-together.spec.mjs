// Organisers write the questions of a consultation in place: by mouse, by touch, by keyboard, without scripts, two at once, and
// on a train that goes through a tunnel.
import { expect, test } from '@playwright/test';
import { acceptInvitation, hindrances, newQuestion, signIn } from './people.mjs';
import { startService } from './service.mjs';

const DAY = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** The service, and an organiser at a consultation with these questions, each "Yes or no". */
async function atTheQuestions(browser, context, questions, work) {
  const service = await startService({ demo: true });
  try {
    const organiser = await (await browser.newContext(context)).newPage();
    await signIn(organiser, service, 'organiser@example.org');
    await organiser.goto(`${service.url}/forum/consultations/new`);
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
    for (const question of questions) {
      await newQuestion(organiser);
      await organiser.getByLabel('Your question, in one sentence').fill(question);
      await organiser.getByLabel('Yes or no').check();
      await organiser.getByRole('button', { name: 'Save the question' }).click();
    }
    await organiser.goto(organiser.url().split(/[?#]/)[0]);
    await work(organiser, service);
  } finally {
    await service.stop();
  }
}

/** The questions as the list has them. */
const list = (page) => page.locator('.queue li a[id^="change-"], .queue li .row-title a');
const handle = (page, question) => page.getByRole('button', { name: `Move “${question}”: drag it, or press the arrow keys` });
/** A button of a question, by its words and those of the question. */
const way = (page, label, question) => page.locator('li').filter({ has: page.getByRole('link', { name: question, exact: true }) }).getByRole('button', { name: label });
const said = (page, words) => expect(page.getByRole('status').filter({ hasText: words })).toBeVisible();

/** Drags with the mouse from one element to just below another. */
async function drag(page, from, below) {
  await from.evaluate(toTheTop);
  const [start, end] = [await from.boundingBox(), await below.boundingBox()];
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(start.x + start.width / 2, end.y + end.height - 6, { steps: 12 });
  await page.mouse.up();
}

/** Well below the edge, where the page begins to scroll. */
function toTheTop(element) {
  element.scrollIntoView({ block: 'start' });
  window.scrollBy(0, -130);
}

test('by mouse she drags, adds, changes, removes, undoes and does it again, and it is all there when she comes back', async ({ browser }) => {
  await atTheQuestions(browser, { viewport: { width: 1100, height: 900 } }, ['Do you wait?', 'Do you get a break?', 'Is it near?'], async (organiser) => {
    expect(await hindrances(organiser)).toEqual([]);
    await drag(organiser, handle(organiser, 'Do you wait?'), organiser.locator('#row-question-3'));
    await said(organiser, '“Do you wait?” is now 3 of 3. Saved.');
    await expect(list(organiser)).toHaveText(['Do you get a break?', 'Is it near?', 'Do you wait?']);

    await way(organiser, 'Add a question below', 'Do you get a break?').click();
    await expect(organiser.getByLabel('Your question, in one sentence')).toBeFocused();
    expect(await hindrances(organiser)).toEqual([]);
    await organiser.getByRole('button', { name: 'Save the question' }).click();
    await expect(organiser.getByRole('heading', { name: 'There is a problem' })).toBeVisible();
    expect(await hindrances(organiser)).toEqual([]);
    await organiser.getByLabel('Your question, in one sentence').fill('How often?');
    await organiser.getByLabel('How do people answer it?').selectOption('one-of');
    await organiser.getByLabel('The answers to choose from').fill('Weekly\nMonthly');
    await organiser.getByText('Only ask some people').click();
    await organiser.getByLabel('Do you get a break? – Yes').check();
    await organiser.getByRole('button', { name: 'Save the question' }).click();
    await expect(list(organiser)).toHaveText(['Do you get a break?', 'How often?', 'Is it near?', 'Do you wait?']);
    await expect(organiser.getByRole('link', { name: 'How often?' })).toBeFocused();

    await organiser.getByRole('link', { name: 'How often?' }).click();
    await expect(organiser.getByLabel('The answers to choose from')).toHaveValue('Weekly\nMonthly');
    await organiser.getByLabel('Your question, in one sentence').fill('How often is that?');
    await organiser.getByRole('button', { name: 'Save the question' }).click();
    await expect(list(organiser).nth(1)).toHaveText('How often is that?');

    // The map, with a dead end as it arises.
    await organiser.getByText('Map: who is asked what').click();
    await expect(organiser.getByText('2. How often is that? – asked of people who answered “Yes” to 1.')).toBeVisible();
    await way(organiser, 'Move up', 'How often is that?').click();
    await expect(organiser.getByText('Nobody will ever be asked this.')).toBeVisible();
    expect(await hindrances(organiser)).toEqual([]);
    await organiser.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(organiser.getByText('Nobody will ever be asked this.')).toBeHidden();

    // What parents see, with answers that open a question.
    await organiser.getByRole('button', { name: 'Try it as parents will' }).click();
    const phone = organiser.getByRole('region', { name: 'As parents will see it' });
    await expect(phone.getByRole('group', { name: 'Do you get a break?' })).toBeVisible();
    await expect(phone.getByRole('group', { name: 'How often is that?' })).toBeHidden();
    await phone.getByRole('group', { name: 'Do you get a break?' }).getByLabel('Yes').check();
    await expect(phone.getByRole('group', { name: 'How often is that?' })).toBeVisible();
    expect(await hindrances(organiser)).toEqual([]);

    await way(organiser, 'Remove', 'Is it near?').click();
    await said(organiser, 'Removed “Is it near?”. You can undo this. Saved.');
    await expect(list(organiser)).toHaveCount(3);
    await organiser.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(list(organiser)).toHaveText(['Do you get a break?', 'How often is that?', 'Is it near?', 'Do you wait?']);
    await organiser.getByRole('button', { name: 'Redo', exact: true }).click();
    await expect(list(organiser)).toHaveCount(3);
    await said(organiser, 'Done again. Saved.');
    await organiser.reload();
    await expect(list(organiser)).toHaveText(['Do you get a break?', 'How often is that?', 'Do you wait?']);
  });
});

test('by touch she drags a question with a finger, and the page stays where it is', async ({ browser }) => {
  await atTheQuestions(browser, { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } }, ['First?', 'Second?', 'Third?'], async (organiser) => {
    await handle(organiser, 'First?').evaluate(toTheTop);
    const [start, end] = [await handle(organiser, 'First?').boundingBox(), await organiser.locator('#row-question-2').boundingBox()];
    const [x, from, to] = [start.x + start.width / 2, start.y + start.height / 2, Math.min(end.y + end.height - 6, 660)];
    const finger = await organiser.context().newCDPSession(organiser);
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y: from }] });
    for (let step = 1; step <= 10; step++) await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: from + (to - from) * step / 10 }] });
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await said(organiser, '“First?” is now 2 of 3. Saved.');
    await expect(list(organiser)).toHaveText(['Second?', 'First?', 'Third?']);
    expect(await hindrances(organiser)).toEqual([]);
  });
});

test('by keyboard alone she moves, adds, removes and undoes, hears where things are, and keeps her place', async ({ browser }) => {
  await atTheQuestions(browser, {}, ['First?', 'Second?', 'Third?'], async (organiser) => {
    await handle(organiser, 'First?').focus();
    await organiser.keyboard.press('ArrowDown');
    await said(organiser, '“First?” is now 2 of 3. Saved.');
    await expect(handle(organiser, 'First?')).toBeFocused();
    await organiser.keyboard.press('End');
    await said(organiser, '“First?” is now 3 of 3. Saved.');
    await expect(list(organiser)).toHaveText(['Second?', 'Third?', 'First?']);
    await organiser.keyboard.press('ArrowDown');
    await said(organiser, '“First?” is 3 of 3, as before.');

    await way(organiser, 'Move up', 'First?').focus();
    await organiser.keyboard.press('Enter');
    await said(organiser, '“First?” is now 2 of 3. Saved.');
    await expect(way(organiser, 'Move up', 'First?')).toBeFocused();
    await organiser.keyboard.press('Control+z');
    await said(organiser, 'Undone. Saved.');
    await organiser.keyboard.press('Control+Shift+z');
    await said(organiser, 'Done again. Saved.');
    await expect(list(organiser)).toHaveText(['Second?', 'First?', 'Third?']);

    await way(organiser, 'Remove', 'First?').focus();
    await organiser.keyboard.press('Enter');
    await expect(organiser.getByRole('link', { name: 'Third?' })).toBeFocused();
    await organiser.getByRole('button', { name: 'Add a question here' }).focus();
    await organiser.keyboard.press('Enter');
    await organiser.keyboard.type('Fourth?');
    await organiser.getByLabel('How do people answer it?').focus();
    await organiser.keyboard.type('Yes or no');
    await organiser.getByLabel('Your question, in one sentence').focus();
    await organiser.keyboard.press('Enter');
    await expect(list(organiser)).toHaveText(['Second?', 'Third?', 'Fourth?']);
    await expect(organiser.getByRole('link', { name: 'Fourth?' })).toBeFocused();
  });
});

test('without scripts the same page has the forms it had, and nothing that needs a program', async ({ browser }) => {
  await atTheQuestions(browser, { javaScriptEnabled: false }, ['First?', 'Second?'], async (organiser) => {
    await expect(organiser.getByRole('button', { name: 'Undo', exact: true })).toBeHidden();
    await expect(organiser.getByText('Map: who is asked what')).toBeHidden();
    await expect(handle(organiser, 'First?')).toBeHidden();
    await way(organiser, 'Move up', 'Second?').click();
    await expect(organiser.getByText('Questions saved')).toBeVisible();
    await expect(list(organiser)).toHaveText(['Second?', 'First?']);
    await organiser.getByRole('link', { name: 'First?' }).click();
    await organiser.getByLabel('Your question, in one sentence').fill('Really first?');
    await organiser.getByRole('button', { name: 'Save the question' }).click();
    await way(organiser, 'Remove', 'Second?').click();
    await expect(list(organiser)).toHaveText(['Really first?']);
  });
});

test('two organisers at once see what the other changed, and nothing is overwritten', async ({ browser }) => {
  await atTheQuestions(browser, {}, ['First?', 'Second?'], async (organiser, service) => {
    service.command('invite', 'second@example.org', '--role', 'organiser');
    const second = await (await browser.newContext()).newPage();
    await acceptInvitation(second, service, 'second@example.org');
    await second.goto(organiser.url());
    await expect(second.getByRole('button', { name: 'Undo', exact: true })).toBeVisible();

    await way(organiser, 'Move down', 'First?').click();
    await said(organiser, '“First?” is now 2 of 2. Saved.');

    // She writes on, and keeps hers: both changes are there.
    await second.getByRole('button', { name: 'Add a question here' }).click();
    await second.getByLabel('Your question, in one sentence').fill('Third?');
    await second.getByLabel('How do people answer it?').selectOption('yes-no');
    await second.getByRole('button', { name: 'Save the question' }).click();
    await expect(second.getByRole('heading', { name: 'Someone else changed these questions' })).toBeFocused();
    await expect(second.getByText('Some questions are in another order')).toBeVisible();
    await expect(second.getByRole('heading', { name: 'As they are saved now' })).toBeVisible();
    await expect(second.getByRole('heading', { name: 'As you have them' })).toBeVisible();
    await expect(second.getByLabel('Your question, in one sentence')).toHaveValue('Third?');
    expect(await hindrances(second)).toEqual([]);
    await second.getByRole('button', { name: 'Make my change to theirs' }).click();
    await expect(list(second)).toHaveText(['Second?', 'First?', 'Third?']);

    // The first one leaves hers out.
    await way(organiser, 'Remove', 'Second?').click();
    await expect(organiser.getByText('Added: “Third?”')).toBeVisible();
    await organiser.getByRole('button', { name: 'Leave out my change' }).click();
    await expect(list(organiser)).toHaveText(['Second?', 'First?', 'Third?']);
    await expect(organiser.getByRole('button', { name: 'Undo', exact: true })).toBeDisabled();
    await organiser.reload();
    await expect(list(organiser)).toHaveText(['Second?', 'First?', 'Third?']);
  });
});

test('in a tunnel her changes wait on the page, and are saved when she comes out', async ({ browser }) => {
  await atTheQuestions(browser, {}, ['First?', 'Second?', 'Third?'], async (organiser) => {
    await expect(organiser.getByRole('button', { name: 'Undo', exact: true })).toBeVisible();
    await organiser.context().setOffline(true);
    await way(organiser, 'Move down', 'First?').click();
    await said(organiser, 'There is no connection.');
    await way(organiser, 'Remove', 'Third?').click();
    await expect(list(organiser)).toHaveText(['Second?', 'First?']);
    await organiser.context().setOffline(false);
    await said(organiser, 'Removed “Third?”. You can undo this. Saved.');
    await organiser.reload();
    await expect(list(organiser)).toHaveText(['Second?', 'First?']);
  });
});
