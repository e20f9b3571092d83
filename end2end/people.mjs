// What people do in many journeys, and what is looked at on every page.
import { AxeBuilder } from '@axe-core/playwright';

/** The password of everyone in the demonstration. */
export const PASSWORD = 'alongside-demo';
/** What people in a journey choose for themselves: that one would be refused. */
export const CHOSEN = 'kettle harbour otter';

export async function signIn(page, service, email) {
  await page.goto(`${service.url}/sign-in`);
  await page.getByLabel('Your email address').fill(email);
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('You are signed in').first().waitFor();
}

export async function signUp(page, service, email, place) {
  await page.goto(service.url);
  await page.getByRole('link', { name: 'Join in two minutes' }).click();
  await page.getByLabel('Your email address').fill(email);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  await page.goto((await service.emailTo(email, 'Confirm')).link);
  await finishJoining(page, place);
  await page.getByText('Welcome. Your email address is confirmed').waitFor();
}

/** What somebody chooses behind the button in the email. */
export async function finishJoining(page, place) {
  await page.getByLabel('Your display name').fill('An invented parent');
  await page.getByLabel(place).check();
  await page.getByLabel('Choose a password').fill(CHOSEN);
  await page.getByRole('button', { name: 'Confirm and continue' }).click();
}

export async function acceptInvitation(page, service, email) {
  await page.goto((await service.emailTo(email, 'invited')).link);
  await page.getByLabel('Your display name').fill('An invented volunteer');
  await page.getByLabel('Choose a password').fill(CHOSEN);
  await page.getByRole('button', { name: 'Accept and continue' }).click();
  await page.getByText('Welcome').waitFor();
}

/**
 * What axe finds on the page as it stands, one line each: all of WCAG 2.2 A and AA, and what it holds good practice.
 * Where only the colours differ from what was looked at before, what is about colour is enough.
 * It is a script itself, so it cannot run in a browser without scripts.
 */
export async function hindrances(page, { ofColour = false } = {}) {
  // Named by tags, since axe leaves out the rule about the size of targets unless its tag is asked for.
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
  // Legacy mode looks at this page alone, without frames, of which we have none. It takes a third of the time.
  // What is in order is not described either.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
  const { violations } = await (ofColour ? axe.withRules(['color-contrast', 'link-in-text-block']) : axe.withTags(tags)).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, any, all, none }) => `${id}: ${html} ${[...any, ...all, ...none].map((check) => check.message).join('; ')}`));
}

/** Goes to a page by the menu at the top, as a phone shows it. */
export async function fromMenu(page, name) {
  await page.getByRole('banner').getByText('Menu', { exact: true }).click();
  await page.getByRole('banner').getByRole('link', { name, exact: true }).click();
}

/** From an organiser's page of a consultation to the page of a new question, which a link leads to where there is no program. */
export async function newQuestion(page) {
  await page.getByRole('heading', { name: 'The questions', exact: true }).waitFor();
  await page.goto(`${page.url().split(/[?#]/)[0]}/questions/new`);
}
