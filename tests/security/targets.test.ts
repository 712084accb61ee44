import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestResponse, type TestService } from '../support/service.ts';

/** An admin in Grafana points the service at directories that are none of theirs. */
describe('file:// targets from the pages', () => {
  let grafana: Simulator;
  let directory: string;
  let service: TestService | undefined;

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    directory = await mkdtemp(join(tmpdir(), 'dashkeep-roots-'));
    await mkdir(join(directory, 'allowed'));
    await mkdir(join(directory, 'outside'));
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
    await grafana.close();
    await removeDirectory(directory);
  });

  const path = (...parts: string[]): string => join(directory, ...parts);

  async function start(environment: Record<string, string | undefined>): Promise<TestService> {
    service = await startService({
      grafanaUrl: grafana.url,
      directory,
      environment: { DASHKEEP_TARGET: undefined, ...environment },
    });
    return service;
  }

  async function save(url: string): Promise<TestResponse> {
    const { json } = await service!.call('GET', '/settings');
    return service!.call('PUT', '/settings', { values: { target: { ...json.values.target, url } } });
  }

  async function check(url: string): Promise<TestResponse> {
    const { json } = await service!.call('GET', '/settings');
    return service!.call('POST', '/settings/check', { values: { target: { ...json.values.target, url } } });
  }

  /** Refused when it is saved and when it is tried, in words that say whose decision it is; nothing is written. */
  async function expectRefused(url: string): Promise<void> {
    for (const answer of [await check(url), await save(url)]) {
      expect(answer.status).toBe(400);
      expect(answer.json.error.fields['target.url']).toMatch(/the deployment does not allow/);
      expect(answer.json.error.fields['target.url']).toContain('DASHKEEP_FILE_ROOTS');
    }
    expect(await readdir(path('outside'))).toEqual([]);
  }

  async function backUp(): Promise<Record<string, unknown>> {
    const { json } = await service!.call('POST', '/runs', { kind: 'backup' });
    return service!.ended(json.id);
  }

  it('are refused where the deployment names no directory', async () => {
    await start({});
    await expectRefused(`file://${path('outside')}`);
    await expectRefused(`file://${path('outside', 'new', 'deep')}`);
    await expectRefused('file:///etc');
    await expectRefused('file:///proc/self');
    expect((await service!.call('GET', '/settings')).json.values.target.url).toBe('');
  });

  it('are taken below a directory that it names, and nowhere else', async () => {
    await symlink(path('outside'), path('allowed', 'link'));
    await start({ DASHKEEP_FILE_ROOTS: `/nowhere/at/all:${path('allowed')}` });
    await expectRefused(`file://${path('outside')}`);
    await expectRefused(`file://${path('allowed')}/../outside`);
    await expectRefused(`file://${path('allowed')}/%2e%2e/outside`);
    await expectRefused(`file://${path('allowed', 'link')}`);
    await expectRefused(`file://${path('allowed', 'link', 'below')}`);
    await expectRefused(`file://${path('allowed-and-more')}`);
    const good = `file://${path('allowed', 'grafana', 'prod')}`;
    expect((await check(good)).json).toMatchObject({ ok: true });
    expect((await save(good)).status).toBe(200);
    expect(await backUp()).toMatchObject({ status: 'complete' });
    expect(existsSync(path('allowed', 'grafana', 'prod', 'snapshots'))).toBe(true);
  });

  it('are never what is no file system, whatever the deployment names; and no check hangs', async () => {
    await start({ DASHKEEP_FILE_ROOTS: '/' });
    await symlink('/proc/self', path('allowed', 'self'));
    const disguised = `file://${path('allowed', 'self', 'x')}`;
    for (const url of ['file:///proc/self', 'file:///proc/1/x', 'file:///sys/kernel', 'file:///dev/shm/x', disguised]) {
      await expectRefused(url);
    }
  });

  it('cannot be moved outside by a link that comes after they were saved', async () => {
    await start({ DASHKEEP_FILE_ROOTS: path('allowed') });
    expect((await save(`file://${path('allowed', 'a')}`)).status).toBe(200);
    expect(await backUp()).toMatchObject({ status: 'complete' });
    await service!.stop();
    await rename(path('allowed', 'a'), path('allowed', 'b'));
    await symlink(path('outside'), path('allowed', 'a'));
    await start({ DASHKEEP_FILE_ROOTS: path('allowed') });
    expect(await backUp()).toMatchObject({ status: 'failed', failure: { code: 'DK_NOT_ALLOWED' } });
    expect(await readdir(path('outside'))).toEqual([]);
  });

  it('that an earlier release has stored are used no more, while other settings can still be changed', async () => {
    await mkdir(path('state'), { mode: 0o700 });
    const target = {
      url: `file://${path('outside')}`,
      preset: 'other',
      endpoint: '',
      region: '',
      forcePathStyle: null,
    };
    const values = { target: { ...target, profile: '', objectLock: { mode: 'none', days: 0 } } };
    await writeFile(path('state', 'settings.json'), JSON.stringify(values), { mode: 0o600 });
    await start({});
    expect(await backUp()).toMatchObject({ status: 'failed', failure: { code: 'DK_NOT_ALLOWED' } });
    expect(await readdir(path('outside'))).toEqual([]);
    const { json } = await service!.call('GET', '/settings');
    const retention = { ...json.values.retention, keepLast: 3 };
    expect((await service!.call('PUT', '/settings', { values: { retention } })).status).toBe(200);
    expect((await service!.call('POST', '/settings/check', {})).json).toMatchObject({
      ok: false,
      steps: [
        { step: 'resolve', status: 'failed', code: 'DK_NOT_ALLOWED' },
        ...new Array(6).fill({ status: 'skipped' }),
      ],
    });
  });

  it('are the deployment’s own business where it gives the target', async () => {
    await start({ DASHKEEP_TARGET: `file://${path('outside')}` });
    expect(await backUp()).toMatchObject({ status: 'complete' });
    expect((await service!.call('POST', '/settings/check', {})).json).toMatchObject({ ok: true });
  });
});
