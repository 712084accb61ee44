import { Decrypter, armor, generateIdentity, identityToRecipient } from 'age-encryption';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SECTIONS, type Secret, type Setting } from '../../../pkg/cli/config/setting-definitions.ts';
import { serviceConfig } from '../../../pkg/cli/config/service.ts';
import { call } from '../../simulator/http.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { CHART, template } from '../../support/helm/helm.ts';
import { runMain } from '../../support/cli.ts';
import { cheapPassphrases } from '../../support/repository/cheap-passphrases.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';
import { removeDirectory, startService } from '../../support/service.ts';
import { codeBlocks, linesOf } from './text.ts';

/** What a person or Grafana can call something; each must be text in the kit and nothing else. */
const HOSTILE = `</td><script>alert(1)</script><img src=x onerror=alert(1)> & "'\u202e`;
const KEY = { accessKeyId: 'planted-key-id', secretAccessKey: 'planted-secret-key' };
const PASSPHRASE = 'correct horse battery staple';

let grafana: Simulator;
let s3: S3Server;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let identity: string;
let environment: Record<string, string>;

cheapPassphrases();

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 2, folders: 1, v2Share: 0 });
  const app = { id: 'grafana-oncall-app', name: 'OnCall', type: 'app', version: '1.9.0', autoEnabled: false } as const;
  grafana.state.plugins.set(app.id, app);
  await addSecret(HOSTILE, 1);
  s3 = await startS3Server({ buckets: ['bucket'], credentials: [KEY] });
  directory = await temporaryDirectory();
  identity = await generateIdentity();
  await writeFile(join(directory.path, 'identity.txt'), `# a comment\n${identity}\n`);
  environment = {
    ...s3.environment,
    HOME: directory.path,
    GRAFANA_URL: grafana.url,
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    DASHKEEP_KUBERNETES: 'off',
    DASHKEEP_TARGET: 's3://bucket/prod',
    DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
    DASHKEEP_AGE_IDENTITY_FILE: join(directory.path, 'identity.txt'),
  };
  expect((await runMain(['backup'], environment)).exit).toBe(0);
});
afterAll(async () => {
  await Promise.all([s3?.close(), grafana?.close()]);
  await directory?.remove();
});

async function addSecret(name: string, org: number): Promise<void> {
  const body = { name, type: 'prometheus', access: 'proxy', url: 'http://p', secureJsonData: { password: 'x' } };
  const header = { 'x-grafana-org-id': String(org) };
  expect((await call(grafana, 'admin:admin', 'POST /api/datasources', body, header)).status).toBe(200);
}

async function kit(args: string[] = [], more: Record<string, string> = {}): Promise<string> {
  const { exit, out, error } = await runMain(['recovery-kit', ...args], { ...environment, ...more });
  expect(exit, error).toBe(0);
  return out;
}

describe('the kit', () => {
  it('says where the backups are, who signed them, who can decrypt them, and what they lack', async () => {
    const lines = linesOf(await kit(['--contact', 'Ada, +44 20 7946 0000', 'Bob']));
    const { json } = await runMain(['keys', '--json'], environment);
    for (const text of [
      'bucket',
      'prod',
      s3.url,
      json.own,
      environment['DASHKEEP_AGE_RECIPIENTS'],
      'Ada, +44 20 7946 0000',
      'Bob',
      'grafana-oncall-app',
      'password',
      'AWS_SECRET_ACCESS_KEY',
    ]) {
      expect(lines).toContain(text);
    }
    expect(lines).not.toContain('dashkeep-backup-app');
    // Beside Grafana, its address may be that of any machine.
    expect(
      lines.some((line) => /^Dashkeep recovery kit: .*(example\.com|backed up to s3:\/\/bucket\/prod)/.test(line)),
    ).toBe(true);
  });

  it('has none of the secrets that any setting holds, nor what addresses carry', async () => {
    const rows = Object.values(SECTIONS).flatMap((section) => Object.entries<Setting | Secret>(section));
    const names = rows.filter(([, row]) => 'secret' in row).map(([name]) => name.replace('<n>', '7'));
    expect(names.length).toBeGreaterThan(10);
    const own = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'GRAFANA_ADMIN_USER', 'GRAFANA_ADMIN_PASSWORD'];
    const free = names.filter((name) => !own.includes(name) && name !== 'DASHKEEP_AGE_IDENTITY');
    const planted = Object.fromEntries(free.map((name, index) => [name, `planted-secret-${index}`]));
    const html = await kit([], {
      ...planted,
      // Without its server, a password for email is refused.
      DASHKEEP_SMTP_HOST: 'smtp.example.com',
      GRAFANA_URL: `${grafana.url}/?token=planted-secret`,
    });
    expect(html).not.toContain('planted');
    expect(html).not.toMatch(/AGE-SECRET-KEY-1\w/);
    expect(html).not.toContain('PRIVATE KEY');
  });

  it('runs nothing and loads nothing, whatever names are in it', async () => {
    const html = await kit(['--contact', HOSTILE], { DASHKEEP_TIMEZONE: 'Etc/UTC', DASHKEEP_S3_TAGS: 'a=<b>' });
    expect(linesOf(html).filter((text) => text.startsWith('</td><script>alert(1)'))).toHaveLength(2);
    expect(html).not.toMatch(/<(?:script|img|link|iframe|svg|object|base|form)\b/i);
    expect(html).not.toMatch(/\s(?:src|href|on\w+|style)\s*=\s*["']/i);
    const [style = ''] = /<style>.*<\/style>/s.exec(html) ?? [];
    expect(style).not.toMatch(/@import|url\(/i);
    expect(html).toContain(`content="default-src 'none'; style-src 'sha256-`);
    expect(html).not.toContain('\u202e');
  });

  it('has the private keys only when asked, encrypted to a passphrase, and a machine signs with them again', async () => {
    const file = join(directory.path, 'passphrase');
    await writeFile(file, `${PASSPHRASE}\n`);
    const html = await kit(['--include-secrets', '--passphrase-file', file]);
    expect(html).not.toContain(identity);
    const sealed = codeBlocks(html).filter((text) => text.includes('BEGIN AGE ENCRYPTED FILE'));
    expect(sealed).toHaveLength(2);
    const decrypter = new Decrypter();
    decrypter.addPassphrase(PASSPHRASE);
    const [keys = '', entry = ''] = await Promise.all(
      sealed.map((text) => decrypter.decrypt(armor.decode(text), 'text')),
    );
    expect(keys).toBe(`${identity}\n`);
    const { json } = await runMain(['keys', '--json'], environment);
    const [, name = ''] = /age -d -o (signing-\S+)/.exec(html) ?? [];
    const elsewhere = { ...environment, DASHKEEP_STATE_DIR: join(directory.path, 'new-state') };
    await mkdir(elsewhere.DASHKEEP_STATE_DIR, { recursive: true });
    await writeFile(join(elsewhere.DASHKEEP_STATE_DIR, name), entry);
    expect((await runMain(['keys', '--json'], elsewhere)).json.own).toBe(json.own);
  });

  it.each([
    [['--include-secrets'], /without a terminal, --include-secrets needs --passphrase-file/],
    [['--passphrase-file', 'x'], /needs --include-secrets/],
  ])('refuses %s', async (args, message) => {
    const { exit, error } = await runMain(['recovery-kit', ...args], environment);
    expect([exit, error]).toEqual([2, expect.stringMatching(message)]);
  });

  it('refuses a passphrase that is too short', async () => {
    const file = join(directory.path, 'short');
    await writeFile(file, 'short\n');
    const { out, error } = await runMain(['recovery-kit', '--include-secrets', '--passphrase-file', file], environment);
    expect([out, error]).toEqual(['', expect.stringContaining('shorter than 12 characters')]);
  });

  it('brings back the settings, by a shell and by the chart', async () => {
    const set = {
      DASHKEEP_ORGS: 'all',
      DASHKEEP_SCHEDULE: '15 */3 * * *',
      DASHKEEP_VERIFY_SCHEDULE: 'off',
      DASHKEEP_TIMEZONE: 'Europe/Berlin',
      DASHKEEP_KEEP_DAILY: '99',
      DASHKEEP_KEEP_WITHIN: '30d',
      DASHKEEP_EXCLUDE_KINDS: 'annotation,silence',
      DASHKEEP_PLAIN_COPIES: 'off',
      DASHKEEP_S3_FORCE_PATH_STYLE: 'true',
      DASHKEEP_S3_TAGS: "team=it's",
      DASHKEEP_ALARM_GONE: '5%,7',
      DASHKEEP_WEBHOOK_EVENTS: 'failed,late',
    };
    const html = await kit([], set);
    const [shell = '', values = ''] = codeBlocks(html).filter((text) => text.includes('15 */3'));
    const words = [...shell.matchAll(/^export (\w+)=(?:'((?:[^']|'\\'')*)'|(\S*))$/gm)].map(
      ([, name = '', quoted, plain = '']) => [name, quoted?.replaceAll(`'\\''`, "'") ?? plain] as const,
    );
    const given = Object.fromEntries(words);
    expect(given).toMatchObject(set);
    const { DASHKEEP_TRUSTED_KEYS: trusted = '', ...rest } = given;
    const kept = (from: Record<string, string>) => {
      const { settings, storage, alarm, orgIds } = serviceConfig({ GRAFANA_URL: 'http://g', ...from }, {}, 'test');
      return { settings, tags: storage.s3?.tags, alarm, orgIds };
    };
    expect(kept(rest)).toEqual(kept({ ...environment, ...set }));
    expect(trusted).toBe((await runMain(['keys', '--json'], environment)).json.own);

    const objects = await template(CHART, { values: [parse(values) as Record<string, unknown>] });
    const texts: Record<string, string> = Object.assign({}, ...objects.map(({ data }) => data));
    expect(texts).toMatchObject(given);
  });
});

describe('the kit of a repository with a passphrase', () => {
  it('asks for the passphrase, also in its commands, and never for an identity', async () => {
    const { DASHKEEP_AGE_RECIPIENTS: _, DASHKEEP_AGE_IDENTITY_FILE: __, ...plain } = environment;
    const file = join(directory.path, 'repository-passphrase');
    await writeFile(file, PASSPHRASE);
    const given = {
      ...plain,
      DASHKEEP_TARGET: `file://${directory.path}/with-passphrase`,
      DASHKEEP_STATE_DIR: join(directory.path, 'state-with-passphrase'),
      DASHKEEP_AGE_PASSPHRASE_FILE: file,
    };
    expect((await runMain(['backup'], given)).exit).toBe(0);
    const { out, error } = await runMain(['recovery-kit', '--include-secrets', '--passphrase-file', file], given);
    expect(error).toBe('');
    const lines = linesOf(out);
    expect(out).toContain('<li>the passphrase of the repository, in the file <code>passphrase</code></li>');
    expect(lines).toContainEqual(expect.stringContaining('The passphrase of the repository: it decrypts'));
    expect(lines).not.toContainEqual(expect.stringContaining('Each of these age recipients'));
    expect(lines).not.toContainEqual(expect.stringMatching(/^age1\w{20}/));
    const [command = ''] = codeBlocks(out).filter((text) => text.includes('export GRAFANA_URL='));
    expect(command).toContain(' DASHKEEP_AGE_PASSPHRASE_FILE=passphrase');
    expect(out).not.toContain('DASHKEEP_AGE_IDENTITY_FILE=');
    expect(lines).not.toContainEqual(expect.stringMatching(/^ ?decrypts the backups\. The file/));
  });

  it('names a recipient besides, and asks for its identity', async () => {
    const { DASHKEEP_AGE_IDENTITY_FILE: _, ...given } = environment;
    const target = join(directory.path, 'with-both');
    const both = {
      ...given,
      DASHKEEP_AGE_RECIPIENTS: '',
      DASHKEEP_TARGET: `file://${target}`,
      DASHKEEP_STATE_DIR: join(directory.path, 'state-with-both'),
      DASHKEEP_AGE_PASSPHRASE: PASSPHRASE,
    };
    expect((await runMain(['backup'], both)).exit).toBe(0);
    const [sealed = ''] = (await readdir(join(target, 'keys'))).filter((name) => name.startsWith('passphrase-'));
    const decrypter = new Decrypter();
    decrypter.addPassphrase(PASSPHRASE);
    const text = await decrypter.decrypt(await readFile(join(target, 'keys', sealed)), 'text');
    const [ofPassphrase = ''] = /age1\w+/.exec(text) ?? [];
    const other = environment['DASHKEEP_AGE_RECIPIENTS'] ?? '';
    both.DASHKEEP_AGE_RECIPIENTS = `${ofPassphrase},${other}`;
    const { out, error } = await runMain(['recovery-kit'], both);
    expect(error).toBe('');
    expect(out).toContain(`<li><code>${other}</code></li>`);
    expect(out).not.toContain(`<li><code>${ofPassphrase}</code></li>`);
    expect(out).toContain('The passphrase of the repository: it decrypts');
    expect(out).toContain(' DASHKEEP_AGE_IDENTITY_FILE=identity.txt');
  });

  it('says on the command line when it cannot read what a recovery needs', async () => {
    const { exit, out, error } = await runMain(['recovery-kit'], { ...environment, DASHKEEP_AGE_IDENTITY_FILE: '' });
    expect([exit, out.includes('Plugins to install first, secrets to enter again')]).toEqual([0, true]);
    expect(error).toContain('the kit names no plugins and no secrets');
  });

  it('asks for the identity of one without a passphrase', async () => {
    const out = await kit();
    expect(out).not.toContain('The passphrase of the repository: it decrypts');
    expect(out).toContain('<li>an age identity, in the file <code>identity.txt</code></li>');
    expect(out).toContain(' DASHKEEP_AGE_IDENTITY_FILE=identity.txt');
    expect(out).not.toContain('0123456789abcdef0123456789abcdef');
  });

  it('trusts its key in the plan as when applying it, so that both are of the same snapshot', async () => {
    const { json } = await runMain(['keys', '--json'], environment);
    const commands =
      codeBlocks(await kit())
        .join('\n')
        .match(/^dashkeep restore latest .*--everything.*$/gm) ?? [];
    expect(commands.map((command) => command.includes(`--trust ${json.own}`))).toEqual([true, true]);
  });
});

describe('the API', () => {
  it('gives it to the home organization alone, without the names of what others have', async () => {
    const { body } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
    await addSecret('of-second', body.orgId);
    const other = 'token-of-the-second-org-0123456789';
    const more = { DASHKEEP_ORGS: 'all', [`DASHKEEP_API_TOKEN_ORG_${body.orgId}`]: other };
    const service = await startService({ grafanaUrl: grafana.url, environment: more });
    try {
      await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
      const { json, headers } = await service.call('GET', '/recovery-kit');
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(json).toMatchObject({
        name: expect.stringMatching(/^recovery-kit-\d{4}-\d\d-\d\d\.html$/),
        type: 'text/html',
      });
      expect(json.text).toContain('<title>Dashkeep recovery kit: https://grafana.example.com/monitoring</title>');
      expect(linesOf(json.text)).toContain(` (the service uses ${grafana.url})`);
      expect(json.text).toContain('Other organizations have 1 more.');
      expect(json.text).not.toContain('of-second');
      const refused = await service.call('GET', '/recovery-kit', undefined, { authorization: `Bearer ${other}` });
      expect([refused.status, refused.json.error.code]).toEqual([403, 'DK_HOME_ORGANIZATION']);
    } finally {
      await service.stop();
      await removeDirectory(service.directory);
    }
  });
});
