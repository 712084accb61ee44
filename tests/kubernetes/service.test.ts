/** In one file, although it is long: the last test looks for secrets in what all the others have logged. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { serviceConfig } from '../../pkg/cli/config/service.ts';
import type { Clock } from '../../pkg/contract/ports.ts';
import { jsonLog } from '../../pkg/service/log.ts';
import { bootstrap } from '../../pkg/service/bootstrap/bootstrap.ts';
import { createFoundation, serve, type Running } from '../../pkg/service/serve.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { CHART, kubectl, template, type KubernetesObject } from '../support/helm/helm.ts';
import { Cluster } from '../support/kube/cluster.ts';
import { createEmptyObjects, grant, serviceRules, type Rule } from '../support/kube/role.ts';
import { keptInSecret, mountedAdminSecret, podEnvironment } from '../support/kube/service.ts';
import { eventually, realClock, realRandomness } from '../support/ports.ts';
import { startWebhook } from '../support/webhook.ts';
import { describeKubernetes, programs } from './tier.ts';

/** The one Role that the chart renders, by real Helm. */
async function chartRules(): Promise<Rule[]> {
  const objects: KubernetesObject[] = await template(CHART, { values: [{ mode: 'sidecar' }] });
  return objects.filter(({ kind }) => kind === 'Role').flatMap((role) => role['rules'] as Rule[]);
}

describeKubernetes('the service in Kubernetes, against a real API server and a simulated Grafana', () => {
  let cluster: Cluster;
  let grafana: Simulator;
  let directory: string;
  let namespace: string;
  let count = 0;
  const lines: string[] = [];
  const running: Running[] = [];

  beforeAll(async () => {
    cluster = await Cluster.start(programs ?? '');
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    namespace = `service-${++count}`;
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 3, folders: 1 });
    directory = await mountedAdminSecret();
    await cluster.namespace(namespace);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await grafana.close();
    await rm(directory, { recursive: true, force: true });
  });

  const log = jsonLog('trace', (line) => lines.push(line));
  const surroundings = { clock: realClock, randomness: realRandomness, log };

  async function account(rules: Rule[], options: { empty?: boolean } = {}): Promise<string> {
    if (options.empty !== false) {
      await createEmptyObjects(cluster, namespace);
    }
    const folder = await cluster.serviceAccount(namespace, 'dashkeep');
    await grant(cluster, namespace, 'dashkeep', rules);
    return folder;
  }

  function config(account: string, environment: Record<string, string> = {}) {
    const pod = podEnvironment(cluster, { grafanaUrl: grafana.url, account, adminSecret: directory });
    return serviceConfig({ ...pod, ...environment }, {}, 'test');
  }

  async function start(folder: string, environment: Record<string, string> = {}): Promise<Running> {
    const one = await serve(config(folder, environment), surroundings);
    running.push(one);
    return one;
  }

  const data = (): Promise<Record<string, string>> => keptInSecret(cluster, namespace);

  async function kubeconfig(): Promise<string> {
    const path = join(directory, 'kubeconfig');
    await writeFile(join(directory, 'ca.crt'), cluster.ca);
    await writeFile(
      path,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: cluster.url, 'certificate-authority': join(directory, 'ca.crt') } }],
        users: [{ name: 'u', user: { token: cluster.adminToken } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    return path;
  }

  it('has exactly the rights of the chart, which are those that these tests use elsewhere', async () => {
    expect(await chartRules()).toEqual(serviceRules());
  });

  it('makes the token with the Role of the chart; kubectl shows it, and Grafana accepts it', async () => {
    const folder = await account(await chartRules());
    const service = await start(folder);
    const stored = await eventually('the token', async () => (await data())['GRAFANA_API_TOKEN']);
    const shown = await kubectl(
      '--kubeconfig',
      await kubeconfig(),
      '-n',
      namespace,
      'get',
      'secret',
      'grafana-backup',
      '-o',
      'jsonpath={.data.GRAFANA_API_TOKEN}',
    );
    expect(Buffer.from(shown.stdout, 'base64').toString()).toBe(stored);
    const answer = await fetch(`${grafana.url}/api/org`, { headers: { authorization: `Bearer ${stored}` } });
    expect(answer.status).toBe(200);
    const { DASHKEEP_API_TOKEN: apiToken } = await data();
    const status = await fetch(`${service.url}/api/v1/status`, { headers: { authorization: `Bearer ${apiToken}` } });
    expect(await status.json()).toMatchObject({ leader: { elected: true, leading: true } });
  });

  it('gives the app in Grafana its address, and leaves what others set there', async () => {
    const app = { id: 'dashkeep-backup-app', name: 'Dashkeep', type: 'app' as const, version: '1', autoEnabled: false };
    grafana.state.plugins.set(app.id, app);
    grafana.state.orgs.get(1)!.pluginSettings.set(app.id, {
      enabled: false,
      pinned: false,
      jsonData: { theirs: 'kept' },
      secureJsonData: {},
    });
    const service = await start(await account(await chartRules()));
    const settings = await eventually('the app to be enabled', () => {
      const found = grafana.state.orgs.get(1)!.pluginSettings.get(app.id);
      return found?.enabled === true ? found : undefined;
    });
    expect(settings.jsonData).toEqual({ theirs: 'kept', sidecarUrl: service.url });
    expect(settings.secureJsonData['sidecarToken']).toBe(`${service.url} ${(await data())['DASHKEEP_API_TOKEN']}`);
    const before = grafana.writes().length;
    await service.service.keeper?.check();
    expect(grafana.writes().length).toBe(before);
  });

  it.each([
    ['get', 'secrets'],
    ['patch', 'secrets'],
    ['get', 'leases'],
    ['update', 'leases'],
  ])('says in its status which rule to add without the verb %s on %s', async (verb, resource) => {
    const rules = (await chartRules()).map((rule) =>
      rule.resources.includes(resource) ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) } : rule,
    );
    const service = await start(await account(rules), { DASHKEEP_API_TOKEN: 'x'.repeat(32) });
    const wanted = `resources: [${resource}], resourceNames: [${resource === 'secrets' ? 'grafana-backup' : 'dashkeep'}], verbs: [${verb}]`;
    const warning = await eventually('the warning', async () => {
      const answer = await fetch(`${service.url}/api/v1/status`, {
        headers: { authorization: `Bearer ${'x'.repeat(32)}` },
      });
      const { warnings } = (await answer.json()) as { warnings: { hint: string; message: string }[] };
      return warnings.find(({ hint, message }) => `${message} ${hint}`.includes(wanted));
    });
    expect(warning).toBeDefined();
    expect((await fetch(`${service.opsUrl}/healthz`)).status).toBe(200);
    const ready = await fetch(`${service.opsUrl}/readyz`);
    expect(ready.status).toBe(503);
  });

  it("makes the token as a Job with the classic recipe's Role, which creates the Secret", async () => {
    const folder = await account(
      [
        {
          apiGroups: [''],
          resources: ['secrets'],
          resourceNames: ['grafana-backup'],
          verbs: ['get', 'update', 'patch'],
        },
        { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      ],
      { empty: false },
    );
    const { state, admin } = await createFoundation(config(folder), surroundings);
    const options = { grafanaUrl: grafana.url, admin, allOrgs: false, state, ...surroundings };
    const { orgs } = await bootstrap(options, new AbortController().signal);
    expect((await data())['GRAFANA_API_TOKEN']).toBe(orgs[0]?.token);
    const again = await bootstrap(options, new AbortController().signal);
    expect(again.orgs[0]?.minted).toBe(false);
  });

  it('reads the admin Secret through the API where that is what the deployment says', async () => {
    await cluster.must('POST', `/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'grafana' },
      stringData: { 'admin-user': 'admin', 'admin-password': 'admin' },
    });
    const read = { apiGroups: [''], resources: ['secrets'], resourceNames: ['grafana'], verbs: ['get'] };
    const folder = await account([...(await chartRules()), read]);
    const base = config(folder, { DASHKEEP_ADMIN_SECRET: 'grafana' });
    const { state, admin } = await createFoundation(
      { ...base, admin: { ...base.admin, directory: undefined } },
      surroundings,
    );
    const options = { grafanaUrl: grafana.url, admin, allOrgs: false, state, ...surroundings };
    expect((await bootstrap(options, new AbortController().signal)).orgs[0]?.minted).toBe(true);
  });

  const API_TOKEN = 'y'.repeat(32);

  async function call(one: Running, method: string, path: string, body?: unknown) {
    const answer = await fetch(`${one.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${API_TOKEN}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes
    return { status: answer.status, json: (await answer.json()) as any };
  }

  it('lets only one of two replicas work, whichever is asked', async () => {
    const folder = await account(await chartRules());
    const environment = {
      DASHKEEP_API_TOKEN: API_TOKEN,
      DASHKEEP_TARGET: `file://${join(directory, 'target')}`,
    };
    const [first, second] = [await start(folder, environment), await start(folder, environment)];
    await eventually('a leader and a token', () => {
      const leads = [first, second].filter((one) => one.service.leadership.leading);
      return (leads.length === 1 && leads[0]?.service.keeper?.status.state === 'valid') || undefined;
    });
    const [leader, other] = first.service.leadership.leading ? [first, second] : [second, first];
    await other.service.keeper?.check();
    grafana.setFaults({ match: 'GET /api*', action: { kind: 'slow', ms: 1500 } });
    const { json: run } = await call(leader, 'POST', '/runs', { kind: 'backup' });
    await eventually('the other replica to see the run', async () => {
      const { json } = await call(other, 'GET', `/runs/${run.id}`);
      return json.status === 'running' || undefined;
    });
    const refused = await call(other, 'POST', '/runs', { kind: 'backup' });
    expect([refused.status, refused.json.error.code]).toEqual([409, 'DK_BUSY']);
    grafana.setFaults();
    await eventually('the end of the run', () => leader.service.queue.idle || undefined);
    await eventually('the other replica to show what came of it', async () => {
      const { json } = await call(other, 'GET', '/status');
      expect(json).toMatchObject({ lastBackup: { id: run.id, status: 'complete' }, newest: { run: run.id } });
      return true;
    });
    expect(other.service.leadership.leading).toBe(false);
    // Idle: the replica that is asked takes the lead.
    const asked = await call(other, 'POST', '/runs', { kind: 'backup' });
    expect(asked.status).toBe(202);
    expect([leader.service.leadership.leading, other.service.leadership.leading]).toEqual([false, true]);
    await eventually('its end', () => other.service.queue.idle || undefined);
  });

  it('reports an overdue backup once, whichever replica leads, and of the next one again', async () => {
    const webhook = await startWebhook();
    const folder = await account(await chartRules());
    const schedule = `0 ${(new Date().getUTCHours() + 12) % 24} * * *`;
    const environment = {
      DASHKEEP_API_TOKEN: API_TOKEN,
      DASHKEEP_TARGET: `file://${join(directory, 'target')}`,
      DASHKEEP_SCHEDULE: schedule,
      DASHKEEP_TIMEZONE: 'UTC',
      DASHKEEP_JITTER_SECONDS: '0',
      DASHKEEP_WEBHOOK_URL: webhook.url,
      // The clock is set ahead below, the target's is not.
      DASHKEEP_IGNORE_CLOCK: 'true',
      DASHKEEP_WEBHOOK_EVENTS: 'late,recovered',
    };
    // A Grafana that says that it is up, so that no run waits for it.
    const broken = { match: /^\S+ \/apis?\/(?!health)/, action: { kind: 'status', status: 500 } } as const;
    let offset = 0;
    const clock: Clock = { ...realClock, now: () => new Date(Date.now() + offset) };
    const replica = async (): Promise<Running> => {
      const one = await serve(config(folder, environment), { ...surroundings, clock });
      running.push(one);
      return one;
    };
    try {
      const [first, second] = [await replica(), await replica()];
      const leads = (one: Running): boolean => one.service.leadership.leading;
      const leader = await eventually('a leader', () => [first, second].find(leads));
      const other = leader === first ? second : first;
      const newest = async (): Promise<string | undefined> => (await call(leader, 'GET', '/status')).json.newest?.id;
      await eventually('a first backup', newest);
      grafana.setFaults(broken);
      offset += 3 * 86_400_000;
      await webhook.took(1);
      const idle = (one: Running) => () => (one.service.queue.idle && leads(one)) || undefined;
      await eventually('the end of what failed', idle(leader));

      // The other one takes the lead, and has seen how old the newest backup is.
      const fails = await call(other, 'POST', '/runs', { kind: 'backup' });
      expect([fails.status, leads(leader), leads(other)]).toEqual([202, false, true]);
      await eventually('the end of it', idle(other));
      await eventually('to know that it is late', async () => {
        const { json } = await call(other, 'GET', '/status');
        return json.protection === 'late' || undefined;
      });
      await realClock.sleep(3_000);

      grafana.setFaults();
      await call(other, 'POST', '/runs', { kind: 'backup' });
      await webhook.took(2);
      await eventually('the end of that, too', idle(other));

      // Back to the first one, which had told of it: it knows that this is over, and tells of the next time.
      await call(leader, 'POST', '/runs', { kind: 'verify' });
      await eventually('to lead again', idle(leader));
      grafana.setFaults(broken);
      offset += 3 * 86_400_000;
      await webhook.took(3);
      expect(webhook.taken.map(({ event }) => event)).toEqual(['late', 'recovered', 'late']);
    } finally {
      await webhook.close();
    }
  });

  it('has logged no secret in all of this', async () => {
    const text = lines.join('');
    expect(text.length).toBeGreaterThan(1000);
    expect(text).not.toMatch(/glsa_[A-Za-z0-9]{10}/);
    expect(text).not.toContain('Bearer ');
    expect(text).not.toMatch(/eyJhbGciOi/);
  });
});
