// A mail server for server/tests/mailer: `node peer.mjs MODE [CERTIFICATE [PORT]]`.
//
// It prints the port it listens on, then each email it took as one line of JSON, with the writes in which the commands
// before it came; in bad weather also when a recipient was named. It writes the
// certificate it made for itself to CERTIFICATE. It ends when its standard input does.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

const [mode, certificate, port = '0'] = process.argv.slice(2);
const say = (what) => console.log(JSON.stringify(what));
const no = (code, words) => Object.assign(new Error(words), { responseCode: code });
const plain = { hideSTARTTLS: true, allowInsecureAuth: true };

const modes = {
  starttls: () => ownCertificate(),
  'implicit-tls': () => ({ ...ownCertificate(), secure: true }),
  plain: () => plain,
  'no-pipelining': () => ({ ...plain, hidePIPELINING: true }),
  // Says what it was told in clear, which is to be nothing.
  'no-starttls': () => ({
    ...plain,
    onAuth: (auth, _session, done) => (say({ toldInClear: auth.username }), done(null, { user: auth.username })),
    onMailFrom: (address, _session, done) => (say({ toldInClear: address.address }), done()),
  }),
  'bad-auth': () => ({ ...plain, onAuth: (_auth, _session, done) => done(no(535, '5.7.8 Wrong user or password')) }),
  'refuse-sender': () => ({ ...plain, onMailFrom: (_address, _session, done) => done(no(550, '5.1.8 We do not know you')) }),
  refuse: () => ({ ...plain, onRcptTo: (_address, _session, done) => done(no(550, '5.1.1 No such person here')) }),
  'refuse-one': () => ({
    ...plain,
    onRcptTo: (to, _session, done) => done(to.address.startsWith('nobody@') ? no(550, '5.1.1 No such person here') : null),
  }),
  'refuse-relay': () => ({ ...plain, onRcptTo: (_address, _session, done) => done(no(554, '5.7.1 Relay access denied')) }),
  'refuse-stranger': () => ({ ...plain, onRcptTo: (_address, _session, done) => done(no(530, 'Sign in first')) }),
  'refuse-email': () => ({ ...plain, onData: whole((_raw, _session, done) => done(no(554, '5.6.0 We do not take this email'))) }),
  busy: () => ({ ...plain, onRcptTo: (_address, _session, done) => done(no(451, '4.7.1 Come back later')) }),
  // Says to each address what that says: 550_5.4.5_Too_many@example.org.
  answer: () => ({
    ...plain,
    onRcptTo: (to, _session, done) => {
      const [code, ...words] = to.address.split('@')[0].split('_');
      done(no(Number(code), words.join(' ')));
    },
  }),
  // Takes its time to say that it has taken an email.
  slow: () => ({ ...plain, onData: whole((raw, session, done) => setTimeout(() => take(raw, session, done), 1500)) }),
  // Takes one command at a time, and its time over the sender.
  'slow-over-sender': () => ({
    ...plain,
    hidePIPELINING: true,
    onMailFrom: (_address, _session, done) => (say({ sender: true }), setTimeout(done, 2000)),
    onRcptTo: (to, _session, done) => (say({ begun: to.address }), done()),
  }),
  stall: () => ({ ...plain, onData: whole(() => {}) }),
  hangup: () => ({ ...plain, onData: hangUp }),
  // Hangs up a while after each email, and says so.
  leave: () => ({
    ...plain,
    onData: whole((raw, session, done) => {
      sockets.forEach((socket) => socket.once('close', () => say({ left: true })));
      take(raw, session, done);
      setTimeout(hangUp, 100);
    }),
  }),
  // Of the emails to somebodyN some are never taken, some not yet, some wait for ever, and of some it hangs up after the
  // final dot, all but the first only the first time.
  weather: () => ({
    ...plain,
    onRcptTo: (to, _session, done) => {
      const kind = weather(to.address);
      say({ begun: to.address, at: Date.now() });
      if (kind === 'refuse') return done(no(550, '5.1.1 No such person here'));
      if (kind === 'defer' && first(to.address)) return done(no(451, '4.7.1 Come back later'));
      done();
    },
    onData: whole((raw, session, done) => {
      const to = session.envelope.rcptTo[0].address;
      const kind = weather(to);
      // Some connections break at last, and nobody is told whether the email was taken.
      if (kind === 'stall' && first(to)) return setTimeout(() => stream(session)?.destroy(), 20_000);
      say(toWhom(raw, session));
      if (kind === 'drop' && first(to)) return stream(session)?.destroy();
      done();
    }),
  }),
  // Says of each email only whom it was to and its id, and takes its time over it: a twentieth of a second.
  unhurried: () => ({ ...plain, onData: whole((raw, session, done) => (say(toWhom(raw, session)), setTimeout(done, 50))) }),
  // Takes one email a connection, as servers do after some hundred.
  'one-email': () => ({ ...plain, onMailFrom: (_address, session, done) => done(session.had ? no(421, '4.7.0 Enough') : null) }),
};

const toWhom = (raw, session) => ({
  to: session.envelope.rcptTo[0].address,
  id: /^Message-ID: (.*)$/mi.exec(raw.toString('latin1'))[1].trim(),
});
const stream = (session) => [...sockets].find((socket) => socket.remotePort === session.remotePort);
const had = new Set();
const first = (address) => !had.has(address) && had.add(address);
const weather = (address) => ({ 7: 'refuse', 11: 'defer', 13: 'drop' })[/\d+/.exec(address)[0] % 50] ?? (/\d+/.exec(address)[0] % 2000 === 19 ? 'stall' : 'take');

const server = new SMTPServer({
  authOptional: true,
  disableReverseLookup: true,
  logger: false,
  onAuth: (auth, _session, done) => done(null, { user: [auth.username, auth.password] }),
  onData: whole(take),
  ...modes[mode](),
});
const sockets = new Set();
const writes = new Map(); // by the client's port
server.server.on('connection', (socket) => {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  writes.set(socket.remotePort, []);
  socket.on('data', (bytes) => writes.get(socket.remotePort)?.push(bytes.toString('latin1')));
});
server.on('error', () => {}); // a client may hang up on us, or not trust us
server.listen(Number(port), '127.0.0.1', () => console.log(server.server.address().port));
process.stdin.resume().on('end', () => process.exit());

function take(raw, session, done) {
  const { id, secure, user, envelope, hostNameAppearsAs: hello } = session;
  const [from, to] = [envelope.mailFrom.address, envelope.rcptTo.map((one) => one.address)];
  session.had = true;
  const written = (writes.get(session.remotePort) ?? []).splice(0);
  const commands = written.filter((write) => /^(MAIL|RCPT|DATA)\b/.test(write));
  const last = written.at(-1) ?? '';
  const inOneWrite = last.endsWith('\r\n.\r\n') && last.includes('Message-ID:');
  say({ connection: id, hello, secure, signedIn: user ?? null, from, to, commands, inOneWrite, raw: raw.toString('latin1') });
  done();
}

function whole(then) {
  return (stream, session, done) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part)).on('end', () => then(Buffer.concat(parts), session, done));
  };
}

function hangUp() {
  sockets.forEach((socket) => socket.destroy());
}

function ownCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'smtp-peer-'));
  const keyFile = join(folder, 'key.pem');
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile, '-out', certificate, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-subj', '/CN=localhost', ...names, ...made], { stdio: 'ignore' });
  const pair = { key: readFileSync(keyFile), cert: readFileSync(certificate) };
  rmSync(folder, { recursive: true });
  return pair;
}
