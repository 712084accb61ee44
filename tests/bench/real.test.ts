import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { annotate } from '../../bench/real/annotate.ts';
import { bareListing } from '../../bench/real/bare.ts';
import { edit, fill } from '../../bench/real/fill.ts';
import { between, RealGrafana } from '../../bench/real/grafana.ts';
import { fillKinds, ownPermissions } from '../../bench/real/kinds.ts';
import { realTables } from '../../bench/real/report.ts';
import { SCENARIOS, type RealReport } from '../../bench/real/rows.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
const BYTES = 3000;
let sim: Simulator;
let grafana: RealGrafana;

beforeEach(async () => {
  sim = await startGrafana({ profile: '12.4' });
  sim.state.org(1).dashboards.clear();
  grafana = new RealGrafana(sim.url, ADMIN);
});
afterEach(async () => {
  await grafana.close();
  await sim.close();
});

describe('the bench on a real Grafana', () => {
  it('fills an empty one, and leaves it alone the next time', async () => {
    await fill(grafana, 20, BYTES);
    const dashboards = [...sim.state.org(1).dashboards.values()];
    expect(dashboards.length).toBe(20);
    expect(dashboards.filter(({ folderUid }) => folderUid === '').length).toBe(2);

    sim.clearRequests();
    await fill(grafana, 20, BYTES);
    expect(sim.writes()).toEqual([]);
  });

  it('annotates the organization and dashboards in turn, once', async () => {
    await fill(grafana, 30, BYTES);
    await annotate(grafana, 30);
    const made = [...sim.state.org(1).annotations.values()];
    expect(made.map(({ dashboardUid }) => dashboardUid === '')).toEqual([true, false, true, false, true]);
    expect(made.every(({ dashboardUid: uid }) => uid === '' || sim.state.org(1).dashboards.has(uid))).toBe(true);

    sim.clearRequests();
    await annotate(grafana, 30);
    expect(sim.writes()).toEqual([]);
  });

  it('gives every eighth dashboard its own permissions', async () => {
    await fill(grafana, 20, BYTES);
    sim.clearRequests();
    await ownPermissions(grafana, 20);
    expect(sim.writes().map(({ path }) => path)).toEqual(
      [0, 8, 16].map((index) => `/api/dashboards/uid/bench-${index}/permissions`),
    );
  });

  it('leaves one alone that has all kinds, whose dashboards are not those of people', async () => {
    await grafana.call(
      'POST',
      '/api/dashboards/db',
      JSON.stringify({ dashboard: { uid: 'real-root', title: 'Root' } }),
    );
    await fill(grafana, 5, BYTES);
    sim.clearRequests();
    await fillKinds(grafana, 5);
    expect(sim.writes()).toEqual([]);
  });

  it('refuses one with dashboards of people', async () => {
    await grafana.call('POST', '/api/dashboards/db', JSON.stringify({ dashboard: { uid: 'mine', title: 'Mine' } }));
    await expect(fill(grafana, 5, BYTES)).rejects.toThrow('Use a disposable Grafana');
  });

  it('edits as many as it was asked to', async () => {
    await fill(grafana, 20, BYTES);
    await edit(grafana, 4, 20, BYTES, 1);
    const edited = [...sim.state.org(1).dashboards.values()].filter(({ title }) => title.includes('edited'));
    expect(edited.length).toBe(4);
  });

  it('lists every page of dashboards and folders bare', async () => {
    await fill(grafana, 20, BYTES);
    sim.clearRequests();
    await bareListing(grafana);
    const lists = sim.requests.map(({ path }) => path.split('/').at(-1));
    expect(lists).toEqual(expect.arrayContaining(['folders', 'dashboards']));
  });

  it('asks for credentials', () => {
    expect(() => new RealGrafana(sim.url, {})).toThrow('GRAFANA_ADMIN_USER');
  });
});

it('requests of a run are counted by route, those of earlier ones left out', () => {
  const before = new Map([['GET /a', 5]]);
  const after = new Map([
    ['GET /a', 5],
    ['GET /b', 2],
    ['GET /c', 9],
  ]);
  expect(between(before, after)).toEqual([
    ['GET /c', 9],
    ['GET /b', 2],
  ]);
});

it('the tables show each target with what was measured, and who was faster', () => {
  const report: RealReport = {
    version: '12.4.0',
    dashboards: 3000,
    bytes: 28_000,
    load: [0.1, 1.5],
    results: [
      { scenario: SCENARIOS.bare, seconds: 8 },
      { scenario: SCENARIOS.dashboards, seconds: 12 },
      { scenario: SCENARIOS.unchanged, seconds: 3, requests: 70, routes: [['GET /apis/*', 12]] },
      { scenario: SCENARIOS.idle, seconds: 10, p95: 20 },
      { scenario: SCENARIOS.duringFull, seconds: 60, p95: 30 },
    ],
  };
  const shown = realTables(report);
  expect(shown).toContain(
    '| full backup of dashboards and folders, compared with listing them | ≤ 1.3 × | 1.5 × | **missed** |',
  );
  expect(shown).toContain('| all kinds, unchanged: requests | ≤ 100 | 70 | met |');
  expect(shown).toContain('1.5 × without a backup');
  expect(shown).toContain('12 × `GET /apis/*`');
  expect(shown).not.toContain('during an unchanged backup, compared');
});
