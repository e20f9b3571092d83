// Every kind of email that the program can send, in a phone of 320 px: nothing scrolls sideways, whatever was typed.
//
// The emails are the program's own: each test of a room that hands emails over writes one of each kind down (`write_down` in
// server/tests/rooms/world.rs). Which kinds there are is read from the program too.
import { expect, test } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = resolve(process.env.EMAILS || join(root, 'target/tmp/emails'));
const [, list] = readFileSync(join(root, 'app/deliveries/src/kinds.rs'), 'utf8').match(/^email_kinds! \{\n([^}]+)\n\}/m);
const rows = list.split('\n').filter((line) => !line.trim().startsWith('//'));
const kinds = rows.map((row) => row.match(/^ +\w+ = "([^"]+)", \w+;$/)?.[1]);

test('the list of kinds is read from the program', () => {
  expect(kinds.length).toBeGreaterThan(40);
  expect(kinds).not.toContain(undefined);
  expect(new Set(kinds).size).toBe(kinds.length);
});

for (const kind of kinds) {
  test(`the email “${kind}” fits a phone`, async ({ browser }) => {
    const file = join(folder, `${kind}.html`);
    expect(existsSync(file), `there is no email “${kind}” in ${folder}: the tests of the rooms write it, so run make rooms (or make rooms-sqlite) first; if they did run, no test of a room sends this kind`).toBe(true);
    const context = await browser.newContext({ viewport: { width: 320, height: 740 } });
    try {
      const page = await context.newPage();
      await page.setContent(readFileSync(file, 'utf8'));
      expect(await tooWide(page), `the email “${kind}” scrolls sideways at 320 px`).toBeLessThanOrEqual(0);
      expect(await page.locator('body > p').nth(1).innerText(), `the email “${kind}” greets its reader`).toMatch(/^Hello( .+)?,$/);
      // Whatever people typed: each text becomes a word without end, each link an address without end.
      await page.evaluate(() => {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) if (texts.currentNode.data.trim()) texts.currentNode.data = `https://example.org/${'donaudampfschifffahrt'.repeat(20)}`;
      });
      expect(await tooWide(page), `the email “${kind}” scrolls sideways at 320 px once a long word or address is in it`).toBeLessThanOrEqual(0);
    } finally {
      await context.close();
    }
  });
}

/** By how many pixels the page, or anything in it, is wider than the phone. */
async function tooWide(page) {
  return page.evaluate(() => {
    const beyond = [...document.body.querySelectorAll('*')].map((element) => element.getBoundingClientRect().right - document.documentElement.clientWidth);
    return Math.max(document.documentElement.scrollWidth - document.documentElement.clientWidth, ...beyond.map(Math.floor));
  });
}
