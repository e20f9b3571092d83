// A service of its own for a test: the real program on a free port, its database and emails in a folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import PostalMime from 'postal-mime';

const program = resolve(process.env.ALONGSIDE_BIN || join(import.meta.dirname, '../target/debug/alongside'));

/**
 * What a program needs of the machine, and all that it is given: no setting of whoever runs the tests reaches the service, also
 * none that it will have one day.
 */
const NEEDED = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

/**
 * `host`: by which name browsers reach it; some things they do for a name alone. `daysAhead`: the demonstration as it will be after so
 * many days.
 */
export async function startService({ demo = false, daysAhead = 0, host = '127.0.0.1' } = {}) {
  const words = ['serve', ...(demo ? ['--demo'] : []), ...(daysAhead ? ['--days-ahead', `${daysAhead}`] : [])];
  // A port that was free a moment ago may be another test's by now: then another is tried.
  for (let tries = 1; ; tries++) {
    try {
      return await startOn(await freePort(), words, host);
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

async function startOn(port, words, host) {
  const folder = mkdtempSync(join(tmpdir(), 'alongside-'));
  const mailFolder = join(folder, 'mail');
  const url = `http://${host}:${port}`;
  // The program looks for its settings in the folders above too, where a developer may have some.
  writeFileSync(join(folder, '.env'), '');
  const env = Object.fromEntries(NEEDED.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
  Object.assign(env, { DATABASE_URL: `sqlite://${folder}/alongside.db`, MAIL: `file:${mailFolder}`, LISTEN: `127.0.0.1:${port}`, METRICS: 'off', PUBLIC_URL: url, CALL_BACK_MINUTES: '0', RUST_LOG: 'warn' });

  const child = spawn(program, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(`it ended with ${code ?? signal}`));
  });
  // A test run that is cut short leaves no service behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    child.kill('SIGTERM');
    const patience = setTimeout(kill, 10_000);
    await ended;
    clearTimeout(patience);
    process.removeListener('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  };

  // It says where it is once it listens. Another service could answer at its address; none could say so in its stead.
  const listens = new Promise((done) => {
    let said = '';
    child.stdout.on('data', (part) => {
      said += part;
      if (said.includes(`Alongside is at ${url}`)) done(null);
    });
  });
  const why = await Promise.race([listens, ended]);
  if (why) {
    await stop();
    throw new Error(`${program} does not serve: ${why}`);
  }

  return {
    url,
    mailFolder,
    /** Runs another command of the program, with the same settings. */
    command(...words) {
      const { status, stderr } = spawnSync(program, words, { cwd: folder, env, encoding: 'utf8' });
      if (status !== 0) throw new Error(`alongside ${words.join(' ')}: ${stderr}`);
    },
    /** Changes the database by hand, for what only time can do. */
    sql(statements) {
      const script = 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=20); db.executescript(sys.argv[2]); db.commit()';
      const { status, stderr } = spawnSync('/usr/bin/python3', ['-c', script, join(folder, 'alongside.db'), statements], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${statements}: ${stderr}`);
    },
    /** The one thing that a statement finds in the database. */
    ask(statement) {
      const script = 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1], timeout=20).execute(sys.argv[2]).fetchone()[0])';
      const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', script, join(folder, 'alongside.db'), statement], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${statement}: ${stderr}`);
      return stdout.trim();
    },
    /** The newest email to this address with these words in its subject, and the first link to the service in it. */
    async emailTo(address, subjectPart, says = '') {
      let email;
      await until(async () => (email = await find(mailFolder, address, subjectPart, says)), `an email to ${address}: ${subjectPart}`);
      const words = email.text.split(/\s+/);
      return { text: email.text, html: email.html, headers: Object.fromEntries(email.headers.map(({ key, value }) => [key, value])), link: words.find((word) => word.startsWith(`${url}/`)) };
    },
    stop,
  };
}

/** Emails are named by ids that grow with time. */
async function find(folder, address, subjectPart, says) {
  const names = await Promise.resolve().then(() => readdirSync(folder)).catch(() => []);
  for (const name of names.filter((name) => name.endsWith('.eml')).sort().reverse()) {
    const email = await PostalMime.parse(readFileSync(join(folder, name)));
    if (email.to.some((to) => to.address === address) && email.subject.includes(subjectPart) && email.text.includes(says)) return email;
  }
  return null;
}

async function until(holds, what) {
  for (let tries = 0; tries < 600; tries++) {
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
