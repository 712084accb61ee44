import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Doctor, DoctorCheck } from '../../../pkg/contract/api/status.ts';
import type { ReasonData } from '../../../pkg/contract/reasons/reason.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';
import { inDepth } from '../../support/budget.ts';

const SERVER_KINDS = 'org, user, sso-settings, server-settings';

let grafana: Simulator;
let webhook: Webhook;
let service: TestService;
let second: number;

async function api(route: string, body?: unknown, org = 1): Promise<Record<string, unknown>> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
}

async function start(environment: Record<string, string | undefined> = {}): Promise<void> {
  service = await startService({
    grafanaUrl: grafana.url,
    environment: { DASHKEEP_WEBHOOK_URL: webhook.url, ...environment },
  });
}

async function backUp(more: object = {}): Promise<Record<string, unknown>> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup', ...more });
  return service.ended(json.id);
}

const status = async () => (await service.call('GET', '/status')).json;

/** The status once it shows this snapshot. */
async function statusOf(snapshot: unknown): Promise<Record<string, unknown>> {
  await expect.poll(async () => (await status()).newest?.id, { timeout: 20_000 }).toBe(snapshot);
  return status();
}

async function rights(): Promise<DoctorCheck | undefined> {
  const doctor = (await service.call('GET', '/doctor')).json as Doctor;
  return doctor.checks.find(({ subject }) => subject.code === 'check-of-rights');
}

const metric = async (name: string): Promise<string | undefined> => {
  const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
  return text
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1);
};

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 20, folders: 4 });
  second = Number((await api('POST /api/orgs', { name: 'Second' }))['orgId']);
  await api('POST /api/folders', { uid: 'theirs', title: 'Theirs' }, second);
  webhook = await startWebhook();
});

afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await webhook.close();
  await grafana.close();
});

describe('what the backups of a service cover', () => {
  it('is the same line in the status and in the doctor, with what a token leaves out', async () => {
    await start({ DASHKEEP_SERVER_KINDS: 'false' });
    const { snapshot } = await backUp();
    const { coverage, protection } = await statusOf(snapshot);
    expect(protection).toBe('uncovered');
    expect(await metric('dashkeep_backup_uncovered')).toBe('1');
    const { json } = await service.call('GET', `/snapshots/${String(snapshot)}`);
    expect(json.kinds.user.code).toBe('server-kinds-off');
    const { text } = coverage as { text: string };
    expect(text).toContain(`1 of 2 organizations; not included, because`);
    expect(text).toContain(`not included, because DASHKEEP_SERVER_KINDS=no excludes them: ${SERVER_KINDS}`);
    const advised = [{ code: 'include-orgs' }, { code: 'include-server-kinds' }];
    expect(coverage).toMatchObject({ whole: false, advice: advised });
    const hint = expect.stringMatching(/set DASHKEEP_ORGS=all.*remove DASHKEEP_SERVER_KINDS=no/);
    expect(await rights()).toMatchObject({ status: 'warning', detail: text, hint });
    expect((await rights())?.hint).not.toContain('DASHKEEP_TARGET');
    expect(await metric('dashkeep_covered_organizations')).toBe('1');
    expect(await metric('dashkeep_existing_organizations')).toBe('2');
    expect(Number(await metric('dashkeep_existing_kinds'))).toBe(Number(await metric('dashkeep_covered_kinds')) + 4);
  });

  inDepth('is everything where the deployment gives an admin and the target', async () => {
    await start({ DASHKEEP_ORGS: 'all' });
    const run = await backUp();
    const { coverage, protection } = await statusOf(run['snapshot']);
    expect(protection).toBe('yes');
    expect(coverage).toMatchObject({ whole: true, advice: [] });
    expect(await rights()).toMatchObject({ status: 'ok' });
  });

  it('is not restored from a page as a whole: the plan names the other organizations', async () => {
    await start({ DASHKEEP_ORGS: 'all' });
    const { snapshot } = await backUp();
    const plan = async (selection: object) =>
      (await service.call('POST', '/restores', { snapshot, selection })).json.warned as ReasonData[];
    const command = `dashkeep restore ${String(snapshot)} --everything`;
    const left = { code: 'only-this-org', params: { org: 'Main Org.', others: 'Second', command } };
    expect(await plan({ type: 'everything' })).toContainEqual(left);
    expect(await plan({ type: 'kinds', kinds: ['dashboard'] })).toContainEqual(left);
    const [uid = ''] = grafana.state.org(1).folders.keys();
    expect(await plan({ type: 'folder', org: 1, uid })).not.toContainEqual(left);
  });

  it('names what is missing where Grafana refuses the admin, whose password was changed', async () => {
    await start({ DASHKEEP_ORGS: 'all' });
    await backUp();
    for (const user of grafana.state.users.values()) {
      user.password = user.login === 'admin' ? 'another-one' : user.password;
    }
    const run = await backUp();
    expect(run['status']).toBe('complete');
    const { coverage } = await statusOf(run['snapshot']);
    expect(coverage).toMatchObject({
      whole: false,
      advice: [{ code: 'confirm-orgs' }, { code: 'include-server-kinds' }],
    });
  });

  inDepth('is whole when the rest is left out on purpose', async () => {
    await start({ DASHKEEP_ORGS: 'all', DASHKEEP_EXCLUDE_KINDS: SERVER_KINDS });
    const { coverage, protection } = await statusOf((await backUp())['snapshot']);
    expect(protection).toBe('yes');
    expect(await metric('dashkeep_backup_uncovered')).toBe('0');
    expect(coverage).toMatchObject({ whole: true, orgs: { read: 2, existing: 2 }, advice: [] });
    expect((coverage as { text: string }).text).toContain(
      `not included, because the settings exclude them: ${SERVER_KINDS}`,
    );
    expect(await rights()).toMatchObject({ status: 'ok', detail: (coverage as { text: string }).text });
  });

  it('is not all where there is a token of an organization that is not selected', async () => {
    const given = {
      GRAFANA_API_TOKEN: grafana.token({ orgId: 1 }),
      [`GRAFANA_API_TOKEN_ORG_${second}`]: grafana.token({ orgId: second }),
      DASHKEEP_EXCLUDE_KINDS: SERVER_KINDS,
      GRAFANA_ADMIN_USER: undefined,
      GRAFANA_ADMIN_PASSWORD: undefined,
    };
    await start(given);
    expect(await rights()).toMatchObject({ status: 'warning', detail: expect.stringContaining('1 of at least 2') });
    const { coverage, protection } = await statusOf((await backUp())['snapshot']);
    expect(protection).toBe('uncovered');
    const advice = { code: 'include-given-orgs', params: { orgs: `1,${second}`, own: '1' } };
    expect(coverage).toMatchObject({ orgs: { read: 1, existing: 2 }, whole: false, advice: [advice] });
    expect((coverage as { text: string }).text).toMatch(/^1 of at least 2 organizations/);
    expect(await metric('dashkeep_backup_uncovered')).toBe('1');
    expect(await metric('dashkeep_existing_organizations')).toBe('2');
    expect(await rights()).toMatchObject({ status: 'warning', detail: (coverage as { text: string }).text });
    const { evidence } = (await service.call('GET', '/readiness')).json;
    const line = (evidence as { code: string }[]).find(({ code }) => code === 'coverage');
    expect(line).toMatchObject({ level: 'warning', hint: expect.stringContaining(`DASHKEEP_ORGS=1,${second}`) });

    await service.stop();
    const { directory } = service;
    service = await startService({
      grafanaUrl: grafana.url,
      directory,
      environment: { ...given, DASHKEEP_ORGS: `1,${second}` },
    });
    await expect
      .poll(async () => (await status()).coverage?.advice, { timeout: 20_000 })
      .toMatchObject([{ code: 'orgs-in-next' }]);
    expect((await statusOf((await backUp())['snapshot']))['protection']).toBe('yes');
  });

  it('does not ask about organizations that the deployment left out by naming the others', async () => {
    await start({ DASHKEEP_ORGS: '1', DASHKEEP_EXCLUDE_KINDS: SERVER_KINDS });
    const { coverage, protection, warnings } = await statusOf((await backUp())['snapshot']);
    expect(protection).toBe('yes');
    expect(coverage).toMatchObject({ whole: true, orgs: { read: 1, existing: 2 } });
    expect(JSON.stringify(warnings)).not.toContain('org-not-covered');
    const { checks } = (await service.call('GET', '/doctor')).json as Doctor;
    expect(checks.filter(({ subject }) => subject.code === 'check-of-organization')).toEqual([]);
  });

  it('is not all once an organization exists that no one left out', async () => {
    await api(`DELETE /api/orgs/${second}`);
    await start({ DASHKEEP_EXCLUDE_KINDS: SERVER_KINDS });
    const { snapshot } = await backUp();
    expect(await statusOf(snapshot)).toMatchObject({ protection: 'yes', coverage: { whole: true } });
    await api('POST /api/orgs', { name: 'Later' });
    await service.service.keeper?.check();
    expect(await status()).toMatchObject({ protection: 'uncovered', newest: { id: snapshot } });
    expect(await metric('dashkeep_backup_uncovered')).toBe('1');
  });
});

describe('a service whose Grafana lost much', () => {
  it('says so by its status, a metric and the webhook, until a person accepts it', async () => {
    await start({ DASHKEEP_ORGS: 'all', DASHKEEP_EXCLUDE_KINDS: SERVER_KINDS });
    const full = (await backUp())['snapshot'];
    expect((await statusOf(full))['protection']).toBe('yes');
    expect(await metric('dashkeep_backup_shrunk')).toBe('0');
    for (const uid of [...grafana.state.org(1).dashboards.keys()]) {
      await api(`DELETE /api/dashboards/uid/${uid}`);
    }

    const run = await backUp();
    expect(run).toMatchObject({ status: 'complete', warned: [{ code: 'snapshot-shrunk', params: { since: full } }] });
    expect(await statusOf(run['snapshot'])).toMatchObject({
      protection: 'shrunk',
      shrunk: { since: full },
      lastFull: full,
    });
    expect(await metric('dashkeep_backup_shrunk')).toBe('1');
    const again = (await backUp())['snapshot'];
    expect(await statusOf(again)).toMatchObject({ protection: 'shrunk', shrunk: { since: full } });
    await expect.poll(() => webhook.taken.map(({ event }) => event)).toEqual(['shrunk']);
    expect(webhook.taken[0]).toMatchObject({ text: expect.stringContaining(String(full)) });

    const plan = (await service.call('POST', '/restores', { snapshot: 'latest', selection: { type: 'everything' } }))
      .json;
    expect(plan.coverage.text).toContain('2 of 2 organizations');
    expect(plan.warned).toEqual([
      { code: 'snapshot-shrunk', params: expect.objectContaining({ since: full }) },
      { code: 'last-full', params: { snapshot: again, full } },
      expect.objectContaining({ code: 'only-this-org' }),
    ]);
    expect(plan).toMatchObject({ notFull: { lastFull: full } });
    expect(plan.confirm).toBeUndefined();

    const [folder] = grafana.state.org(1).folders.keys();
    await api(`DELETE /api/folders/${folder}`);
    const selection = { type: 'everything' };
    const { id, confirm } = (await service.call('POST', '/restores', { snapshot: 'latest', selection })).json;
    expect(confirm).toBe(again);
    expect((await service.call('POST', `/restores/${id}/apply`, {})).json.error.code).toBe('DK_CONFIRMATION');
    expect((await service.call('POST', `/restores/${id}/apply`, { confirm })).status).toBe(202);
    const only = { type: 'resources', resources: [{ org: 1, kind: 'folder', uid: folder }] };
    const chosen = (await service.call('POST', '/restores', { snapshot: 'latest', selection: only })).json;
    expect(chosen.notFull).toBeUndefined();

    const accepted = await backUp({ acceptLoss: again });
    expect((await statusOf(accepted['snapshot']))['protection']).toBe('yes');
    expect(await metric('dashkeep_backup_shrunk')).toBe('0');
    await expect.poll(() => webhook.taken.map(({ event }) => event)).toEqual(['shrunk', 'recovered']);
  });

  it('asks for the id of a latest snapshot for which less was selected than for an earlier one', async () => {
    await start({ DASHKEEP_ORGS: 'all', DASHKEEP_EXCLUDE_KINDS: SERVER_KINDS });
    const full = (await backUp())['snapshot'];
    await service.stop();
    service = await startService({
      grafanaUrl: grafana.url,
      directory: service.directory,
      environment: { DASHKEEP_ORGS: 'all', DASHKEEP_EXCLUDE_KINDS: `${SERVER_KINDS}, dashboard` },
    });
    const narrow = (await backUp())['snapshot'];
    const [folder] = grafana.state.org(1).folders.keys();
    await api(`DELETE /api/folders/${folder}`);
    const plan = async (snapshot: unknown) =>
      (await service.call('POST', '/restores', { snapshot, selection: { type: 'everything' } })).json;
    expect(await plan('latest')).toMatchObject({
      snapshot: narrow,
      warned: [{ code: 'latest-narrower', params: { full, lacks: 'dashboard' } }, { code: 'only-this-org' }],
      notFull: { lastFull: full },
      confirm: narrow,
    });
    expect((await plan(full)).notFull).toBeUndefined();
  });

  it('shows another organization its own losses only, and does not let it accept any', async () => {
    const token = 'token-of-the-second-0123456789abcdef';
    await start({ DASHKEEP_ORGS: 'all', [`DASHKEEP_API_TOKEN_ORG_${second}`]: token });
    const theirs = async (method: string, path: string, body?: unknown) =>
      service.call(method, path, body, { authorization: `Bearer ${token}` });
    await backUp();
    for (const uid of [...grafana.state.org(1).dashboards.keys()]) {
      await api(`DELETE /api/dashboards/uid/${uid}`);
    }
    const { snapshot } = await backUp();
    await statusOf(snapshot);
    const seen = (await theirs('GET', '/status')).json;
    expect(seen).toMatchObject({ protection: 'yes', newest: { id: snapshot } });
    expect([seen.coverage, seen.shrunk, seen.newest.shrunk, seen.newest.scope]).toEqual(Array(4).fill(undefined));
    for (const path of [`/snapshots/${String(snapshot)}`, '/snapshots', '/runs', '/status']) {
      expect((await theirs('GET', path)).text, path).not.toMatch(/shrunk|Main Org/);
    }
    const refused = await theirs('POST', '/runs', { kind: 'backup', acceptLoss: snapshot });
    expect(refused.status).toBe(403);
  });
});
