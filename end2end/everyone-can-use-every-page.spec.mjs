// Every page, for everyone who may see it, and what a form answers: small and wide, light and dark.
import { expect, test } from '@playwright/test';
import { HtmlValidate } from 'html-validate';
import { pagesOf } from './pages.mjs';
import { hindrances, signIn } from './people.mjs';
import { startService } from './service.mjs';

const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    // Ways to write the same document, chosen by the program that writes it; no browser reads them differently.
    'attribute-boolean-style': 'off',
    'attribute-empty-style': 'off',
    'doctype-style': 'off',
    'no-trailing-whitespace': 'off',
    'void-style': 'off',
    // Our titles end with the forum's name, which may be long.
    'long-title': 'off',
    // Checkboxes of one question share a name, and so do the buttons that say what a form is sent for.
    'form-dup-name': 'off',
    // A label around its field names it too, but not for every program that people speak to.
    'no-redundant-for': 'off',
    // A list may have a name; it is only not recommended.
    'aria-label-misuse': ['error', { allowAnyNamable: true }],
    // A button in a form sends it: HTML says so, and here every button does.
    'no-implicit-button-type': 'off',
  },
});

/**
 * A page: an address, or where to find it; what is done there; the status it answers with. Here is what takes words to find, and
 * what a form answers: every other page comes from the program (pages.mjs).
 */
const to = (address, more = {}) => ({ name: address, find: () => address, status: 200, ...more });
const link = (from, text, more = {}) => ({
  name: `${text}${more.as ? ` as ${more.as}` : ''}`,
  find: async (page) => {
    await page.goto(service.url + from);
    return new URL(await page.getByRole('link', { name: text }).first().getAttribute('href'), service.url).pathname;
  },
  status: 200,
  ...more,
});
const press = (button) => (page) => page.getByRole('button', { name: button, exact: true }).click();
const refused = (address, button, inside) => to(address, {
  name: `${address} refused`,
  act: async (page) => {
    if (inside) await page.getByText(inside).click();
    await press(button)(page);
  },
  status: 422,
});

const topic = link('/topics', 'A published autism pathway');
const countedTopic = link('/topics', 'A sensory room that is open at weekends');
const openPlan = link('/plans', 'Weekends and holidays');
const shutPlan = link('/plans', 'An autism pathway for Sefton');
const overriddenPlan = link('/plans', 'Shorter waits for occupational therapy');
/** A page of a leader about the plan whose gate is open. */
const leads = (what, more = {}) => ({ name: `${what} of a plan${more.act ? ' refused' : ''}`, find: async (page) => `/lead${await openPlan.find(page)}/${what}`, status: 200, ...more });
/** A page beside a notice. */
const beside = (title, what, more = {}) => {
  const notice = link('/notices?show=lately', title);
  return { name: `${what} of ${title}${more.act ? ' refused' : ''}`, find: async (page) => (await notice.find(page)).replace(/^/, more.lead ? '/lead' : '') + what, status: 200, ...more };
};
const ROUTE = 'The route 5 school bus will come 15 minutes earlier';
const CLUB = 'The holiday club will open on three days a week';
const CONSULTATION = link('/consultations', 'After a diagnosis of autism: what helps?');
const CLOSED = link('/consultations', 'How long do you wait for occupational therapy?');
const DUE = {
  name: 'an outcome that is due',
  find: async (page) => {
    await page.goto(`${service.url}/lead/updates`);
    return page.locator('ol.queue a').first().getAttribute('href');
  },
  status: 200,
};
const SET_UP = {
  name: 'setting up a second step',
  find: async (page) => {
    await page.goto(`${service.url}/account/second-step`);
    await press('Set it up')(page);
    await page.waitForURL('**/account/second-step/set-up*');
    return '/account/second-step/set-up';
  },
  status: 200,
};
const PERSON = {
  name: 'one person',
  find: async (page) => {
    await page.goto(`${service.url}/admin/people?search=parent2`);
    return page.locator('.queue a').first().getAttribute('href');
  },
  status: 200,
};
const SUSPENSION = {
  name: 'suspending someone',
  find: async (page) => {
    await page.goto(`${service.url}${await PERSON.find(page)}`);
    return page.getByRole('link', { name: 'Suspend their account' }).first().getAttribute('href');
  },
  status: 200,
};
const SIGN_OUT = {
  name: 'signing someone out everywhere',
  find: async (page) => {
    await page.goto(`${service.url}${await PERSON.find(page)}`);
    return page.getByRole('link', { name: 'Sign them out everywhere' }).first().getAttribute('href');
  },
  status: 200,
};
const ROLE = {
  name: 'giving someone a role',
  find: async (page) => {
    await page.goto(`${service.url}${await PERSON.find(page)}`);
    await page.getByText('Add a role').first().click();
    return page.getByRole('link', { name: 'Add role: Leader' }).first().getAttribute('href');
  },
  status: 200,
};
const CLAIM = link('/updates', 'Families in the south wait far longer');
const DISPUTED = link('/updates', 'The sensory room is closed');
/** A page of an organiser about the consultation that is open. */
const asks = (what, more = {}) => ({ name: `${what || 'the desk'} of a consultation`, find: async (page) => `/forum${await CONSULTATION.find(page)}${what}`, status: 200, ...more });
const votingRound = link('/rounds', 'Round 2');
const closedRound = link('/rounds', 'Round 1');

const everyone = {
  visitor: [
    to('/'), to('/?done=signed-out'), to('/topics'), to('/topics?search=autism'), to('/topics?search=zebra'),
    topic, countedTopic, to('/rounds'), votingRound, closedRound,
    to('/plans'), to('/slips'), to('/slips?code=0000-0000-0000-0000', { status: 422 }), to('/local-offer'), to('/local-offer?show=unanswered'), to(`/local-offer/years/${new Date().getFullYear()}`), link('/local-offer', 'The page on short breaks says'), link('/local-offer', 'There is nothing in it for young people'),
    to('/local-offer/comments/without-account'), refused('/local-offer/comments/without-account', 'Send my comment'), to('/local-offer/comments/sent'), to('/local-offer/comments/sent?email=yes'), to('/local-offer/emails/not-a-link', { status: 410 }), to('/local-offer/emails/not-a-link/withdrawal', { status: 410 }),
    to('/record'), to('/record/told'), to('/record/outcomes'), to('/record/places'), to('/record/duties'), to('/reports'), link('/reports', 'Inspection of SEND in Sefton'), { name: 'the record of a plan', find: async (page) => `/record${await overriddenPlan.find(page)}`, status: 200 }, openPlan, shutPlan, overriddenPlan, to('the published draft', { find: async (page) => `${await overriddenPlan.find(page)}/drafts/1` }),
    to('/sign-in'), to('/sign-in/passkey'), refused('/sign-in', 'Sign in'), refused('/sign-in', 'Email me a link'),
    to('/sign-up'), refused('/sign-up', 'Join'), to('/sign-up/sent'), to('/sign-up/not-a-link', { status: 410 }), to('/sign-in/not-a-link', { status: 410 }), to('/account/email/undo/not-a-link', { status: 410 }),
    to('/forgotten-password'), refused('/forgotten-password', 'Email me a link'), to('/forgotten-password/sent'),
    link('/topics', 'A published autism pathway', { name: 'signing in to support', act: press('Support this topic: A published autism pathway'), status: 401 }),
    to('/consultations'), CONSULTATION, CLOSED, { name: 'results', find: async (page) => `${await CLOSED.find(page)}/results`, status: 200 }, to('', { name: 'a code that is not there', find: async (page) => `${await CONSULTATION.find(page)}/answers?code=0000-0000-0000-0000`, status: 422 }),
    to('/updates'), to('/updates?show=awaited'), to('/updates?show=disputed'), CLAIM, DISPUTED, to('/updates/receipt'), refused('/updates/receipt', 'See what happened'),
    to('/notices'), to('/notices?service=none&show=lately'), link('/notices', ROUTE),
    link('/notices?show=lately', "The autism parents' group is moving to Wednesdays"), link('/notices', 'The autism drop-in will start at 10am'),
    { name: 'a notice that was corrected', find: async (page) => { await page.goto(service.url + await beside('The autism drop-in will start at 10am', '').find(page)); return page.getByRole('link', { name: 'What we said before' }).getAttribute('href'); }, status: 200 },
    beside(CLUB, '/equality'), beside(ROUTE, '/poster'), beside(ROUTE, '/questions/new'), beside(ROUTE, '/questions/new', { act: press('Send my question'), status: 422 }),
    to('/services'), link('/services', 'Transport'), link('/services', 'South Sefton'), to('/read/not-a-link', { status: 410 }), to('/returns'),
    to('/subscribe'), refused('/subscribe', 'Email me about changes'), to('/subscribe/sent'), to('/subscribe/not-a-link', { status: 410 }),
    to('/subscriptions/not-a-link', { status: 410 }), to('/subscriptions/not-a-link/copy', { status: 410 }), to('/copies/not-a-link', { status: 410 }), to('/unsubscribe/not-a-link', { status: 404 }),
    { name: 'after asking to be deleted', find: async (page) => { await page.context().addCookies([{ name: 'leaving', value: 'yes', url: service.url }]); return '/account/erase/begun'; }, status: 200 },
    to('/have-your-say'), to('/search'), to('/search?q=transport'), to('/search?q=speach+thearpy'), to('/search?q=zebra'), to('/about'), to('/contact'),
    to('/accessibility'), to('/privacy'), to('/offline'), to('/no-such-page', { status: 404 }), to('/invitations/not-a-link', { status: 410 }),
  ],
  parent: [
    to('/'), topic, countedTopic, votingRound, closedRound,
    to('/topics/new'), refused('/topics/new', 'Check your topic'),
    to('/topics/new', { name: 'checking a topic', act: checkTopic }),
    to('/local-offer/comments/new'), refused('/local-offer/comments/new', 'Send my comment'), link('/account/said', 'The pages cannot be read with a screen reader', { as: 'her own comment' }),
    to('/account/said'), { name: 'a doubt', find: async (page) => `${await CLAIM.find(page)}/doubts/new`, status: 200 },
    to('/account'), to('/account/passkeys?done=removed'), to('/account/passkeys/new'), to('/account/emails?done=stopped'), to('/account/subscriptions?done=subscribed'), to('/account?done=password'), to('/account/details'), to('/account/email'), refused('/account/email', 'Send me the link'), to('/account/password'), refused('/account/password', 'Save this password'), to('/account/export'), to('/account/erase'), to('/prove'), to('/account/erase/not-a-link', { status: 410 }),
    to('/forum', { status: 403 }),
  ],
  organiser: [
    to('/'), to('/forum'), to('/forum?done=decided'),
    link('/forum', 'Hearing tests after nursery age'),
    link('/forum', 'Hearing tests after nursery age', { name: 'a decision refused', act: press('Save this decision'), status: 422 }),
    to('/forum/consultations'), to('/forum/consultations/new'), refused('/forum/consultations/new', 'Continue to the questions'), asks(''), asks('/preview'), asks('/questions/new'), asks('/questions/waiting'), asks('/release'), asks('/progress'), asks('/progress', { name: 'a hope refused', act: async (page) => { await page.getByLabel('How many answers do you hope for?').fill('3'); await press('Save this number')(page); }, status: 422 }), { name: 'counting again', find: async (page) => `/forum${await CLOSED.find(page)}/release`, status: 200 },
    to('/forum/updates'), { name: 'a verdict', find: async (page) => `/forum${await CLAIM.find(page)}`, status: 200 }, { name: 'a verdict refused', find: async (page) => `/forum${await CLAIM.find(page)}`, act: press('Publish the forum\'s view'), status: 422 },
    to('/forum/local-offer'), link('/forum/local-offer', 'The list of holiday clubs'), link('/forum/local-offer', 'The list of holiday clubs', { name: 'the forum\'s word on a promise refused', act: press('Publish what the forum found'), status: 422 }), link('/forum/local-offer', 'The pages cannot be read with a screen reader'), link('/forum/local-offer', 'The pages cannot be read with a screen reader', { name: 'a decision on a comment refused', act: press('Save this decision'), status: 422 }), to('/forum/safeguarding/comments'),
    to('/forum/evidence-pack'), to('/forum/evidence-pack', { name: 'a pack of a day before everything', act: async (page) => { await page.getByLabel('Everything up to').fill('2001-01-01'); await press('Save the pack')(page); }, status: 422 }),
    to('/reports/new'), refused('/reports/new', 'Check this report'), to('/forum/meetings'), refused('/forum/meetings/new', 'Save'), refused('/forum/representatives', 'Add'), to('/forum/year'), to('/forum/year?from=soon&until=', { status: 422 }),
    to('/prove'), refused('/prove', 'Continue'),
    to('/forum/rounds/new'), refused('/forum/rounds/new', 'Check this round'), to('/forum/safeguarding'), { name: 'the statement', find: async (page) => `/forum${await shutPlan.find(page)}/statement`, status: 200 }, openPlan, votingRound, to('/account'), to('/account/emails/tasks?done=saved'),
  ],
  leader: [
    to('/account/second-step'), SET_UP, { ...SET_UP, name: 'a second step refused', act: press('Turn it on'), status: 422 },
    to('/'), to('/lead'), votingRound, topic, openPlan, to('/lead/plans/new'), refused('/lead/plans/new', 'Check this plan'),
    leads('drafts'), leads('drafts', { act: press('Submit this draft'), status: 422 }), leads('sessions'), leads('topics'), leads('decision', { act: press('Save the decision'), status: 422 }), leads('equality', { act: press('Continue'), status: 422 }),
    to('/lead/local-offer'), link('/lead/local-offer', 'There is nothing in it for young people'), link('/lead/local-offer', 'There is nothing in it for young people', { name: 'an answer to a comment refused', act: press('Check your answer'), status: 422 }),
    to('/lead/updates'), to('/lead/updates/new'), to('/lead/updates/about'), to('/lead/updates/new?chosen=1', { status: 422 }), DUE, { ...DUE, name: 'an outcome refused', act: press('Check your update'), status: 422 }, { name: 'saying something else', find: async (page) => `/lead${await DISPUTED.find(page)}`, status: 200 },
    to('/lead/notices'), link('/lead/notices', 'The Saturday club will close for two weeks'), link('/lead/notices', 'A new firm will drive the school taxis'),
    beside(ROUTE, '/questions', { lead: true }), beside(ROUTE, '/questions', { lead: true, act: press('Publish the answer'), status: 422 }),
    beside(ROUTE, '/correction', { lead: true }), beside(ROUTE, '/withdrawal', { lead: true }), beside(ROUTE, '/withdrawal', { lead: true, act: press('Preview'), status: 422 }),
    beside(CLUB, '/equality', { lead: true }), beside(CLUB, '/equality', { lead: true, act: press('Continue'), status: 422 }),
    to('/lead/notices/new?like=transport'), refused('/lead/notices/new', 'Preview'),
  ],
  admin: [
    to('/'), to('/admin'), link('/admin', 'How the service is running'), to('/admin/people'), to('/admin/people?search=nobody-is-called-so'), to('/admin/roles'), to('/admin/audit'), to('/admin/audit?what=nothing'), to('/admin/emails'), to('/admin/emails?show=returned'), to('/admin/subscribers'), to('/admin/storage'), refused('/admin/people', 'Send invitation', 'Invite someone'),
    to('/admin/area'), refused('/admin/area', 'Add this service'), to('/admin/contact?done=saved'), to('/admin/search-words?done=saved'), { name: 'a line of search words refused', find: async () => '/admin/search-words', act: async (page) => { await page.getByLabel('One line for each thing').fill('alone'); await press('Save')(page); }, status: 422 },
    PERSON, SUSPENSION, SIGN_OUT, ROLE, to('/admin/invitations'), to('/admin/second-step'), refused('/admin/second-step', 'Save'),
    to('/admin/plan-kinds'), refused('/admin/plan-kinds', 'Add'),
    to('/admin/duties'), to('/admin/duties/import'), refused('/admin/duties/new', 'Save'),
    to('/admin/telling'), refused('/admin/telling', 'Add this term'), refused('/admin/telling', 'Add this day'), link('/admin/telling', 'Change Transport'),
  ],
};

let service;
test.beforeAll(async () => { service = await startService({ demo: true }); });
test.afterAll(() => service?.stop());

test.describe.configure({ mode: 'parallel', timeout: 900_000 });
for (const [who, pages] of Object.entries(everyone)) {
  test(`everyone can use every page of a ${who}`, async ({ page }) => {
    const [faults, seen] = [await watch(page), new Set()];
    const email = who === 'visitor' ? '' : `${who}@example.org`;
    if (email) await signIn(page, service, email);
    for (const one of pages) await look(page, one, faults, seen);
    // And what nobody thought of above.
    for (const path of await pagesOf(email, page, service)) {
      if (!seen.has(kind(path))) await look(page, to(path), faults, seen);
    }
    // What search engines are told of is all that is public: no kind of page may be left out here.
    if (who === 'visitor') {
      for (const part of locations(await (await page.request.get(`${service.url}/sitemap.xml`)).text())) {
        const kinds = new Set(locations(await (await page.request.get(part)).text()).map((page) => kind(new URL(page).pathname)));
        expect([...kinds].filter((one) => !seen.has(one)), 'kinds of pages nobody looked at').toEqual([]);
      }
    }
  });
}

/** Looks at one page, small and wide, light and dark. */
async function look(page, { name, find, act, status }, faults, seen) {
  await test.step(name, async () => {
    const path = await find(page);
    await page.setViewportSize({ width: 320, height: 740 });
    let answer = await page.goto(service.url + path);
    if (act) [answer] = await Promise.all([page.waitForResponse((response) => response.request().isNavigationRequest() && response.request().method() === 'POST'), act(page)]);
    await page.waitForLoadState('networkidle');
    expect.soft(answer.status(), `${name}: status`).toBe(status);
    expect.soft(await invalid(await answer.text()), `${name}: valid HTML`).toEqual([]);
    await expect.soft(page.getByRole('heading', { level: 1 }), `${name}: one h1`).toHaveCount(1);
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 740 });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        expect.soft(await hindrances(page, { ofColour: colorScheme === 'dark' }), `${name}: axe, ${width} px, ${colorScheme}`).toEqual([]);
      }
      const tooWide = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
      expect.soft(tooWide, `${name}: sideways scroll at ${width} px`).toBeLessThanOrEqual(0);
    }
    // The browser itself notes each answer of 400 and above, once.
    const expected = status >= 400 ? [`Failed to load resource: the server responded with a status of ${status}`] : [];
    const found = faults.splice(0).filter((fault) => !expected.some((start) => fault.startsWith(start)));
    expect.soft(found, `${name}: errors in the browser`).toEqual([]);
    seen.add(kind(new URL(page.url()).pathname));
  });
}

const locations = (xml) => [...xml.matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, address]) => address);
/** A path with its ids and numbers taken out: all pages of one kind have the same. */
const kind = (path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}').replace(/\d+/g, '{number}');

/** What is wrong with the HTML as it was sent, one line each. */
async function invalid(html) {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message, selector }) => `${ruleId}: ${message} (${selector})`));
}

/** Collects console errors, exceptions, what the content policy blocked, and requests to anybody else. */
async function watch(page) {
  const faults = [];
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`blocked by ${event.effectiveDirective}: ${event.blockedURI}`));
  });
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => { if (!request.url().startsWith(`${service.url}/`)) faults.push(`asked ${request.url()}`); });
  return faults;
}

async function checkTopic(page) {
  await page.getByLabel('What should be planned?').fill('Tell us before buses change');
  await page.getByLabel('How are things now?').fill('We hear on Friday.\n\nIt changes on Monday.');
  await page.getByLabel('What would help?').fill('Four weeks, and somebody to ask.');
  await page.getByLabel('Transport').check();
  await page.getByRole('button', { name: 'Check your topic' }).click();
}
