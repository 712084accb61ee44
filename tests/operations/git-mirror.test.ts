import { chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, runMain } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { git, startGitServer, type GitServer } from '../support/servers/git-server.ts';
import { fewKinds } from '../support/few-kinds.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { inDepth } from '../support/budget.ts';

/** A mirror of the backups in a repository that Git serves. */
let grafana: Simulator;
let server: GitServer;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 6, folders: 2, v2Share: 0 });
  directory = await memoryDirectory();
  server = await startGitServer(directory.path);
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_GIT_URL: server.url,
    ...fewKinds('playlist', 'team'),
  };
});
afterEach(async () => {
  await Promise.all([grafana.close(), server.close()]);
  await directory.remove();
});

const backup = (...args: string[]): ReturnType<typeof runMain> => runMain(['backup', '--json', ...args], environment);

async function save(uid: string, title: string, panels: object[] = []): Promise<void> {
  const { body } = await call(grafana, 'admin:admin', 'POST /api/dashboards/db', {
    dashboard: { uid, title, panels },
    folderUid: '',
    overwrite: true,
  });
  expect(body).toMatchObject({ status: 'success' });
}

/** Subjects of all commits, newest first. */
async function subjects(): Promise<string[]> {
  return (await server.git('log', '--format=%s', 'main')).split('\n');
}

async function files(): Promise<string[]> {
  return (await server.git('-c', 'core.quotePath=false', 'ls-tree', '-r', '--name-only', 'main')).split('\n');
}

it('has one commit for each backup that found changes, with what changed in words', async () => {
  await save('story', 'A story');
  const first = await backup();
  expect(first.error).toBe('');
  expect(await subjects()).toEqual([expect.stringMatching(/^\d+ created$/)]);
  await backup();
  expect(await subjects()).toHaveLength(1);

  await save('story', 'A longer story');
  await save('other', 'Another one');
  await backup();
  await call(grafana, 'admin:admin', 'DELETE /api/dashboards/uid/story');
  await backup();
  expect((await subjects()).slice(0, 2)).toEqual(['Deleted: dashboard “A longer story”', '1 created, 1 changed']);
  const message = await server.git('log', '-1', '--skip=1', '--format=%an|%cn|%B', 'main');
  expect(message).toMatch(/^admin\|Dashkeep\|/);
  expect(message).toContain('Title changed from “A story” to “A longer story”');
  expect(message).toMatch(/\nSnapshot: \d{8}T\d{6}Z-[0-9a-f]{8}$/);
  // Its story, under whatever name.
  const story = await server.git('log', '--follow', '--format=%h', 'main', '--', 'Main Org/dashboards/A story.json');
  expect(story.split('\n').length).toBeGreaterThan(1);
  expect(await server.git('fsck', '--full', '--strict')).toBe('');
});

it('comes back exactly', async () => {
  delete environment['DASHKEEP_EXCLUDE_KINDS'];
  const { snapshot } = (await backup()).json;
  const checkout = `${directory.path}/checkout`;
  await git('clone', '--quiet', server.url, checkout);
  await writeFile(`${checkout}/ci.yaml`, 'jobs: {}');
  const imported = await runCli(['import', checkout, '--json'], environment);
  const { json } = await runCli(['diff', snapshot, imported.json.snapshot, '--json'], environment);
  expect(json).toMatchObject({ added: [], changed: [], removed: [] });
});

it.runIf(process.getuid?.() === 0)('as root, stores nothing in the state that its owner could not read', async () => {
  const state = `${directory.path}/state`;
  await mkdir(state);
  await chown(state, 65534, 65533);
  expect((await backup()).error).toBe('');
  const names = await readdir(state, { recursive: true });
  expect(names.filter((name) => name.startsWith('mirror/')).length).toBeGreaterThan(10);
  for (const name of names) {
    const { uid, gid } = await stat(`${state}/${name}`);
    expect({ uid, gid }, name).toEqual({ uid: 65534, gid: 65533 });
  }
});

it('keeps files of others, takes their commits, and mends what they changed', async () => {
  await backup();
  const checkout = `${directory.path}/checkout`;
  const byHand = (...args: string[]): Promise<unknown> =>
    git('-C', checkout, '-c', 'user.name=Eve', '-c', 'user.email=eve@example.org', ...args);
  await git('clone', '--quiet', server.url, checkout);
  const [dashboard = ''] = (await files()).filter((path) => path.includes('/dashboards/') && !path.includes('/.'));
  const before = await server.git('rev-parse', `main:${dashboard}`);
  await writeFile(`${checkout}/README.md`, 'ours');
  await writeFile(`${checkout}/${dashboard}`, '{}');
  await byHand('add', '--all');
  await byHand('commit', '--quiet', '--message=By hand');
  await byHand('push', '--quiet');

  await save('new', 'New');
  expect((await backup()).error).toBe('');
  expect(await files()).toEqual(expect.arrayContaining(['README.md']));
  expect(await server.git('rev-parse', `main:${dashboard}`)).toBe(before);
  expect((await subjects())[1]).toBe('By hand');
});

it('goes on after its state was lost, and sends only what changed', async () => {
  await backup();
  const whole = await server.git('rev-parse', 'main');
  await rm(`${directory.path}/state/mirror`, { recursive: true });
  await backup();
  expect(await server.git('rev-parse', 'main')).toBe(whole);
  server.requests.length = 0;
  await backup();
  expect(server.requests).toEqual([]);
});

it('starts again from the remote once too many objects lie in its state', async () => {
  await backup();
  const [name = ''] = await readdir(`${directory.path}/state/mirror`);
  const objects = `${directory.path}/state/mirror/${name}/objects/17`;
  await mkdir(objects, { recursive: true });
  await Promise.all(Array.from({ length: 101 }, (_, number) => writeFile(`${objects}/${number}`, '')));
  await save('new', 'New');
  await backup();
  expect(await subjects()).toHaveLength(2);
  expect((await readdir(objects).catch(() => [])).length).toBeLessThan(100);
});

it('warns once of a damaged local copy, and starts again from the remote', async () => {
  await backup();
  const [name = ''] = await readdir(`${directory.path}/state/mirror`);
  await writeFile(`${directory.path}/state/mirror/${name}/refs/dashkeep/pushed`, 'f'.repeat(40));
  await save('new', 'New');
  expect((await runMain(['backup'], environment)).error).toMatch(/not updated.*cannot be used/);
  expect((await runMain(['backup'], environment)).error).not.toMatch(/not updated/);
  expect((await subjects())[0]).toBe('Created: dashboard “New”');
});

it('keeps what a partial backup could not read', async () => {
  await backup();
  const before = await files();
  grafana.setFaults({ match: 'GET *playlists*', action: { kind: 'status', status: 403 } });
  grafana.setFaults({ match: /GET .*teams/, action: { kind: 'status', status: 403 } });
  await save('new', 'New');
  expect((await backup()).exit).toBe(3);
  expect((await files()).filter((path) => before.includes(path))).toEqual(before);
});

it('leaves the mirror of another Grafana alone, and says what to do', async () => {
  await backup();
  const before = await server.git('rev-parse', 'main');
  const other = await startGrafana({ profile: '12.4' });
  other.seedDashboards({ count: 2, folders: 1 });
  const its = {
    ...environment,
    GRAFANA_URL: other.url,
    GRAFANA_API_TOKEN: other.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/other`,
    DASHKEEP_STATE_DIR: `${directory.path}/other-state`,
  };
  try {
    const refused = await runMain(['backup'], its);
    expect(refused).toMatchObject({
      exit: 0,
      error: expect.stringMatching(/branch 'main'.*another.*DASHKEEP_GIT_BRANCH/),
    });
    expect(await server.git('rev-parse', 'main')).toBe(before);
    await runCli(['backup', '--json'], { ...its, DASHKEEP_GIT_BRANCH: 'other' });
    expect(await server.git('log', '--format=%s', 'other')).toMatch(/^\d+ created$/);
  } finally {
    await other.close();
  }
});

it('warns when the server refuses the token or does not respond, and catches up later', async () => {
  server.login = 'dashkeep:right';
  environment['DASHKEEP_GIT_TOKEN'] = 'wrong-token-0123456789';
  const refused = await runMain(['backup', '--json'], environment);
  expect(refused.exit).toBe(0);
  expect(refused.error).toMatch(/Git mirror was not updated.*127\.0\.0\.1:\d+ refused the token/);
  expect(refused.out + refused.error).not.toContain('wrong-token');
  server.failure = 500;
  expect((await runMain(['backup'], environment)).error).toMatch(/responded with status 500/);
  // As a login page or a proxy does.
  server.failure = 200;
  expect((await runMain(['backup'], environment)).error).toMatch(/:\d+ does not respond like a Git server/);
  server.failure = undefined;
  delete environment['DASHKEEP_GIT_TOKEN'];
  expect((await runMain(['backup'], environment)).error).toMatch(/:\d+ requires a token/);
  environment['DASHKEEP_GIT_TOKEN'] = 'right';
  await backup();
  expect(await subjects()).toHaveLength(1);
});

it('warns when others push faster, or a hook of the server refuses it', async () => {
  await backup();
  const tree = await server.git('rev-parse', 'main^{tree}');
  server.beforePush = async () => {
    const who = ['-c', 'user.name=Eve', '-c', 'user.email=eve@example.org'];
    const commit = await server.git(...who, 'commit-tree', tree, '-p', 'main', '-m', 'Faster');
    await server.git('update-ref', 'refs/heads/main', commit);
  };
  await save('new', 'New');
  expect((await runMain(['backup'], environment)).error).toMatch(/not updated.*other commits keep arriving/);
  server.beforePush = undefined;
  await writeFile(`${directory.path}/remote.git/hooks/pre-receive`, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  expect((await runMain(['backup'], environment)).error).toMatch(/not updated.*refused the push/);
  await rm(`${directory.path}/remote.git/hooks/pre-receive`);
  await backup();
  expect((await subjects())[0]).toBe('Created: dashboard “New”');
});

inDepth('holds no secret', async () => {
  await call(grafana, 'admin:admin', 'POST /api/datasources', {
    name: 'p',
    type: 'prometheus',
    access: 'proxy',
    url: 'http://p',
    secureJsonData: { basicAuthPassword: 'planted-secret' },
  });
  await call(grafana, 'admin:admin', 'POST /api/v1/provisioning/contact-points', {
    name: 'hook',
    type: 'webhook',
    settings: { url: 'http://hook', password: 'planted-secret' },
  });
  await backup();
  await expect(server.git('grep', '-q', 'planted-secret', 'main')).rejects.toMatchObject({ code: 1 });
});

it.each([
  ['ssh://git@example.com/x.git', /https:\/\//],
  ['http://git.example.com/x.git', /https:\/\//],
  ['https://token@example.com/x.git', /DASHKEEP_GIT_TOKEN/],
  ['http://example.com/x.git', /https:\/\//],
])('refuses the address %s', async (url, message) => {
  environment['DASHKEEP_GIT_URL'] = url;
  await expect(runCli(['backup'], environment)).rejects.toMatchObject({
    code: 'DK_SETTINGS',
    message: expect.stringMatching(message),
  });
});
