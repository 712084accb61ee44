import { DashkeepError } from '../../contract/errors.ts';
import { facts, list, markup, table, type Html } from '../../lib/html/html.ts';
import { page } from '../../lib/html/page.ts';
import type { Needed } from '../readiness/needs.ts';
import type { CopyFacts, Encryption, KitFacts, Signer } from './facts.ts';
import { disasterRecovery, rescue, type GuideValues } from './guides.ts';
import { secretsFile } from './secrets-file.ts';
import { chartValues, copyWords, exports, quoted, targetWords } from './settings.ts';

/** The kit as one HTML file, which works without Dashkeep and without Grafana. */
export function kitPage(kit: KitFacts): string {
  const values = guideValues(kit);
  const parts = [
    cover(kit),
    contacts(kit),
    repository(kit),
    keys(kit),
    ...(kit.copy === undefined ? [] : [secondCopy(kit, kit.copy)]),
    needs(kit),
    settings(kit),
    ...(kit.sealed.length === 0 ? [] : [sealed(kit)]),
    disasterRecovery(values),
    rescue(values),
  ];
  return page(`Dashkeep recovery kit: ${subject(kit)}`, markup`${parts}`);
}

const REPOSITORY = 'https://github.com/dashkeep/dashkeep';
const DOCUMENTATION = `${REPOSITORY}/tree/main/docs`;
const EXECUTABLE = `${REPOSITORY}/releases, or build it (docs/install/outside-kubernetes.md)`;

/** Next to Grafana, the service may use an address that names no Grafana. */
function subject({ rootUrl, grafanaUrl, settings: texts }: KitFacts): string {
  return rootUrl ?? `${grafanaUrl}, backed up to ${texts.get('DASHKEEP_TARGET') ?? ''}`;
}

function cover(kit: KitFacts): Html {
  const { grafanaUrl, rootUrl, time, version, encryption, sealed: secrets } = kit;
  const content =
    secrets.length === 0
      ? 'It contains no passwords and no private keys.'
      : 'Its private keys are encrypted: anyone who has the kit and its passphrase can read them.';
  const needed = [
    'credentials that can read and write the target',
    'the password of a server admin of the new Grafana',
    markup`the executable <code>dashkeep</code>: ${EXECUTABLE}. Keep a copy of it with this kit`,
    ...neededToDecrypt(encryption),
    'the secrets listed below',
  ];
  return markup`<h1>Recovery kit</h1>
<p><strong>${subject(kit)}</strong>${rootUrl === undefined || rootUrl === grafanaUrl ? '' : ` (the service uses ${grafanaUrl})`}</p>
<p class="quiet">Created by Dashkeep ${version} on ${time.toISOString().slice(0, 16).replace('T', ' ')} UTC. ${content}</p>
<p>Print it, or store it where it survives the loss of Grafana and its cluster. Create a new one when the target, a key or the plugins change.</p>
<p>In an emergency, install Grafana and the plugins, then follow <strong>Disaster recovery</strong>. If Dashkeep is not available, follow <strong>Rescue</strong>, which needs only common tools. You also need:</p>
${list(needed)}
<p>Documentation: ${DOCUMENTATION}. Paths in parentheses, such as <code>docs/restore.md</code>, are pages there.</p>`;
}

function neededToDecrypt({ recipients, hasPassphrase }: Encryption): Html[] {
  if (recipients.length > 0) {
    return [markup`an age identity, in the file <code>identity.txt</code>`];
  }
  return hasPassphrase ? [markup`the passphrase of the repository, in the file <code>passphrase</code>`] : [];
}

function contacts({ contacts: given }: KitFacts): Html {
  const blank = ['Grafana', 'Storage', 'Keys and passwords'].map((who) => [who, '', '']);
  return markup`<h2>Contacts</h2>
${given.length > 0 ? list(given) : table(['For', 'Name', 'Phone or email'], blank)}`;
}

function repository({ target, resolved, repository: id, encryption, snapshot }: KitFacts): Html {
  const { manifest } = snapshot ?? {};
  const newest =
    manifest === undefined
      ? 'none yet'
      : `${manifest.id}: ${counted(manifest.resources.length, 'resource')} of ${counted(manifest.orgs.length, 'organization')}, Grafana ${manifest.grafana.version}`;
  return markup`<h2>Where the backups are</h2>
${facts([
  ['type', target.kind],
  ...resolved.map(({ name, value }): [string, string] => [name, value]),
  ['repository', id],
  ['encrypted', encryption.isEncrypted ? 'yes' : 'no'],
  ['last complete backup', newest],
])}`;
}

function keys({ signers, snapshot, encryption: { isEncrypted, recipients, hasPassphrase } }: KitFacts): Html {
  const readers = recipients.map((one) => markup`<code>${one}</code>`);
  const who = [
    readers.length > 0
      ? markup`<p>Each of these age recipients, with its identity (<code>AGE-SECRET-KEY-1&hellip;</code>):</p>\n${list(readers)}`
      : '',
    hasPassphrase
      ? markup`<p>The passphrase of the repository: it decrypts the age identity in <code>keys/</code>.</p>\n`
      : '',
    isEncrypted ? '' : markup`<p>Anyone who can read the target: the repository is not encrypted.</p>\n`,
  ];
  return markup`<h2>Who signed the backups</h2>
${signerTable(signers, 'signs new backups', snapshot?.signer)}<h2>Who can decrypt the backups</h2>
${who}`;
}

function signerTable(signers: readonly Signer[], ofOwn: string, ofLast?: string): Html {
  const rows = signers.map(({ fingerprint, isOwn, publicKey }) => [
    [
      markup`<code>${fingerprint}</code>`,
      isOwn ? markup`<br>${ofOwn}` : '',
      fingerprint === ofLast ? markup`<br>signed the last complete backup` : '',
    ],
    markup`<pre>${publicKey ?? 'not in the repository'}</pre>`,
  ]);
  return table(['Fingerprint', 'Public key'], rows, 'No signing key is trusted here yet.');
}

/** The copy is a separate repository, with separate keys. */
function secondCopy({ settings: texts, encryption }: KitFacts, { target, resolved, signers }: CopyFacts): Html {
  const where = facts([['address', target], ...resolved.map(({ name, value }): [string, string] => [name, value])]);
  const [signer] = signers instanceof DashkeepError ? [] : signers;
  const read =
    signers instanceof DashkeepError
      ? markup`<p>It could not be read when this kit was created: ${signers.message}. Its keys are missing from this kit.</p>\n`
      : signerTable(signers, 'signs new copies');
  const words = [copyWords(texts, target, resolved), ...decryptWords(encryption)].join(' ');
  const trust = signer === undefined ? '' : ` --trust ${signer.fingerprint}`;
  return markup`<h2>The second copy</h2>
${where}${read}<p>If the backups above are lost, set these values and the credentials of the copy instead of those of the target, and follow <strong>Disaster recovery</strong> with the fingerprint of the copy:</p>
<pre>export ${words}
dashkeep restore latest --everything --overwrite --include-managed${trust}</pre>
`;
}

function needs({ needed, ownSecrets, credentials, snapshot }: KitFacts): Html {
  const used = ownSecrets.map((one) => markup`<code>${one}</code>`);
  const ofTarget = credentials === undefined ? [] : [markup`credentials of the target: ${credentials}`];
  const own =
    used.length + ofTarget.length === 0
      ? markup``
      : markup`<p>Dashkeep itself uses these secrets:</p>\n${list([...used, ...ofTarget])}`;
  if (needed === undefined || needed instanceof DashkeepError) {
    const why = needed === undefined ? 'there is no complete backup yet' : needed.message;
    return markup`<h2>Plugins to install first, secrets to enter again</h2>
<p>Unknown: ${why}.</p>
${own}`;
  }
  const { plugins, secrets } = needed;
  const listed = plugins.items.map(({ uid, title, detail }) => [title, uid, detail]);
  const named = secrets.items.map(({ org, kind, title, detail }) => [org, kind, title, detail]);
  return markup`<h2>Plugins to install first</h2>
${table(['Plugin', 'ID', 'Version'], listed, 'The backup lists no plugins.')}${elsewhere(plugins)}<h2>Secrets to enter again</h2>
${table(['Organization', 'Kind', 'Name', 'Field'], named)}${elsewhere(secrets)}${suppliedBy(secrets, snapshot)}${own}`;
}

/** How a restore enters the secrets. */
function suppliedBy({ items }: Needed, snapshot: KitFacts['snapshot']): Html {
  return items.length === 0 || snapshot === undefined
    ? markup``
    : markup`<p>To let the restore enter these secrets, save this file as <code>secrets.yaml</code>, set each variable, for example with <code>export SECRET_1=&hellip;</code>, and add <code>--secrets secrets.yaml</code> to the commands of the restore. Remove the entries whose secrets you do not have.</p>
<pre>${secretsFile(items, snapshot.manifest)}</pre>
`;
}

function elsewhere({ elsewhere: count }: Needed): Html {
  return count === 0
    ? markup``
    : markup`<p>Other organizations have ${count} more. A kit from the command line names them.</p>\n`;
}

function settings({ settings: texts, ofMachine, isInKubernetes }: KitFacts): Html {
  const machine =
    ofMachine.size === 0
      ? ''
      : markup`<p>Addresses and files of this machine. The kit does not contain the files, and another machine may need other values:</p>\n<pre>${exports(ofMachine)}</pre>\n`;
  const shell = markup`<p>The current settings, for a shell:</p>\n<pre>${exports(texts)}</pre>\n${machine}`;
  return markup`<h2>Settings</h2>
${isInKubernetes ? '' : shell}<p>The current settings, as values of the chart <code>dashkeep</code>. They do not include settings that the service does not know: the chart&rsquo;s mode and resources, and the name of Grafana&rsquo;s release.</p>
<pre>${chartValues(texts)}</pre>
`;
}

function sealed({ sealed: secrets }: KitFacts): Html {
  const blocks = secrets.map(
    ({ name, text }) => markup`<h3>${name}</h3>\n<pre>age -d -o ${name} ${name}.age</pre>\n<pre>${text}</pre>\n`,
  );
  const identity = secrets.some(({ name }) => name === 'identity.txt')
    ? markup`<code>identity.txt</code> decrypts the backups. `
    : '';
  return markup`<h2>Encrypted private keys</h2>
<p>Save each block as <code>&hellip;.age</code> and decrypt it with <code>age</code> and the passphrase of this kit. ${identity}The file <code>signing-&hellip;</code> is the signing key (the second copy has its own): put it into the state directory or, in Kubernetes, into the Secret under its name, before the first backup.</p>
${blocks}`;
}

/** For a target that these commands cannot read. */
const COPIED = ['# Copy the files of the target to a directory.', 'DIRECTORY=.'];

function guideValues(kit: KitFacts): GuideValues {
  const { target, resolved, settings: texts, grafanaUrl, encryption, snapshot, signers } = kit;
  const value = (name: string): string => resolved.find((one) => one.name === name)?.value ?? '';
  const endpoint = value('endpoint') === 'AWS' ? `https://s3.${value('region')}.amazonaws.com` : value('endpoint');
  const words: Partial<Record<string, string[]>> = {
    s3: [
      `BUCKET=${quoted(value('bucket'))} PREFIX=${quoted(value('prefix'))}`,
      `ENDPOINT=${quoted(endpoint)} REGION=${quoted(value('region'))}`,
      'export AWS_ENDPOINT_URL="$ENDPOINT" AWS_REGION="$REGION"',
    ],
    directory: [`DIRECTORY=${quoted(value('directory'))}`],
  };
  return {
    grafanaUrl: quoted(grafanaUrl),
    target: [targetWords(texts), ...decryptWords(encryption)].join(' '),
    fingerprint: snapshot?.signer ?? signers[0]?.fingerprint,
    trusted: signers.map((one) => one.fingerprint),
    rescue: `${(words[target.kind] ?? COPIED).join('\n')}\n`,
  };
}

/** What a command needs to read and write an encrypted repository, as arguments of `export`. */
function decryptWords({ recipients, writtenFor, hasPassphrase }: Encryption): string[] {
  if (recipients.length === 0) {
    return hasPassphrase ? ['DASHKEEP_AGE_PASSPHRASE_FILE=passphrase'] : [];
  }
  const readers = writtenFor.length > 0 ? [`DASHKEEP_AGE_RECIPIENTS=${writtenFor.join(',')}`] : [];
  return [...readers, 'DASHKEEP_AGE_IDENTITY_FILE=identity.txt'];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
