// The first visit: what goes over the wire until the page can be used, and what comes after.
import { expect, test } from '@playwright/test';
import { signIn } from './people.mjs';
import { startService } from './service.mjs';

let service;
test.beforeAll(async () => { service = await startService({ demo: true }); });
test.afterAll(() => service.stop());

async function weigh(page, path) {
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  const urls = new Map();
  const sizes = new Map();
  client.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, new URL(request.url).pathname));
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(urls.get(requestId), encodedDataLength));
  await page.goto(service.url + path);
  await page.waitForLoadState('networkidle');
  sizes.delete('/favicon.svg');
  return sizes;
}

async function addresses(page) {
  await page.goto(`${service.url}/topics`);
  const topic = await page.getByRole('link', { name: 'An autism pathway that is published' }).getAttribute('href');
  await page.goto(`${service.url}/rounds`);
  const round = await page.getByRole('link', { name: 'Autumn round' }).getAttribute('href');
  return { topic, round };
}

test('the first visit of each page is one request within the budget', async ({ page, browser }) => {
  const { topic, round } = await addresses(page);
  for (const path of ['/', '/topics', topic, round]) {
    const fresh = await (await browser.newContext()).newPage();
    const sizes = await weigh(fresh, path);
    expect([...sizes.keys()], path).toEqual([path]);
    console.log(`${path.split('/').slice(0, 2).join('/')}: ${sizes.get(path)} bytes`);
    expect(sizes.get(path), path).toBeLessThanOrEqual(14_336);
  }
});

test('the program of the support button comes after the page and stays small', async ({ page }) => {
  const { topic } = await addresses(page);
  await signIn(page, service, 'parent@example.org');
  const sizes = await weigh(page, topic);
  const program = [...sizes].filter(([path]) => path.startsWith('/pkg/'));
  expect(program).toHaveLength(2);
  const bytes = program.reduce((sum, [, size]) => sum + size, 0);
  console.log(`script and program: ${bytes} bytes`);
  expect(bytes).toBeLessThanOrEqual(75_000);
});
