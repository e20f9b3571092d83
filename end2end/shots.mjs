import { chromium } from '@playwright/test';
const [base, out, who, ...paths] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const sizes = (process.env.SIZES || '360').split(',').map(Number);
const schemes = (process.env.SCHEMES || 'light').split(',');
for (const scheme of schemes) for (const width of sizes) {
  const ctx = await browser.newContext({ viewport: { width, height: width < 600 ? 740 : 900 }, colorScheme: scheme, locale: 'en-GB' });
  const page = await ctx.newPage();
  if (who !== '-') {
    await page.goto(base + '/sign-in');
    await page.getByLabel('Your email address').fill(who + '@example.org');
    await page.getByLabel('Your password').fill('alongside-demo');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForLoadState();
  }
  for (let p of paths) {
    let [path, name] = p.split('=>');
    if (path.startsWith('@')) { // list then link text: @/list|text
      const [list, text] = path.slice(1).split('|');
      await page.goto(base + list); try { await page.getByRole('main').getByRole('link', { name: text }).first().click({ timeout: 4000 }); await page.waitForLoadState(); } catch { console.log('no', p); continue; }
    } else await page.goto(base + path);
    if (process.env.MENU) await page.getByRole('banner').locator('summary').click();
    name = name || path.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'home';
    await page.screenshot({ path: `${out}/${name}-${who === '-' ? 'v' : who}-${width}-${scheme}.png`, fullPage: !process.env.MENU });
  }
  await ctx.close();
}
await browser.close();
