// usage: SIZES=360,1280 SCHEMES=light,dark node shots.mjs BASE OUT WHO|- [PATH|LINKTEXT=>name...]
import { chromium } from 'playwright-core';
const [base, out, who, ...steps] = process.argv.slice(2);
const sizes = (process.env.SIZES || '360').split(',').map(Number);
const schemes = (process.env.SCHEMES || 'light').split(',');
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'] });
for (const w of sizes) for (const scheme of schemes) {
  const c = await b.newContext({ viewport: { width: w, height: 800 }, colorScheme: scheme, locale: 'en-GB', reducedMotion: 'reduce' });
  const p = await c.newPage();
  if (who !== '-') {
    await p.goto(base + '/sign-in'); await p.fill('[name=email]', who); await p.fill('[name=password]', process.env.PW || 'alongside-demo');
    await p.click('form:has([name=password]) button.button'); await p.waitForLoadState();
  }
  for (const s of steps) {
    let [what, name] = s.split('=>');
    try {
      if (what.startsWith('/')) await p.goto(base + what); else await p.locator(`main a:has-text("${what}"), main button:has-text("${what}")`).first().click();
      await p.waitForLoadState();
      name = name || what.replace(/[^a-z0-9]+/gi, '_').slice(0, 50);
      await p.screenshot({ path: `${out}/${name}-${w}-${scheme}.png`, fullPage: true });
    } catch (e) { console.log(s, String(e).slice(0, 200)); }
  }
  await c.close();
}
await b.close();
