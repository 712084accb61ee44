import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { serviceConfig } from '../../pkg/cli/config/service.ts';
import type { Clock } from '../../pkg/contract/ports.ts';
import { jsonLog } from '../../pkg/service/log.ts';
import { serve, type Running } from '../../pkg/service/serve.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { Cluster } from '../support/kube/cluster.ts';
import { createEmptyObjects, grant, serviceRules } from '../support/kube/role.ts';
import { keptInSecret, mountedAdminSecret, podEnvironment } from '../support/kube/service.ts';
import { eventually, realClock, realRandomness } from '../support/ports.ts';
import { describeKubernetes, programs } from './tier.ts';

const DAY = 86_400_000;
const NAMESPACE = 'rotation';

describeKubernetes('the renewal of the token in Kubernetes', () => {
  let cluster: Cluster;
  let grafana: Simulator;
  let directory: string;
  let service: Running;
  let watching: { end: () => Promise<boolean[]> } | undefined;
  let offset = 0;
  const lines: string[] = [];

  beforeAll(async () => {
    cluster = await Cluster.start(programs ?? '');
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    directory = await mountedAdminSecret();
    await cluster.namespace(NAMESPACE);
    await createEmptyObjects(cluster, NAMESPACE);
    const account = await cluster.serviceAccount(NAMESPACE, 'dashkeep');
    await grant(cluster, NAMESPACE, 'dashkeep', serviceRules());
    const environment = podEnvironment(cluster, { grafanaUrl: grafana.url, account, adminSecret: directory });
    const log = jsonLog('trace', (line) => lines.push(line));
    const clock: Clock = { ...realClock, now: () => new Date(Date.now() + offset) };
    service = await serve(serviceConfig(environment, {}, 'test'), { clock, randomness: realRandomness, log });
  });
  afterEach(async () => {
    await watching?.end();
    await service?.stop();
    await grafana.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** For the service and for Grafana alike. */
  function travel(milliseconds: number): void {
    offset += milliseconds;
    grafana.advanceDated(milliseconds);
  }

  const stored = (): Promise<Record<string, string>> => keptInSecret(cluster, NAMESPACE);

  async function accepted(token: string | undefined): Promise<boolean> {
    const answer = await fetch(`${grafana.url}/api/org`, { headers: { authorization: `Bearer ${token ?? ''}` } });
    return answer.status === 200;
  }

  /** What others who read the Secret see all the while: whether the token in it works. */
  function watch(): { end: () => Promise<boolean[]> } {
    const seen: boolean[] = [];
    let over = false;
    const loop = (async () => {
      while (!over) {
        seen.push(await accepted((await stored())['GRAFANA_API_TOKEN']));
      }
    })();
    return {
      async end() {
        over = true;
        await loop;
        return seen;
      },
    };
  }

  it('stores the new one before the old one goes, with the rights of the chart', async () => {
    const first = await eventually('the first token', async () => (await stored())['GRAFANA_API_TOKEN']);
    await eventually('to lead', () => (service.service.leadership.leading ? true : undefined));
    await service.service.keeper?.check();
    const expires = service.service.keeper?.orgs[0]?.expires?.getTime() ?? 0;
    watching = watch();

    // Two thirds of its life are over, but nothing can be stored: the old one stays, and works.
    travel(21 * DAY);
    const rules = serviceRules();
    const unable = rules.map((rule) =>
      rule.resources.includes('secrets') ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'patch') } : rule,
    );
    await grant(cluster, NAMESPACE, 'dashkeep', unable);
    await service.service.keeper?.check();
    expect((await stored())['GRAFANA_API_TOKEN']).toBe(first);
    expect(await accepted(first)).toBe(true);
    expect(service.service.keeper?.status.state).toBe('valid');
    expect(lines.join('')).toContain('the token could not be renewed; the old one still works');

    await grant(cluster, NAMESPACE, 'dashkeep', rules);
    await service.service.keeper?.check();
    const second = (await stored())['GRAFANA_API_TOKEN'];
    expect(second).not.toBe(first);
    expect([await accepted(first), await accepted(second)]).toEqual([true, true]);
    expect(service.service.keeper?.orgs[0]?.expires?.getTime()).toBeGreaterThan(expires + 20 * DAY);
    // The one that could not be stored is gone: nobody has it.
    expect(grafana.state.tokens.map(({ key }) => key).sort()).toEqual([first, second].sort());

    travel(3_600_000);
    await service.service.keeper?.check();
    expect([await accepted(first), await accepted(second)]).toEqual([false, true]);
    expect(await stored()).toMatchObject({ GRAFANA_API_TOKEN: second });
    const seen = await watching.end();
    expect(seen.length).toBeGreaterThan(5);
    expect(seen).not.toContain(false);
    const log = lines.join('');
    [first, second].forEach((token) => expect(log).not.toContain(token));
  });
});
