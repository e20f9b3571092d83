// The first visit: what goes over the wire until the page can be used, and what comes after.
import http from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { pagesOf } from './pages.mjs';
import { signIn } from './people.mjs';
import { startService } from './service.mjs';

const FIRST_VISIT = 14_336;
const PROGRAM = 20_000;

let service;
const paths = new Map([['home', '/'], ['the topics', '/topics']]);
test.beforeAll(async ({ browser }) => {
  service = await startService({ demo: true });
  const page = await browser.newPage();
  for (const [name, list, link] of [['a topic', '/topics', 'A published autism pathway'], ['a round while voting', '/rounds', 'Round 2']]) {
    await page.goto(service.url + list);
    paths.set(name, await page.getByRole('link', { name: link }).getAttribute('href'));
  }
  await page.close();
});
test.afterAll(() => service?.stop());

test('each page comes whole in one request within the budget', async ({ browser }) => {
  for (const [name, path] of paths) {
    const context = await browser.newContext();
    const wire = await watchWire(await context.newPage(), path);
    const [document, ...others] = wire;
    expect(document.path, name).toBe(path);
    console.log(`${name}: ${document.bytes} bytes`);
    expect(document.bytes, `${name} in bytes, its headers included`).toBeLessThan(FIRST_VISIT);
    expect(others.map((other) => other.path), `requests after ${name}`).toEqual([]);
    await context.close();
  }
});

test('a page that was packed in two parts is one page for another program too', async () => {
  for (const path of ['/', '/topics']) {
    const [packed, plain] = [await asked(path, 'gzip, deflate, br'), await asked(path, 'identity')];
    expect(packed.headers['content-encoding'], path).toBe('br');
    expect(packed.headers.vary, path).toContain('accept-encoding');
    expect(plain.headers['content-encoding'], path).toBeUndefined();
    expect(brotliDecompressSync(packed.body).toString(), path).toBe(plain.body.toString());
  }
});

test('every page for everyone comes whole in one request within the budget', async ({ browser }) => {
  test.setTimeout(300_000);
  const context = await browser.newContext();
  const page = await context.newPage();
  for (const path of await pagesOf('', page, service)) {
    const [document, ...others] = await watchWire(page, path);
    expect.soft(document.bytes, `${path} in bytes, its headers included`).toBeLessThan(FIRST_VISIT);
    expect.soft(others.map((other) => other.path), `requests after ${path}`).toEqual([]);
  }
  await context.close();
});

test('without scripts each page is one request, for a parent who is signed in too', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  for (const who of ['a stranger', 'a parent']) {
    if (who === 'a parent') await signIn(page, service, 'parent@example.org');
    for (const [name, path] of paths) {
      expect((await watchWire(page, path)).map((request) => request.path), `${name} for ${who}`).toEqual([path]);
    }
  }
  await context.close();
});

test('the program of the support button comes after the page and stays small', async ({ browser }) => {
  for (const name of ['a topic', 'a round while voting']) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await signIn(page, service, 'parent2@example.org');
    const [document, ...others] = await watchWire(page, paths.get(name));
    console.log(`${name} with its button: ${document.bytes} bytes`);
    expect(document.bytes, `${name}, with its button`).toBeLessThan(FIRST_VISIT);
    expect(others.map((other) => other.path.replace(/^\/pkg\/[^/]+\//, '')).sort()).toEqual(['app.js', 'app.wasm']);
    for (const other of others) expect(other.asked, `${other.path} is asked for when the page has come`).toBeGreaterThanOrEqual(document.came);
    const bytes = others.reduce((sum, other) => sum + other.bytes, 0);
    console.log(`its script and program: ${bytes} bytes`);
    expect(bytes).toBeLessThan(PROGRAM);
    await context.close();
  }
});

/** What the service answers to whoever can unpack these. */
function asked(path, encodings) {
  return new Promise((resolve, reject) => {
    const request = http.get(service.url + path, { headers: { 'accept-encoding': encodings } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(parts) }));
    });
    request.on('error', reject);
  });
}

/** What a browser asks for by itself, to show the page in a tab or on a home screen. */
const BY_ITSELF = ['/favicon.svg', '/icon-192.png', '/manifest.webmanifest'];

/**
 * Opens a page and gives what went over the wire for it, those apart: path, bytes with headers, and when it was
 * asked for and had come by the browser's own clock.
 */
async function watchWire(page, path) {
  const client = await page.context().newCDPSession(page);
  const requests = new Map();
  client.on('Network.requestWillBeSent', ({ requestId, request, timestamp }) => {
    const { pathname, host } = new URL(request.url);
    const own = host === new URL(service.url).host;
    if (!BY_ITSELF.includes(pathname)) requests.set(requestId, { path: own ? pathname : request.url, asked: timestamp });
  });
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength, timestamp }) => Object.assign(requests.get(requestId) ?? {}, { bytes: encodedDataLength, came: timestamp }));
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(service.url + path);
  await page.waitForLoadState('networkidle');
  await client.detach();
  return [...requests.values()];
}
