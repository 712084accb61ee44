import { afterEach, describe, expect, it } from 'vitest';
import { startGrafana, type SimulatorOptions } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { PROFILE_NAMES } from '../support/grafana/profiles/profiles.ts';
import { startGrafanaProcess } from '../support/grafana/process.ts';
import { call } from './http.ts';

let grafana: Simulator;
let token: string;
afterEach(() => grafana.close());

async function start(options: Partial<SimulatorOptions> = {}): Promise<void> {
  grafana = await startGrafana({ profile: '13.2', ...options });
  token = grafana.token();
}

describe('faults', () => {
  it('answer with a status that many times, and let the rest through', async () => {
    await start();
    grafana.setFaults({
      match: 'GET /api/search*',
      times: 2,
      skip: 1,
      action: { kind: 'status', status: 429, retryAfter: 7 },
    });
    const answers = [];
    for (let round = 0; round < 4; round++) {
      answers.push(await call(grafana, token, 'GET /api/search?limit=1'));
    }
    expect(answers.map((answer) => answer.status)).toEqual([200, 429, 429, 200]);
    expect(answers[1]?.headers.get('retry-after')).toBe('7');
  });

  it('cut the connection, before or in the middle of the answer', async () => {
    await start();
    grafana.seedDashboards({ count: 20, bytes: 1000 });
    grafana.setFaults({ match: '*', times: 1, action: { kind: 'cut' } });
    await expect(call(grafana, token, 'GET /api/search')).rejects.toThrow();
    grafana.setFaults({ match: '*', times: 1, action: { kind: 'cut', afterBytes: 100 } });
    await expect(call(grafana, token, 'GET /api/search')).rejects.toThrow();
  });

  it('stop JSON in the middle of a well-formed answer', async () => {
    await start();
    grafana.setFaults({ match: 'GET /api/org', action: { kind: 'truncate', bytes: 10 } });
    const answer = await call(grafana, token, 'GET /api/org');
    expect([answer.status, answer.text.length, answer.body]).toEqual([200, 10, undefined]);
  });

  it('leave a request hanging until the caller gives up', async () => {
    await start();
    grafana.setFaults({ match: '*', action: { kind: 'hang' } });
    const headers = { authorization: `Bearer ${token}` };
    const request = fetch(`${grafana.url}/api/org`, { headers, signal: AbortSignal.timeout(50) });
    await expect(request).rejects.toThrow();
  });

  it('change the server in the middle of a run', async () => {
    await start();
    const { dashboards } = grafana.seedDashboards({ count: 2, bytes: 1000 });
    const run = () => grafana.state.org(1).dashboards.delete(dashboards[1] as string);
    grafana.setFaults({ match: 'GET /api/dashboards/uid/*', times: 1, action: { kind: 'after', run } });
    expect((await call(grafana, token, `GET /api/dashboards/uid/${dashboards[0]}`)).status).toBe(200);
    expect((await call(grafana, token, `GET /api/dashboards/uid/${dashboards[1]}`)).status).toBe(404);
  });

  it('strike by chance, always the same way for the same seed', async () => {
    const rounds: string[] = [];
    for (const round of [1, 2]) {
      await start({ seed: 3 });
      grafana.setFaults({ match: '*', probability: 0.5, action: { kind: 'status', status: 503 } });
      const statuses: number[] = [];
      for (let index = 0; index < 20; index++) {
        statuses.push((await call(grafana, token, 'GET /api/org')).status);
      }
      rounds.push(statuses.join());
      if (round === 1) {
        await grafana.close();
      }
    }
    expect(rounds[0]).toBe(rounds[1]);
    expect(rounds[0]).toMatch(/200.*503|503.*200/);
  });
});

describe('load', () => {
  it('refuses requests above a rate with 429 and Retry-After', async () => {
    await start({ rateLimit: 5 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => call(grafana, token, 'GET /api/org')));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
  });

  it('shows as latency when the workers are all busy', async () => {
    await start({ workers: 1, serviceMs: 200 });
    await Promise.all(Array.from({ length: 5 }, () => call(grafana, token, 'GET /api/org')));
    // Each of the five occupies the one worker for 200 ms, so the last one waits for most of four others.
    expect(Math.max(...grafana.requests.map((request) => request.ms))).toBeGreaterThanOrEqual(700);
    expect(grafana.counters.peakInFlight).toBe(5);
  });

  it('keeps a worker busy for longer with a big answer', async () => {
    await start({ workers: 1, serviceMsPerMiB: 1000 });
    const { dashboards } = grafana.seedDashboards({ count: 1, bytes: 100_000 });
    await call(grafana, token, `GET /api/dashboards/uid/${dashboards[0]}`);
    await call(grafana, token, 'GET /api/health');
    const [big, small] = grafana.requests.map(({ ms }) => ms);
    expect(big).toBeGreaterThanOrEqual(80);
    expect(small).toBeLessThan(big ?? 0);
  });
});

describe('the record', () => {
  it('holds every request, and distinguishes reads from writes', async () => {
    await start();
    await call(grafana, token, 'GET /api/search?limit=3');
    await call(grafana, token, 'POST /api/folders', { uid: 'a', title: 'A' }, { 'x-disable-provenance': 'true' });
    expect(grafana.requests).toMatchObject([
      { method: 'GET', path: '/api/search', query: 'limit=3', status: 200, org: 1, disableProvenance: false },
      { method: 'POST', path: '/api/folders', status: 200, disableProvenance: true },
    ]);
    expect(grafana.writes()).toHaveLength(1);
  });

  it('holds what writes sent when asked to', async () => {
    await start();
    grafana.keepBodies(true);
    await call(grafana, token, 'POST /api/folders', { uid: 'a', title: 'A' });
    await call(grafana, token, 'GET /api/folders/a');
    grafana.keepBodies(false);
    await call(grafana, token, 'POST /api/folders', { uid: 'b', title: 'B' });
    expect(grafana.requests.map(({ body }) => body)).toEqual(['{"uid":"a","title":"A"}', undefined, undefined]);
  });
});

describe('starting over', () => {
  it('wiping empties the orgs and leaves access alone; burning forgets every token', async () => {
    await start();
    grafana.demoSeed();
    grafana.wipe();
    expect((await call(grafana, token, 'GET /api/search')).body).toEqual([]);
    grafana.burn();
    expect((await call(grafana, token, 'GET /api/search')).status).toBe(401);
    expect((await call(grafana, 'admin:admin', 'GET /api/org')).body.name).toBe('Main Org.');
  });

  it('going back to what was kept gives the same answers again, however often', async () => {
    await start();
    grafana.demoSeed();
    const routes = ['GET /api/search', 'GET /api/datasources', 'GET /api/v1/provisioning/alert-rules'];
    const dashboards = 'GET /apis/dashboard.grafana.app/v1/namespaces/default/dashboards';
    const answers = () => Promise.all([...routes, dashboards].map((route) => call(grafana, token, route)));
    const texts = async () => (await answers()).map(({ text }) => text);
    const restore = grafana.keep();
    const before = await texts();
    for (const change of [() => grafana.wipe(), () => grafana.burn(), () => grafana.touchDashboards(2)]) {
      change();
      grafana.setFaults({ match: 'GET *', action: { kind: 'status', status: 503 } });
      expect(await texts()).not.toEqual(before);
      restore();
      expect(grafana.requests).toEqual([]);
      expect(await texts()).toEqual(before);
    }
    await call(grafana, token, 'POST /api/folders', { title: 'New' });
    const made = (await texts())[0];
    restore();
    await call(grafana, token, 'POST /api/folders', { title: 'New' });
    expect((await texts())[0]).toBe(made);
  });
});

describe.each(PROFILE_NAMES)('the demo company on %s', (profile) => {
  it('has something of every kind, all of it readable', async () => {
    await start({ profile });
    grafana.demoSeed();
    for (const route of [
      'GET /api/search?type=dash-db',
      'GET /api/folders',
      'GET /api/datasources',
      'GET /api/v1/provisioning/alert-rules',
      'GET /api/v1/provisioning/contact-points',
      'GET /api/annotations',
      'GET /api/playlists',
      'GET /api/org/users',
    ]) {
      const { status, body } = await call(grafana, token, route);
      expect([route, status, body.length > 1]).toEqual([route, 200, true]);
    }
    const org = grafana.state.org(1);
    for (const rule of org.alerting.rules.values()) {
      expect(org.folders.has(rule.folderUid)).toBe(true);
    }
    for (const dashboard of org.dashboards.values()) {
      expect(dashboard.folderUid === '' || org.folders.has(dashboard.folderUid)).toBe(true);
      expect(dashboard.libraryPanels.every((uid) => org.libraryPanels.has(uid))).toBe(true);
    }
  });
});

describe('a simulator in its own process', () => {
  it('takes orders, answers as Grafana does, and ends when asked to', async () => {
    await start();
    const child = await startGrafanaProcess({ profile: '12.4' });
    try {
      expect(await child.order('seed', { count: 40, folders: 4, bytes: 2000, awkward: false })).toEqual({
        dashboards: 40,
        folders: 4,
      });
      expect((await child.order('touch', { count: 4 })).dashboards).toHaveLength(4);
      const headers = { authorization: `Bearer ${child.token}` };
      const hits = await (await fetch(`${child.url}/api/search?type=dash-db`, { headers })).json();
      expect(hits).toHaveLength(40);
      expect(await child.order('counters', {})).toMatchObject({ requests: 1, writes: 0 });
    } finally {
      await child.close();
    }
    await expect(fetch(`${child.url}/api/health`)).rejects.toThrow();
  });

  it('takes no orders unless started for it', async () => {
    await start();
    expect((await call(grafana, token, 'POST /__simulator/burn')).status).toBe(404);
  });
});
