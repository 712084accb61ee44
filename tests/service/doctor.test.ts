import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Doctor, DoctorCheck } from '../../pkg/contract/api/status.ts';
import type { BackupReport } from '../../pkg/contract/coverage.ts';
import { call } from '../simulator/http.ts';
import { runMain } from '../support/cli.ts';
import { cheapPassphrases } from '../support/repository/cheap-passphrases.ts';
import { startS3Server } from '../support/s3/server.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

cheapPassphrases();

describe('the doctor', () => {
  let grafana: Simulator;
  let directory: string;

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    directory = await mkdtemp(join(tmpdir(), 'dashkeep-doctor-'));
    await mkdir(join(directory, 'admin'));
    await writeFile(join(directory, 'admin', 'admin-user'), 'admin');
    await writeFile(join(directory, 'admin', 'admin-password'), 'admin');
  });
  afterEach(async () => {
    await grafana.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** What the command line prints, as JSON. */
  async function examine(environment: Record<string, string> = {}): Promise<Doctor> {
    return JSON.parse(await output('doctor', environment, '--json')) as Doctor;
  }

  /** What the command line prints, with names in place of addresses and paths. */
  async function printed(environment: Record<string, string>): Promise<string[]> {
    const text = await output('doctor', environment);
    return text.trimEnd().replaceAll(grafana.url, 'GRAFANA').replaceAll(directory, 'DIRECTORY').split('\n');
  }

  async function output(command: string, environment: Record<string, string>, ...options: string[]): Promise<string> {
    const given = {
      HOME: directory,
      GRAFANA_URL: grafana.url,
      DASHKEEP_KUBERNETES: 'off',
      DASHKEEP_STATE_DIR: join(directory, 'state'),
      DASHKEEP_TARGET: `file://${join(directory, 'target')}`,
      ...environment,
    };
    return (await runMain([command, ...options], given)).out;
  }

  const named = ({ checks }: Doctor, name: string): DoctorCheck | undefined => checks.find((one) => one.name === name);
  const withAdmin = (): Record<string, string> => ({ DASHKEEP_ADMIN_SECRET_DIR: join(directory, 'admin') });
  const tokenFile = (): string => join(directory, 'state', 'grafana-api-token');

  async function store(token: string): Promise<void> {
    await mkdir(join(directory, 'state'), { mode: 0o700 });
    await writeFile(tokenFile(), token, { mode: 0o600 });
  }

  it('warns of tokens of the API that are never replaced', async () => {
    const given = { DASHKEEP_API_TOKEN: 'given-0123456789abcdef', DASHKEEP_API_TOKEN_ORG_2: 'other-0123456789abcdef' };
    const found = await examine({ ...withAdmin(), ...given });
    for (const name of Object.keys(given)) {
      expect(named(found, `API token: ${name}`)).toMatchObject({
        status: 'warning',
        detail: expect.stringContaining('never replaced'),
        hint: expect.stringContaining(`Change ${name}`),
      });
    }
    const { checks } = await examine(withAdmin());
    expect(checks.filter(({ name }) => name.startsWith('API token'))).toEqual([]);
  });

  it('calls it no fault that the service has not made its token yet, and makes none itself', async () => {
    const token = named(await examine(withAdmin()), 'token');
    expect(token).toMatchObject({ status: 'ok', detail: expect.stringMatching(/^none yet; the service creates one/) });
    expect(grafana.state.tokens).toEqual([]);
    expect(grafana.writes()).toEqual([]);
  });

  it('says that Grafana refuses the stored token, and what to do', async () => {
    await store('glsa_forgottenforgottenforgottenforgotten');
    const seen = await examine(withAdmin());
    const token = named(seen, 'token');
    expect(token).toMatchObject({ status: 'failed', detail: 'Grafana refuses the stored token' });
    expect(token?.hint).toContain('dashkeep bootstrap');
    expect(seen.ok).toBe(false);
    expect(grafana.writes()).toEqual([]);
    expect(await readFile(tokenFile(), 'utf8')).toBe('glsa_forgottenforgottenforgottenforgotten');

    const alone = named(await examine(), 'token');
    expect(alone).toMatchObject({ status: 'failed', detail: expect.stringContaining('refuses the stored token') });
    expect(alone?.hint).toContain('DASHKEEP_ADMIN_SECRET_DIR');
  });

  it('finds all rights where an open source Grafana has no action for a kind', async () => {
    const token = grafana.token({ role: 'Admin' });
    expect(named(await examine({ GRAFANA_API_TOKEN: token }), 'rights')).toMatchObject({
      status: 'warning',
      detail: expect.stringMatching(/\b\d+ of \d+ kinds; not included[^;]+: org, user, sso-settings, server-settings$/),
      hint: expect.stringContaining('of a server admin'),
    });
  });

  it('names the organization that a killed restore test left behind', async () => {
    const name = 'dashkeep-drill-20261124T150000Z-0badcafe';
    const { body } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name });
    const found = await examine({ GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' });
    expect(named(found, `organization ${body.orgId}`)).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining(name),
      hint: expect.stringContaining('delete it'),
    });
  });

  it('names organizations that the service does not cover, as its own pages do', async () => {
    const { body } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
    await store(grafana.token({ role: 'Admin' }));
    expect(named(await examine(withAdmin()), `organization ${body.orgId}`)).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('Second'),
    });
  });

  it('fails after a verification that found problems', async () => {
    const where = ['--target', `file://${join(directory, 'target')}`, '--state-dir', join(directory, 'state')];
    const environment = { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }) };
    const { snapshot } = (await runMain(['backup', '--json', ...where], environment)).json;
    const objects = join(directory, 'target', 'objects');
    const [object = ''] = (await readdir(objects, { recursive: true })).filter((name) => name.endsWith('gz'));
    await writeFile(join(objects, object), 'damaged');
    expect((await runMain(['verify', '--read-data', ...where], environment)).exit).toBe(4);
    const found = await examine(environment);
    expect(found.ok).toBe(false);
    expect(named(found, 'verification')).toMatchObject({ status: 'failed', detail: 'problems found: 1' });
    await runMain(['forget', snapshot, '--even-newest', '--confirm', snapshot, ...where], environment);
    expect(named(await examine(environment), 'verification')?.hint).toContain('Verify it again');
  });

  it('checks what an admin may read before there is a token, and makes none', async () => {
    await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
    const before = grafana.writes().length;
    const found = await examine({ GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' });
    expect(named(found, 'rights')).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^2 of 2 organizations; (\d+) of \1 kinds$/),
    });
    expect(grafana.writes()).toHaveLength(before);
    expect(grafana.state.tokens).toEqual([]);
  });

  it('blames the password of an admin whom Grafana refuses, and tries it once', async () => {
    const found = await examine({ GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'wrong' });
    expect(named(found, 'grafana')).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('Check the user name and password'),
    });
    expect(grafana.requests.filter(({ status }) => status === 401)).toHaveLength(1);
  });

  it('covers the organizations that a backup with the same credentials does', async () => {
    await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
    await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Later' });
    const admin = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin', DASHKEEP_KINDS: 'folder' };
    for (const orgs of ['1,2', '1']) {
      const environment = { ...admin, DASHKEEP_ORGS: orgs };
      const { coverage } = JSON.parse(await output('backup', environment, '--json')) as BackupReport;
      const [covered = ''] =
        /^\d of 3 organizations; not included, because others were selected: .*3 \(Later\)/.exec(coverage.text) ?? [];
      expect(covered).not.toBe('');
      expect(named(await examine(environment), 'rights')?.detail).toContain(`${covered}; `);
    }
  });

  it('names the kinds that Grafana does not let it read', async () => {
    const token = grafana.token({ role: 'Admin', without: ['teams:read'] });
    const found = await examine({ GRAFANA_API_TOKEN: token });
    const rights = named(found, 'rights');
    // A backup with this token is partial.
    expect(rights).toMatchObject({ status: 'failed', detail: expect.stringContaining('team (teams:read)') });
    expect(found.ok).toBe(false);
    expect(rights?.detail).not.toMatch(/playlist|data-source/);
    expect((await examine({ GRAFANA_API_TOKEN: grafana.token({ role: 'Viewer' }) })).ok).toBe(false);
  });

  it('says of a directory only what applies to directories', async () => {
    const { checks } = await examine(withAdmin());
    const target = checks.filter(({ name }) => name.startsWith('target: '));
    expect(target.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'target: resolve ok',
      'target: clock ok',
      'target: write ok',
      'target: read ok',
      'target: list ok',
      'target: delete ok',
      'target: repository ok',
    ]);
    expect(target.map(({ detail }) => detail).join('\n')).not.toContain('does not apply');
  });

  it('finds a state that cannot be written', async () => {
    // A directory in which nobody can create a file.
    const { ok, checks } = await examine({ ...withAdmin(), DASHKEEP_STATE_DIR: '/proc' });
    expect(ok).toBe(false);
    expect(checks.find(({ detail }) => detail.includes('cannot write the state in /proc'))).toMatchObject({
      name: 'state',
      status: 'failed',
    });
  });

  it('prints each check in English, with what to do about it', async () => {
    const deployed = { DASHKEEP_IMAGE: 'dashkeep:1', DASHKEEP_NETWORK_POLICY: 'false', DASHKEEP_LISTEN: '0.0.0.0:0' };
    expect(await printed({ ...withAdmin(), ...deployed, DASHKEEP_API_TOKEN: 'given-0123456789abcdef' })).toEqual([
      'ok       grafana: Grafana 13.2.3 at GRAFANA',
      'ok       rights: 27 of 27 kinds',
      'ok       token: none yet; the service creates one when it starts',
      'ok       target: resolve: file://DIRECTORY/target',
      'ok       target: clock: the clocks agree',
      'ok       target: write: 18 bytes written; overwrites are visible immediately; the target enforces conditional writes',
      'ok       target: read: the content read back is identical; missing objects are reported as missing',
      'ok       target: list: new objects appear in listings immediately',
      'ok       target: delete: deletions are visible immediately',
      'ok       target: repository: no repository yet; Dashkeep will create it',
      'skipped  kubernetes: not in a cluster; the state is stored in DIRECTORY/state',
      'warning  deployment: TLS: the API listens on 0.0.0.0 without TLS, so its token and responses can be read on the network',
      '         Set tls.enabled=true in the chart, or DASHKEEP_TLS_CERT_FILE and DASHKEEP_TLS_KEY_FILE.',
      'warning  deployment: image: dashkeep:1, identified by a tag that can move to another image',
      '         Set image.digest in the values of the chart.',
      'warning  deployment: network policy: none, so every pod in the cluster can connect',
      '         Set networkPolicy.enabled in the values of the chart, or create your own policy.',
      'warning  API token: DASHKEEP_API_TOKEN: set by the deployment and never replaced; anyone who has seen it can use it until you change it',
      '         Change DASHKEEP_API_TOKEN regularly, or remove it, so that the service creates and replaces its tokens.',
    ]);
  });

  it('prints what Grafana and the target refuse, with what to do about it', async () => {
    const s3 = await startS3Server({ deny: (action) => action === 's3:DeleteObject', conditionalPut: 'ignored' });
    try {
      const target = { DASHKEEP_TARGET: 's3://test', ...s3.environment };
      const lines = await printed({ ...target, GRAFANA_API_TOKEN: 'glsa_no' });
      expect(lines.map((line) => line.replaceAll(s3.url, 'S3').replaceAll(/probe\/[0-9a-f]{16}/g, 'probe/ID'))).toEqual(
        [
          'FAILED   grafana: GET /api/frontend/settings: 401 Invalid API key',
          '         Check the token or password. It is wrong or has expired.',
          'FAILED   token: Grafana refuses the token from GRAFANA_API_TOKEN',
          '         Check whether the token or its service account was deleted. Create a token for a service account with the Admin role, and set it as GRAFANA_API_TOKEN. If it is read from a file, no restart is needed.',
          'ok       target: resolve: s3://test at S3',
          '         endpoint: S3 (DASHKEEP_S3_ENDPOINT)',
          '         region: us-east-1 (AWS_REGION)',
          '         style: path (an IP address has no subdomains)',
          '         profile: default (the default)',
          '         credentials: present (AWS_ACCESS_KEY_ID)',
          'ok       target: clock: the clocks agree',
          'warning  target: write: the target ignores conditional writes',
          '         Nothing depends on conditional writes. Your snapshots are safe.',
          'ok       target: read: the content read back is identical; missing objects are reported as missing; part of an object can be read',
          'ok       target: list: new objects appear in listings immediately',
          'warning  target: delete: s3:DeleteObject is not allowed (AccessDenied: cannot delete probe/ID/a.json in s3://test at S3: s3:DeleteObject is not allowed (AccessDenied))',
          '         Grant s3:DeleteObject. Backups work, but nothing can be pruned with this key. The objects of this check remain in probe/.',
          'ok       target: repository: no repository yet; Dashkeep will create it',
          'skipped  kubernetes: not in a cluster; the state is stored in DIRECTORY/state',
        ],
      );
    } finally {
      await s3.close();
    }
  });

  it('does not call a token good that it could not try', async () => {
    const seen = async (given: Record<string, string>) =>
      (await printed(given)).flatMap((line) => (/^\w+ +(grafana|token)/.test(line) ? line.replace(/ {2,}/, ' ') : []));
    expect(await seen({ GRAFANA_API_TOKEN_FILE: '/nope' })).toEqual([
      'FAILED grafana: GRAFANA_API_TOKEN_FILE points to /nope, which cannot be read (ENOENT)',
      'skipped token: not checked, because an earlier step failed: grafana',
    ]);
    const unreachable = { GRAFANA_URL: 'http://127.0.0.1:1', GRAFANA_API_TOKEN: grafana.token() };
    expect((await seen(unreachable))[1]).toMatch(/^skipped token/);
  });

  it('fails for a target that a backup refuses, because others wrote to it', async () => {
    await mkdir(join(directory, 'target'));
    await writeFile(join(directory, 'target', 'invoices.csv'), '');
    const foreign = "contains 'invoices.csv', which Dashkeep did not write";
    expect((await printed({})).filter((line) => line.startsWith('FAILED   target'))).toEqual([
      `FAILED   target: repository: file://DIRECTORY/target ${foreign}`,
    ]);
  });

  it('opens a repository that a passphrase encrypts', async () => {
    const passphrase = { DASHKEEP_AGE_PASSPHRASE: 'correct horse battery staple', GRAFANA_API_TOKEN: grafana.token() };
    expect(await output('backup', passphrase)).toMatch(/^snapshot \S+ is complete/m);
    expect(await printed(passphrase)).toContain(
      'ok       target: repository: the target contains an encrypted repository',
    );
  });
});
