// The first journey, from an empty service to what was counted, on a phone, with scripts and without.
import { expect, test } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';
import { acceptInvitation, signUp } from './people.mjs';
import { startService } from './service.mjs';

for (const javaScriptEnabled of [true, false]) {
  test(`a parent proposes, another supports, and after the close both see what was counted, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async ({ browser }) => {
    const service = await startService();
    const person = async () => (await browser.newContext({ javaScriptEnabled })).newPage();
    // axe is a script itself; without scripts the pages are the same.
    const accessible = async (page) => javaScriptEnabled && expectAccessible(page);
    try {
      // The forum sets itself up, as on its first day.
      const admin = await person();
      service.command('invite', 'admin@example.org', '--role', 'admin');
      await acceptInvitation(admin, service, 'admin@example.org');
      await admin.goto(`${service.url}/admin/area`);
      for (const [field, button, names] of [['A new service', 'Add this service', ['Transport', 'Autism support']], ['A new place', 'Add this place', ['North Sefton', 'South Sefton']]]) {
        for (const name of names) {
          await admin.getByLabel(field).fill(name);
          await admin.getByRole('button', { name: button }).click();
          await expect(admin.getByText('The change is kept')).toBeVisible();
        }
      }
      await admin.goto(`${service.url}/admin/people`);
      await admin.getByLabel('Email address').fill('organiser@example.org');
      await admin.getByLabel('Organiser', { exact: true }).check();
      await admin.getByRole('button', { name: 'Send the invitation' }).click();
      const organiser = await person();
      await acceptInvitation(organiser, service, 'organiser@example.org');

      // A parent signs up and proposes.
      const parent = await person();
      await signUp(parent, service, 'parent@example.org', 'South Sefton');
      await parent.getByRole('link', { name: 'Propose a topic', exact: true }).first().click();
      await parent.getByRole('button', { name: 'Check it before it is sent' }).click();
      await expect(parent).toHaveTitle(/^Error: /);
      await parent.getByRole('link', { name: 'Choose at least one service' }).click();
      await expect(parent.getByLabel('Transport')).toBeFocused();
      await parent.getByLabel('What should be planned?').fill('Tell us before buses change');
      await parent.getByLabel('What happens now?').fill('We hear on Friday.\n\nIt changes on Monday.');
      await parent.getByLabel('What would help?').fill('Four weeks, and somebody to ask.');
      await parent.getByLabel('Transport').check();
      await parent.getByRole('button', { name: 'Check it before it is sent' }).click();
      await expect(parent.getByRole('heading', { name: 'Check your topic' })).toBeVisible();
      await accessible(parent);
      await parent.getByRole('button', { name: 'Send this topic' }).click();
      await expect(parent.getByText('Your topic is with the forum')).toBeVisible();
      const topic = new URL(parent.url()).pathname;

      // The organiser publishes it and opens a round that votes from the next minute and closes two minutes later.
      await organiser.goto(`${service.url}/forum`);
      await organiser.getByRole('link', { name: 'Tell us before buses change' }).click();
      await organiser.getByLabel('Publish it as it is').check();
      await organiser.getByRole('button', { name: 'Keep this decision' }).click();
      await expect(organiser.getByText('Your decision is kept')).toBeVisible();
      expect((await service.letterTo('parent@example.org', 'Your topic is published')).link).toContain(topic);
      await organiser.getByRole('link', { name: 'Open a round' }).click();
      await accessible(organiser);
      await organiser.getByLabel('Its name').fill('The first round');
      const minute = 60_000 * Math.floor(Date.now() / 60_000);
      for (const [name, at] of [['Parents propose from', minute - 60_000], ['Parents vote from', minute], ['Voting closes', minute + 2 * 60_000]]) {
        const part = organiser.getByRole('group', { name });
        const [day, time] = new Date(at).toLocaleString('sv-SE', { timeZone: 'Europe/London' }).split(' ');
        await part.getByLabel('Day').fill(day);
        await part.getByLabel('Time').fill(time.slice(0, 5));
      }
      await organiser.getByRole('button', { name: 'Open this round' }).click();
      await expect(organiser.getByText('The round is open')).toBeVisible();
      const round = organiser.url().split('?')[0];

      // A second parent supports it, takes it back, and supports it again: each with one tap.
      const second = await person();
      await signUp(second, service, 'parent2@example.org', 'North Sefton');
      await second.getByRole('link', { name: 'Choose topics to support' }).click();
      await expect(second).toHaveURL(round);
      const before = await organiser.goto(round).then((page) => page.text());
      const give = second.getByRole('button', { name: 'Support this topic: Tell us before buses change' });
      const takeBack = second.getByRole('button', { name: 'Take back your support for: Tell us before buses change' });
      if (javaScriptEnabled) await second.waitForFunction(() => window.performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('.wasm')));
      let navigations = 0;
      second.on('framenavigated', () => navigations++);
      await awake(second, javaScriptEnabled);
      await give.click();
      await expect(takeBack).toBeVisible();
      await takeBack.click();
      await expect(give).toBeVisible();
      await give.click();
      await expect(takeBack).toBeVisible();
      if (javaScriptEnabled) expect(navigations).toBe(0);
      else expect(navigations).toBeGreaterThan(2);
      await second.reload();
      await expect(takeBack).toBeVisible();
      await accessible(second);

      // Nobody sees a count before the close.
      const after = await organiser.goto(round).then((page) => page.text());
      expect(after).toBe(before);

      // The clock closes it.
      await expect(async () => {
        await parent.goto(round);
        await expect(parent.getByRole('heading', { name: 'What was counted' })).toBeVisible({ timeout: 500 });
      }).toPass({ timeout: 200_000, intervals: [2_000] });
      await expect(parent.getByText('Fewer than 10 parents supported it.')).toBeVisible();
      await accessible(parent);
      await parent.goto(service.url + topic);
      await expect(parent.getByText('Fewer than 10 parents supported it.')).toBeVisible();
    } finally {
      await service.stop();
    }
  });
}

/** The island has its program once the browser has run it; a tap before that posts the form, which is right too. */
async function awake(page, javaScriptEnabled) {
  if (javaScriptEnabled) await page.waitForLoadState('networkidle');
}

async function expectAccessible(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
}
