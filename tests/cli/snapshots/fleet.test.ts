import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { keepDirectory, memoryDirectory, type KeptDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { startS3Server } from '../../support/s3/server.ts';

/** Two installations that share a bucket, each with its own machine, and a third machine that looks at both. */
describe('dashkeep fleet', () => {
  let grafana: Simulator;
  let bucket: Awaited<ReturnType<typeof startS3Server>>;
  let directory: Awaited<ReturnType<typeof memoryDirectory>>;
  let kept: KeptDirectory;
  let restoreBucket: () => void;
  let token: string;
  let signers: string[];
  const keys: string[] = [];

  const run = (args: string[], machine: string, environment: Record<string, string> = {}): Promise<Ended> =>
    runCli([...args, '--json', '--state-dir', `${directory.path}/${machine}`], {
      ...bucket.environment,
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: token,
      ...environment,
    });
  const backup = (name: string): Promise<Ended> =>
    run(['backup', '--kinds', 'folder,dashboard', '--orgs', '1', '--target', target(name)], name);
  const target = (name: string): string => `s3://test/${name}`;
  const fleet = (names: string[], args: string[] = []): Promise<Ended> =>
    run(['fleet', ...names.map(target), ...args], 'office', { DASHKEEP_TRUSTED_KEYS: signers.join(',') });
  const byName = (ended: Ended, name: string): unknown =>
    ended.json.installations.find((one: { target: string }) => one.target === target(name));

  async function empty(prefix: string): Promise<void> {
    const store = await openTestStore(bucket, { target: `s3://test/${prefix}` });
    for await (const { key } of store.list('')) {
      await store.deleteMany([key]);
    }
    await store.close();
  }

  beforeAll(async () => {
    grafana = await startGrafana({ profile: '12.4' });
    bucket = await startS3Server();
    directory = await memoryDirectory();
    fill();
    for (const name of ['berlin', 'paris']) {
      await backup(name);
      keys.push((await run(['snapshots', '--target', target(name)], name)).json.snapshots[0].signer);
    }
    kept = await keepDirectory(directory);
    restoreBucket = bucket.keep();
  });
  beforeEach(async () => {
    grafana.setFaults();
    grafana.burn();
    fill();
    bucket.options.fault = undefined;
    restoreBucket();
    await kept.restore();
    signers = [...keys];
  });
  afterAll(async () => {
    await Promise.all([grafana.close(), bucket.close(), directory.remove(), kept.remove()]);
  });

  function fill(): void {
    token = grafana.token();
    grafana.seedDashboards({ count: 2, folders: 1 });
  }

  it('by a clock that is behind takes nothing for new', async () => {
    const clock = { ...realClock, now: () => new Date(Date.now() - 10 * 60_000) };
    const environment = { ...bucket.environment, DASHKEEP_TRUSTED_KEYS: signers.join(',') };
    const args = ['fleet', target('berlin'), '--json', '--state-dir', `${directory.path}/office`, '--ignore-clock'];
    const { exit, json } = await runCli(args, environment, { clock });
    expect(exit).toBe(3);
    expect(json.installations[0].alarms).toMatchObject([{ code: 'fleet-clock-behind' }]);
    expect(json.installations[0].readiness).toMatchObject({ level: 'attention', code: 'fleet-clock-behind' });
    expect(json.installations[0].age).toBeUndefined();
  });

  it('says that a folder without folders contains no repository', async () => {
    const nothing = { target: target('empty/*'), state: 'unknown', alarms: [{ code: 'fleet-no-folders' }] };
    expect(await fleet(['empty/*'])).toMatchObject({ exit: 1, json: { installations: [nothing] } });
  });

  it('says how each installation is, with three requests each and one for the clock once it knows them', async () => {
    const first = await fleet(['berlin', 'paris']);
    expect(first.exit).toBe(0);
    expect(byName(first, 'berlin')).toEqual({
      target: 's3://test/berlin',
      state: 'ok',
      age: expect.any(Number) as number,
      size: expect.any(Number) as number,
      resources: 3,
      grafana: expect.stringMatching(/^12\.4\./) as string,
      readiness: expect.objectContaining({ level: 'ready', code: 'fleet-ready' }) as object,
      alarms: [],
    });

    bucket.requests.length = 0;
    expect((await fleet(['berlin', 'paris'])).exit).toBe(0);
    expect(bucket.requests.filter(({ bucket: name }) => name === 'test')).toHaveLength(7);
  });

  it('shows the state and the readiness of each installation to people', async () => {
    const environment = { ...bucket.environment, DASHKEEP_TRUSTED_KEYS: signers.join(',') };
    const asked = ['fleet', ...['berlin', 'nowhere'].map(target), '--state-dir', `${directory.path}/office`];
    const { out } = await runCli(asked, environment);
    expect(out).toMatch(/^target +state +readiness +last full/);
    expect(out).toMatch(/^s3:\/\/test\/berlin +ok +ready +0\.0 h ago/m);
    expect(out).toMatch(/^s3:\/\/test\/nowhere +unknown +– +–/m);
  });

  it('does not expect the next backup as soon as two by hand came after each other', async () => {
    await backup('berlin');
    const clock = { ...realClock, now: () => new Date(Date.now() + 30 * 60_000) };
    const environment = { ...bucket.environment, DASHKEEP_TRUSTED_KEYS: signers.join(',') };
    const args = ['fleet', target('berlin'), '--json', '--state-dir', `${directory.path}/office`, '--ignore-clock'];
    expect((await runCli(args, environment, { clock })).json.installations[0]).toMatchObject({
      state: 'ok',
      alarms: [],
    });
    const later = { ...realClock, now: () => new Date(Date.now() + 75 * 60_000) };
    expect((await runCli(args, environment, { clock: later })).json.installations[0].alarms).toMatchObject([
      { reason: 'the last full snapshot is 1.3 hours old; one is expected at least every 1.0 hours' },
    ]);
  });

  it('finds every installation below a prefix', async () => {
    const { json } = await fleet(['*']);
    const targets = json.installations.map(({ target: one }: { target: string }) => one);
    expect(targets).toEqual([target('berlin'), target('paris')]);

    bucket.requests.length = 0;
    await fleet(['*']);
    expect(bucket.requests).toHaveLength(8);
  });

  it('reports folders that cannot be listed, and reads the others', async () => {
    const denied = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    bucket.options.fault = ({ query }) => (query.has('delimiter') ? denied : undefined);
    const { exit, json } = await fleet(['*', 'berlin']);
    expect(exit).toBe(1);
    expect(json.installations).toMatchObject([
      { target: target('*'), state: 'unknown', alarms: [{ code: 'DK_STORE_DENIED' }] },
      { target: target('berlin'), state: 'ok' },
    ]);
  });

  it('looks at backups, and not at what was imported since', async () => {
    const file = `${directory.path}/one.json`;
    await writeFile(file, JSON.stringify({ uid: 'one', title: 'One', panels: [] }));
    await run(['import', file, '--format', 'dashboards', '--target', target('berlin')], 'berlin');
    expect(byName(await fleet(['berlin']), 'berlin')).toMatchObject({ state: 'ok', resources: 3 });
  });

  it('names what a full snapshot is too old for, what is partial, and who is not trusted', async () => {
    const old = await fleet(['berlin'], ['--max-age', '0.0000001']);
    expect(old).toMatchObject({ exit: 3, json: { installations: [{ alarms: [{ code: 'fleet-overdue' }] }] } });

    grafana.setFaults({ match: /\/folders/, action: { kind: 'status', status: 403 } });
    await backup('berlin');
    const partial = await fleet(['berlin', 'paris']);
    expect(partial.exit).toBe(3);
    const missing = [{ code: 'covers-kinds' }, { code: 'lacks-failed', params: { kinds: 'folder' } }];
    const alarms = [{ code: 'snapshot-partial' }, { code: 'last-full' }, ...missing];
    expect(byName(partial, 'berlin')).toMatchObject({ alarms });
    expect(byName(partial, 'paris')).toMatchObject({ state: 'ok' });

    signers.pop();
    expect(byName(await fleet(['paris']), 'paris')).toMatchObject({
      state: 'attention',
      alarms: [{ code: 'fleet-untrusted' }, { code: 'fleet-never-full' }],
    });
  });

  it('needs attention where a full snapshot lacks what no one excluded', async () => {
    const { body } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
    const other = { [`GRAFANA_API_TOKEN_ORG_${body.orgId}`]: grafana.token() };
    const args = ['backup', '--kinds', 'folder,dashboard', '--target', target('berlin')];
    expect((await run(args, 'berlin', other)).json.status).toBe('complete');
    expect((await run(['backup', '--target', target('paris')], 'paris')).json.status).toBe('complete');

    const covered = { code: 'covers-least-orgs', reason: '1 of at least 2 organizations' };
    const narrow = await fleet(['berlin', 'paris']);
    expect(narrow.exit).toBe(3);
    expect(byName(narrow, 'berlin')).toMatchObject({
      state: 'attention',
      readiness: { level: 'attention', ...covered },
      alarms: [covered, { code: 'lacks-given-orgs' }],
    });
    const unknown = [{ code: 'covers-unknown-org' }, { code: 'covers-kinds' }, { code: 'lacks-server-kinds' }];
    expect(byName(narrow, 'paris')).toMatchObject({ state: 'attention', alarms: unknown });
  });

  it('finds that a repository was emptied, or lost its newest snapshot, since the last look', async () => {
    await backup('berlin');
    await fleet(['berlin', 'paris']);
    await empty('paris');
    await empty('berlin/snapshots');

    const after = await fleet(['berlin', 'paris', 'nowhere']);
    expect(after.exit).toBe(1);
    expect(byName(after, 'paris')).toMatchObject({ state: 'unknown', alarms: [{ code: 'repository-emptied' }] });
    expect(byName(after, 'berlin')).toMatchObject({ state: 'unknown', alarms: [{ code: 'snapshot-lost' }] });
    expect(byName(after, 'nowhere')).toMatchObject({ state: 'unknown', alarms: [{ code: 'DK_REPOSITORY_MISSING' }] });
  });

  it('finds that another repository took the place of a known one', async () => {
    await fleet(['berlin']);
    await empty('berlin');
    await run(['backup', '--kinds', 'folder,dashboard', '--target', target('berlin')], 'stranger');

    expect(byName(await fleet(['berlin']), 'berlin')).toMatchObject({
      state: 'unknown',
      alarms: [{ code: 'repository-replaced' }],
    });
  });
});
