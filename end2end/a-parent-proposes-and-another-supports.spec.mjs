// The first journey, from an empty service to what was counted, on a phone, with scripts and without.
import { expect, test } from '@playwright/test';
import { acceptInvitation, fromMenu, signUp } from './people.mjs';
import { startService } from './service.mjs';

test.describe.configure({ mode: 'parallel' });

const TITLE = 'Tell us before buses change';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

for (const javaScriptEnabled of [true, false]) {
  test(`a parent proposes, another supports, and after the close both see what was counted, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async ({ browser }) => {
    // The clock opens and closes the vote: three to four minutes of it are real.
    test.setTimeout(480_000);
    const service = await startService();
    const person = async () => (await browser.newContext({ javaScriptEnabled })).newPage();
    try {
      const [admin, organiser, leader, parent, second, visitor] = await Promise.all(Array.from({ length: 6 }, person));
      await setUp(service, admin, { organiser, leader });

      // A parent signs up and proposes. Another said something like it before.
      await signUp(parent, service, 'parent@example.org', 'South Sefton');
      await propose(parent, service, 'Buses that are on time', 'They come late.');
      await publish(organiser, service, 'Buses that are on time');
      await propose(parent, service, TITLE, 'We hear on Friday.\n\nIt changes on Monday.');
      const topic = new URL(parent.url()).pathname;
      await expect(parent.getByText('Waiting to be checked')).toBeVisible();
      expect((await visitor.goto(service.url + topic)).status()).toBe(404);
      await publish(organiser, service, TITLE);
      const email = await service.emailTo('parent@example.org', 'Your topic has been published', TITLE);
      expect(email.text).toContain(TITLE);
      expect(email.link).toBe(service.url + topic);
      await parent.goto(email.link);
      await expect(parent.getByText('Parents can support it in the next voting round')).toBeVisible();

      // An organiser opens a round. A second parent joins and reads when she can vote.
      await signUp(second, service, 'parent2@example.org', 'North Sefton');
      const round = await openRound(organiser, service);
      await second.goto(service.url + topic);
      await expect(second.getByText('You can support this topic from')).toBeVisible();

      // When the clock opens the vote, she supports it, takes it back, and supports it again: one tap each.
      const give = second.getByRole('button', { name: `Support this topic: ${TITLE}` });
      const takeBack = second.getByRole('button', { name: `Remove my support for: ${TITLE}` });
      await second.addInitScript(noteWhenAwake);
      await expect(async () => {
        await second.goto(service.url + topic);
        await expect(give).toBeVisible({ timeout: 1_000 });
      }).toPass({ timeout: 150_000, intervals: [1_000] });
      const seen = [[visitor, '/'], [visitor, '/topics'], [visitor, topic], [visitor, round], [organiser, '/forum'], [organiser, topic], [organiser, `/forum${topic}`], [organiser, round], [leader, '/lead'], [leader, topic], [leader, round], [admin, topic], [admin, round], [admin, '/admin']];
      const look = () => Promise.all(seen.map(async ([page, path]) => `${path}\n${await (await page.request.get(service.url + path)).text()}`));
      const before = await look();
      if (javaScriptEnabled) {
        await second.waitForFunction(() => window.isAwake);
        await second.evaluate(() => { window.stayed = true; });
      }
      await give.click();
      await expect(takeBack).toBeVisible();
      await expect(second.getByRole('status').filter({ hasText: 'You support this' }).first()).toBeVisible();
      await takeBack.click();
      await expect(give).toBeVisible();
      if (!javaScriptEnabled) await expect(second.getByText('Support removed')).toBeVisible();
      await give.click();
      await expect(takeBack).toBeVisible();
      if (javaScriptEnabled) expect(await second.evaluate(() => window.stayed), 'the page never went away').toBe(true);
      await second.goto(service.url + round);
      await expect(takeBack).toBeVisible();

      // Nobody sees a trace of it before the close, whoever they are: the pages are the same to the byte.
      expect(await look()).toEqual(before);

      // The clock closes it, and both see what was counted.
      for (const page of [parent, second]) {
        await expect(async () => {
          await page.goto(service.url + round);
          await expect(page.getByRole('heading', { name: 'Results for every topic' })).toBeVisible({ timeout: 1_000 });
        }).toPass({ timeout: 240_000, intervals: [1_000] });
        const [chosen, counted] = [page.getByRole('listitem').filter({ hasText: TITLE }).first(), page.getByRole('listitem').filter({ hasText: TITLE }).last()];
        await expect(chosen).toContainText('Chosen first. Fewer than 10 parents supported it.');
        await expect(counted).toContainText('Fewer than 10 parents supported it.');
      }
      await second.goto(service.url + topic);
      await expect(second.getByRole('heading', { name: 'How many parents supported it' })).toBeVisible();
      await expect(second.getByText('Fewer than 10 parents supported it.')).toBeVisible();
      await expect(second.getByRole('button', { name: /support/i })).toHaveCount(0);
    } finally {
      await service.stop();
    }
  });
}

/** A forum's first day: an administrator from the command line, what there is in the area, the others by email. */
async function setUp(service, admin, { organiser, leader }) {
  service.command('invite', 'admin@example.org', '--role', 'admin');
  await acceptInvitation(admin, service, 'admin@example.org');
  for (const [field, button, name] of [['A new service', 'Add this service', 'Transport'], ['A new place', 'Add this place', 'North Sefton'], ['A new place', 'Add this place', 'South Sefton']]) {
    await admin.goto(`${service.url}/admin/area`);
    await admin.getByLabel(field).fill(name);
    await admin.getByRole('button', { name: button }).click();
    await expect(admin.getByText('Saved', { exact: true })).toBeVisible();
  }
  for (const [page, email, role] of [[organiser, 'organiser@example.org', 'Forum organiser'], [leader, 'leader@example.org', 'Leader']]) {
    await admin.goto(`${service.url}/admin/people`);
    await admin.getByText('Invite someone').click();
    await admin.getByLabel('Email address').fill(email);
    await admin.getByLabel(role, { exact: true }).check();
    await admin.getByRole('button', { name: 'Send invitation' }).click();
    await expect(admin.getByText('Invitation sent')).toBeVisible();
    await acceptInvitation(page, service, email);
  }
}

/** Writes a topic, is shown what is like it, checks it, sends it. */
async function propose(parent, service, title, happensNow) {
  await parent.goto(service.url);
  await fromMenu(parent, 'Propose a topic');
  await parent.getByLabel('What should be planned?').fill(title);
  await parent.getByLabel('How are things now?').fill(happensNow);
  await parent.getByLabel('What would help?').fill('Four weeks, and somebody to ask.');
  await parent.getByLabel('Transport').check();
  await parent.getByLabel('South Sefton').check();
  await parent.getByRole('button', { name: 'Check your topic' }).click();
  await expect(parent.getByRole('heading', { name: 'Check your topic' })).toBeVisible();
  await expect(parent.getByText(title, { exact: true })).toBeVisible();
  if (title === TITLE) {
    await expect(parent.getByRole('heading', { name: 'Has someone already asked for this?' })).toBeVisible();
    await expect(parent.getByRole('link', { name: 'Buses that are on time' })).toBeVisible();
  }
  await parent.getByRole('button', { name: 'Send this topic' }).click();
  await expect(parent.getByText('Sent to the forum')).toBeVisible();
}

async function publish(organiser, service, title) {
  await organiser.goto(`${service.url}/forum`);
  await organiser.getByRole('link', { name: title }).click();
  await organiser.getByLabel('Publish it as it is').check();
  await organiser.getByRole('button', { name: 'Save this decision' }).click();
  await expect(organiser.getByText('Saved', { exact: true })).toBeVisible();
  await expect(organiser.getByRole('link', { name: title })).toHaveCount(0);
}

/**
 * A round that votes from the next whole minute that is well ahead, for two minutes. Gives its address. Nobody can open one that
 * is so short: it is opened for days, and then its dates are brought nearer by hand, so that the test need not wait.
 */
async function openRound(organiser, service) {
  await organiser.goto(`${service.url}/forum`);
  await organiser.getByRole('link', { name: 'Open a round' }).click();
  await organiser.getByLabel('Name of the round').fill('The first round');
  const now = Date.now();
  const vote = MINUTE * Math.ceil((now + MINUTE / 2) / MINUTE);
  for (const [name, at] of [['Parents propose from', now], ['Parents vote from', vote + 2 * DAY], ['Voting closes', vote + 16 * DAY]]) {
    const part = organiser.getByRole('group', { name });
    const [day, time] = new Date(at).toLocaleString('sv-SE', { timeZone: 'Europe/London' }).split(' ');
    await part.getByLabel('Day').fill(day);
    await part.getByLabel('Time').fill(time.slice(0, 5));
  }
  await organiser.getByRole('button', { name: 'Check this round' }).click();
  await organiser.getByRole('button', { name: 'Open this round' }).click();
  await expect(organiser.getByText('The round is open')).toBeVisible();
  service.sql(`DROP TRIGGER rounds_keep_their_dates; UPDATE rounds SET vote_from = ${vote}, closes_at = ${vote + 2 * MINUTE}`);
  return new URL(organiser.url()).pathname;
}

/** Runs in the page: an island is awake when it listens to its form. */
function noteWhenAwake() {
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (kind, ...rest) {
    if (kind === 'submit') window.isAwake = true;
    return listen.call(this, kind, ...rest);
  };
}
