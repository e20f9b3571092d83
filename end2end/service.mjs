// A service of its own for a test: the real program on a free port, its database and letters in a folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { simpleParser } from 'mailparser';

const program = resolve(process.env.ALONGSIDE_BIN ?? join(import.meta.dirname, '../target/debug/alongside'));

export async function startService({ demo = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'alongside-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, DATABASE_URL: `sqlite://${folder}/alongside.db`, MAIL: `file:${folder}/mail`, LISTEN: `127.0.0.1:${port}`, PUBLIC_URL: url, RUST_LOG: 'warn' };
  const child = spawn(program, ['serve', ...(demo ? ['--demo'] : [])], { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
  await until(async () => (await fetch(`${url}/healthz`).catch(() => null))?.ok, 'the service answers');
  return {
    url,
    command: (...words) => {
      const done = spawnSync(program, words, { cwd: folder, env, encoding: 'utf8' });
      if (done.status !== 0) throw new Error(done.stderr);
    },
    /** The link in the first letter to this address whose subject holds these words. */
    letterTo: async (address, subject) => {
      let found;
      await until(async () => (found = await letter(join(folder, 'mail'), address, subject)), `a letter to ${address}: ${subject}`);
      return { text: found.text, link: found.text.match(/http:\/\/\S+/)?.[0] };
    },
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function letter(folder, address, subject) {
  if (!existsSync(folder)) return null;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.eml')).sort().reverse()) {
    const parsed = await simpleParser(readFileSync(join(folder, file)));
    if (parsed.to.text.includes(address) && parsed.subject.includes(subject)) return parsed;
  }
  return null;
}

async function until(holds, what) {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return;
    await pause(100);
  }
  throw new Error(`waited in vain until ${what}`);
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
