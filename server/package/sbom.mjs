// Writes what the program is made of, as CycloneDX 1.5: every crate that is in it or was used to
// build it, for this machine and for the browser, with its licence and its hash. Nothing in it
// depends on when or where it was written.
//   node server/package/sbom.mjs >target/release/alongside.cdx.json
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const run = (program, ...args) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });

const rustc = run('rustc', '-vV');
const said = (what) => rustc.match(new RegExp(`^${what}: (.*)$`, 'm'))[1];

// What is built for which machine: as `server/package/build.sh` and `site/build.sh` do.
const BUILT = [
  { target: said('host'), crates: ['server'], features: [] },
  {
    target: 'wasm32-unknown-unknown',
    crates: ['islands', 'organisers'],
    features: ['--no-default-features', '--features', 'organisers/hydrate'],
  },
];

// The hash of each crate, as cargo checks it.
const checksums = new Map();
for (const part of readFileSync('Cargo.lock', 'utf8').split('[[package]]')) {
  const value = (name) => part.match(new RegExp(`^${name} = "(.*)"$`, 'm'))?.[1];
  if (value('checksum')) checksums.set(`${value('name')}@${value('version')}`, value('checksum'));
}

const packages = new Map(); // by reference: its name, version and licence
const needs = new Map(); // by reference: the references of what it is built with
const inside = new Set(); // the references of what is in the program, not only used to build it

// The crates that cargo builds, each with how deep below the first it is. `cargo metadata` would
// also name what is in Cargo.lock and never compiled.
function* built({ target, crates, features }, edges) {
  const these = crates.flatMap((crate) => ['-p', crate]);
  const form = ['--prefix', 'depth', '--format', '\t{p}\t{l}'];
  const tree = run('cargo', 'tree', '--locked', '--target', target, ...features, ...these, '-e', edges, ...form);
  for (const line of tree.split('\n').filter(Boolean)) {
    const [depth, crate, licence] = line.replace(/ \(\*\)$/, '').split('\t');
    const [name, version, place = ''] = crate.split(' ');
    const isOurs = place.startsWith('(/');
    const own = isOurs ? `alongside/${name}` : `pkg:cargo/${name}@${version.slice(1)}`;
    yield { depth: Number(depth), own, crate: { name, version: version.slice(1), licence, isOurs } };
  }
}

for (const what of BUILT) {
  const above = [];
  for (const { depth, own, crate } of built(what, 'normal,build')) {
    packages.set(own, crate);
    above[depth] = own;
    if (depth) needs.set(above[depth - 1], (needs.get(above[depth - 1]) ?? new Set()).add(own));
  }
  for (const { own } of built(what, 'normal,no-proc-macro')) inside.add(own);
}

const inOrder = (names) => [...names].sort((one, next) => (one < next ? -1 : 1));
const component = (own) => {
  const { name, version, licence, isOurs } = packages.get(own);
  const hash = checksums.get(`${name}@${version}`);
  if (!licence || !(isOurs || hash)) throw new Error(`${own} has no hash or no licence`);
  return {
    type: 'library',
    'bom-ref': own,
    name,
    version,
    scope: inside.has(own) ? 'required' : 'excluded',
    ...(!isOurs && { hashes: [{ alg: 'SHA-256', content: hash }], purl: own }),
    licenses: [{ expression: licence.replaceAll(/\s*\/\s*/g, ' OR ') }],
  };
};

const server = packages.get('alongside/server');
const rust = {
  type: 'library',
  'bom-ref': `rust@${said('release')}`,
  name: 'Rust and its standard library',
  version: `${said('release')} ${said('commit-hash')}`,
  licenses: [{ expression: 'MIT OR Apache-2.0' }],
};
const bill = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: {
    component: {
      type: 'application',
      'bom-ref': 'alongside',
      name: 'alongside',
      version: server.version,
      licenses: [{ expression: server.licence }],
    },
  },
  components: [...inOrder(packages.keys()).map(component), rust],
  dependencies: [
    { ref: 'alongside', dependsOn: ['alongside/islands', 'alongside/organisers', 'alongside/server', rust['bom-ref']] },
    ...inOrder(packages.keys()).map((own) => ({ ref: own, dependsOn: inOrder(needs.get(own) ?? []) })),
  ],
};
console.log(JSON.stringify(bill, null, 1));
