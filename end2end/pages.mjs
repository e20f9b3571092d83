// Every page, from the program's own table of addresses: the tests of the rooms write it down, with who looks at each and a
// statement that finds in the demonstration what stands for each parameter (server/tests/rooms/things.rs).
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const file = resolve(process.env.PAGES || join(import.meta.dirname, '../target/tmp/pages.json'));

/** What a demonstration has nothing to show at, and why. */
const NOT_HERE = new Map([
  ['/sign-in/council', 'no council is set in a demonstration'],
  ['/sign-in/council/answer', 'no council is set in a demonstration'],
  ['/account/second-step', 'a parent has none; the pages of a leader have it'],
]);

/**
 * The paths of all pages that this person looks at first ('' for a visitor), as they are in this demonstration. `page` is hers.
 * Left out are files, what only leads back, and what only a link in an email opens: the journeys go there.
 */
export async function pagesOf(email, page, service) {
  if (!existsSync(file)) throw new Error(`there is no ${file}: the tests of the rooms write it, so run make rooms (or make rooms-sqlite) first`);
  const all = JSON.parse(readFileSync(file, 'utf8')).filter(({ path, who, values }) => who[0] === email && !NOT_HERE.has(path) && !Object.values(values).includes(null));
  const paths = [];
  for (const { path, values } of all) {
    const here = path.replace(/\{(\w+)\}/g, (_, parameter) => service.ask(values[parameter]));
    const answer = await page.request.get(service.url + here, { maxRedirects: 0 });
    const isPage = (answer.headers()['content-type'] ?? '').startsWith('text/html');
    if (!isPage || (answer.status() >= 300 && answer.status() < 400)) continue;
    if (answer.status() >= 400) throw new Error(`${path}, here ${here}, gave ${answer.status()}`);
    paths.push(here);
  }
  if (!paths.length) throw new Error(`${file} has no page for ${email || 'a visitor'}`);
  return paths;
}
