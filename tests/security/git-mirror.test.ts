import { deflateSync } from 'node:zlib';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assertPackFits } from '../../pkg/engine/mirror/pack.ts';
import { call } from '../simulator/http.ts';
import { runMain } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { git, startGitServer, type GitServer } from '../support/servers/git-server.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { listening } from '../support/servers/listening.ts';

/** What people in Grafana, and those who can push, try to get into or out of a Git mirror. */
let grafana: Simulator;
let server: GitServer;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  server = await startGitServer(directory.path);
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_GIT_URL: server.url,
  };
});
afterEach(async () => {
  await Promise.all([grafana.close(), server.close()]);
  await directory.remove();
});

const backup = (...args: string[]): ReturnType<typeof runMain> => runMain(['backup', '--json', ...args], environment);

async function save(uid: string, title: string, folderUid = ''): Promise<void> {
  const { body } = await call(grafana, 'admin:admin', 'POST /api/dashboards/db', {
    dashboard: { uid, title, panels: [] },
    folderUid,
    overwrite: true,
  });
  expect(body).toMatchObject({ status: 'success' });
}

async function files(): Promise<string[]> {
  return (await server.git('-c', 'core.quotePath=false', 'ls-tree', '-r', '--name-only', 'main')).split('\n');
}

/** Somebody pushes these files. */
async function push(changed: Record<string, string>): Promise<void> {
  const checkout = `${directory.path}/checkout`;
  await git('clone', '--quiet', server.url, checkout).catch(() => git('-C', checkout, 'pull', '-q'));
  for (const [path, text] of Object.entries(changed)) {
    await mkdir(dirname(`${checkout}/${path}`), { recursive: true });
    await writeFile(`${checkout}/${path}`, text);
  }
  const byHand = (...args: string[]): Promise<unknown> =>
    git('-C', checkout, '-c', 'user.name=Eve', '-c', 'user.email=eve@example.org', ...args);
  await byHand('add', '--all');
  await byHand('commit', '--quiet', '--message=By hand');
  await byHand('push', '--quiet', 'origin', 'HEAD:main');
}

it('writes no name with a meaning to Git', async () => {
  for (const [at, title] of ['git~1', 'GITMOD~1', '.g\u200cithub'].entries()) {
    await call(grafana, 'admin:admin', 'POST /api/folders', { uid: `f${at}`, title });
    await save(`d${at}`, '.gitlab-ci.yml', `f${at}`);
  }
  expect((await backup()).error).toBe('');
  expect(await server.git('fsck', '--full', '--strict')).toBe('');
  await git('clone', '--quiet', server.url, `${directory.path}/checkout`);
  const written = await files();
  // Each with its permissions.
  expect(written.filter((path) => path.includes('gitlab-ci'))).toHaveLength(6);
  expect(written.filter((path) => /(^|\/)\.git|~\d/i.test(path))).toEqual([]);
});

it('leaves the file of others that an organization takes the name of', async () => {
  await push({ CODEOWNERS: '* @security', 'docs/dashboards/d.json': '{"ours":true}' });
  for (const name of ['CODEOWNERS', 'docs']) {
    await save('d', 'd');
    await call(grafana, 'admin:admin', 'PUT /api/org', { name });
    expect((await backup()).error).toBe('');
    expect(await server.git('show', 'main:CODEOWNERS')).toBe('* @security');
    expect(await server.git('show', 'main:docs/dashboards/d.json')).toBe('{"ours":true}');
  }
});

it('keeps the files of organizations that a backup does not cover', async () => {
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  await save('d', 'd');
  delete environment['GRAFANA_API_TOKEN'];
  Object.assign(environment, { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' });
  await backup('--orgs', 'all');
  const before = await files();
  expect(before.some((path) => path.startsWith('Second/'))).toBe(true);
  await save('e', 'e');
  await backup('--orgs', '1');
  expect((await files()).filter((path) => before.includes(path))).toEqual(before);
});

it('says nothing in a commit that a Git server acts on', async () => {
  await save('x', '[skip ci] fixes #1 @everyone');
  await backup();
  await save('y', '[ci skip] [no ci] fixes owner/repository#1');
  await backup();
  const messages = await server.git('log', '--format=%B', 'main');
  expect(messages).not.toMatch(/\[(skip|ci|no)[ -]|#\d|@\w/);
});

it('commits what somebody saved whose name is no author', async () => {
  const login = '<>';
  await call(grafana, 'admin:admin', 'POST /api/admin/users', {
    name: login,
    login,
    email: 'e@x',
    password: 'pw-pw-pw',
    OrgId: 1,
  });
  const { body: user } = await call(
    grafana,
    'admin:admin',
    `GET /api/users/lookup?loginOrEmail=${encodeURIComponent(login)}`,
  );
  await call(grafana, 'admin:admin', `PATCH /api/org/users/${(user as { id: number }).id}`, { role: 'Admin' });
  await backup();
  const { body } = await call(grafana, `${login}:pw-pw-pw`, 'POST /api/dashboards/db', {
    dashboard: { uid: 'n', title: 'n', panels: [] },
    overwrite: true,
  });
  expect(body).toMatchObject({ status: 'success' });
  expect((await backup()).error).toBe('');
  expect(await server.git('log', '-1', '--format=%an', 'main')).toBe('Dashkeep');
  expect(await server.git('fsck', '--full', '--strict')).toBe('');
});

it('removes nothing that a forged index names', async () => {
  await save('d', 'd');
  await backup();
  const [part = ''] = (await files()).filter((path) => path.endsWith('dashboards/.dashkeep.json'));
  const index = JSON.parse(await server.git('show', `main:${part}`));
  const forged = index.resources.map((one: object, n: number) => ({
    ...one,
    uid: `gone-${n}`,
    path: '.github/workflows/ci.json',
  }));
  await push({
    '.github/workflows/ci.json': 'ours',
    'package.json': 'ours',
    [part]: JSON.stringify({
      resources: [...index.resources, ...forged, { ...forged[0], uid: 'p', path: 'package.json' }],
    }),
  });
  await save('e', 'e');
  await backup();
  expect(await files()).toEqual(expect.arrayContaining(['.github/workflows/ci.json', 'package.json']));
});

it('reads each part of a forged index once', { timeout: 20_000 }, async () => {
  await save('d', 'd');
  await backup();
  const root = JSON.parse(await server.git('show', 'main:dashkeep-export.json'));
  const [part = ''] = (await files()).filter((path) => path.endsWith('dashboards/.dashkeep.json'));
  await push({
    'dashkeep-export.json': JSON.stringify({ ...root, parts: Array.from({ length: 100_000 }, () => part) }),
  });
  await save('e', 'e');
  expect((await backup()).error).toBe('');
});

it('sends content and token to no other server', async () => {
  await save('d', 'd');
  const asked: string[] = [];
  const other = await listening((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(200).end();
  });
  server.redirect = `${other.url}/remote.git`;
  expect((await runMain(['backup'], environment)).error).toContain('responded with status 307');
  expect(asked).toEqual([]);
  await other.close();
});

it('holds no secret of an encrypted repository', async () => {
  const identity = await generateIdentity();
  environment['DASHKEEP_AGE_RECIPIENTS'] = await identityToRecipient(identity);
  environment['DASHKEEP_AGE_IDENTITY_FILE'] = `${directory.path}/identity`;
  await writeFile(environment['DASHKEEP_AGE_IDENTITY_FILE'], `${identity}\n`, { mode: 0o600 });
  const point = (password: string): Promise<unknown> =>
    call(grafana, 'admin:admin', 'POST /api/v1/provisioning/contact-points', {
      name: 'hook',
      type: 'webhook',
      settings: { url: 'http://hook', password },
    });
  await point('planted-secret');
  expect((await backup()).error).toBe('');
  await point('planted-secret-2');
  await backup();
  expect(await files()).toContain('Main Org/contact-points/hook.json');
  await expect(server.git('grep', '-q', 'planted-secret', 'main')).rejects.toMatchObject({ code: 1 });
  expect(await server.git('log', '-p', '--format=%B', 'main')).not.toContain('planted-secret');
});

it('gives up a mirror with a file that would fill the memory, however small its pack', async () => {
  await save('d', 'd');
  await backup();
  await push({ 'zeros.txt': '\0'.repeat(70 * 1024 * 1024) });
  await save('e', 'e');
  expect(await backup()).toMatchObject({ exit: 0, error: expect.stringContaining('a file of 70 MiB') as string });
  await push({ 'zeros.txt': '' });
  expect((await backup()).error).toBe('');
});

it('gives up a pack whose few bytes make a large file', async () => {
  const base = deflateSync('base');
  const delta = deflateSync(Buffer.from([4, 0x80, 0x80, 0x80, 0x80, 1, 0x90, 4]));
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\x02', 'latin1');
  const pack = Buffer.concat([header, Buffer.of(0x34), base, Buffer.of(0x68, base.length + 1), delta]);
  await expect(assertPackFits(pack, new AbortController().signal)).rejects.toThrow('a file of 256 MiB');
});
