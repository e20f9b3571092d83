// Every page, for everyone who may see it, small and wide, light and dark.
import { expect, test } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';
import { HtmlValidate } from 'html-validate';
import { signIn } from './people.mjs';
import { startService } from './service.mjs';

const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  elements: ['html5', { 'leptos-island': { flow: true, phrasing: true, permittedContent: ['@flow'] } }],
  rules: {
    // Matters of writing, not of meaning: a program wrote it.
    'void-style': 'off',
    // Several checkboxes of one name are one question.
    'form-dup-name': 'off',
    'no-trailing-whitespace': 'off',
    'long-title': 'off',
    'no-inline-style': 'error',
    'doctype-style': 'off',
    'attribute-boolean-style': 'off',
    'no-implicit-button-type': 'off',
    'attribute-empty-style': 'off',
    'no-redundant-for': 'off',
    'no-raw-characters': 'off',
  },
});

const everyones = ['/', '/topics', '/topics?search=autism', '/topics?search=nothing-like-it', '/rounds', '/sign-in', '/sign-up', '/sign-up/sent', '/forgotten-password', '/accessibility', '/privacy', '/offline', '/no-such-page', 'topic', 'voting round', 'closed round'];
const people = {
  visitor: [null, everyones],
  parent: ['parent@example.org', ['/', '/topics/new', '/account', '/account/email', '/forum', 'topic', 'voting round']],
  organiser: ['organiser@example.org', ['/forum', '/forum/rounds/new', '/forum/safeguarding', 'waiting topic']],
  leader: ['leader@example.org', ['/lead', '/']],
  administrator: ['admin@example.org', ['/admin', '/admin/people', '/admin/area']],
};

let service;
test.beforeAll(async () => { service = await startService({ demo: true }); });
test.afterAll(() => service.stop());

for (const [who, [email, pages]] of Object.entries(people)) {
  test(`every page of the ${who} works for everyone`, async ({ page }) => {
    const faults = watch(page);
    if (email) await signIn(page, service, email);
    for (const name of pages) {
      const path = await find(page, name);
      const html = await (await page.request.get(service.url + path)).text();
      const { results } = await validator.validateString(html);
      expect.soft(results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`)), `valid: ${path}`).toEqual([]);
      for (const width of [320, 1280]) {
        for (const colorScheme of ['light', 'dark']) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ colorScheme });
          await page.goto(service.url + path);
          await expect.soft(page.getByRole('heading', { level: 1 }), path).toHaveCount(1);
          const overflow = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
          expect.soft(overflow, `no sideways scrolling: ${path} at ${width}`).toBeLessThanOrEqual(0);
          const { violations } = await new AxeBuilder({ page }).analyze();
          expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), `${path} at ${width}, ${colorScheme}`).toEqual([]);
        }
      }
    }
    expect(faults).toEqual([]);
  });
}

/** Console errors, blocked content and requests to anybody else. */
function watch(page) {
  const faults = [];
  page.on('console', (message) => {
    // The browser itself says so of every page that answers 403 or 404.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource: the server responded with a status of 40')) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => { if (!request.url().startsWith(service.url)) faults.push(request.url()); });
  return faults;
}

async function find(page, name) {
  if (name.startsWith('/')) return name;
  const link = async (from, text) => {
    await page.goto(service.url + from);
    return new URL(await page.getByRole('link', { name: text }).first().getAttribute('href'), service.url).pathname;
  };
  if (name === 'topic') return link('/topics', 'An autism pathway that is published');
  if (name === 'waiting topic') return link('/forum', 'Hearing tests after nursery age');
  return link('/rounds', name === 'closed round' ? 'Spring round' : 'Autumn round');
}
