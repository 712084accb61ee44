import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { start, type Bench } from '../harness.ts';

const COUNT = 120;
const KINDS = ['folder', 'folder-permissions', 'dashboard', 'dashboard-permissions'] as const;

/** Grafana goes away with the n-th request that matches, for every request, until `back` is called. */
function goAway({ grafana }: Bench, match: RegExp, after: number): { back: () => void } {
  const away = { match: /./, action: { kind: 'cut' } } as const;
  grafana.setFaults({
    match,
    skip: after,
    times: 1,
    action: { kind: 'before', run: () => grafana.setFaults(away) },
  });
  return { back: () => grafana.setFaults() };
}

async function seeded(): Promise<Bench> {
  const bench = await start({ profile: '12.4' });
  bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900 });
  return bench;
}

/** One cause is one problem of each kind. */
function expectOnePerKind({ errors }: Manifest): void {
  const kinds = errors.map(({ kind }) => kind);
  expect(kinds).toEqual([...new Set(kinds)]);
}

describe('a Grafana that restarts in the middle of a backup', () => {
  it('is waited for, the progress says so, and nothing is missing then', async () => {
    const bench = await seeded();
    const { back } = goAway(bench, /access-control\/dashboards/, 40);
    const phases: string[] = [];

    const manifest = await bench.backup({
      kinds: [...KINDS],
      onProgress: ({ phase }) => {
        if (phases.at(-1) !== phase) {
          phases.push(phase);
        }
        if (phase === 'waiting for Grafana') {
          back();
        }
      },
    });

    expect(manifest.errors).toEqual([]);
    expect(manifest.status).toBe('complete');
    const { dashboards } = bench.grafana.state.org(1);
    const read = manifest.resources.filter(({ kind }) => kind === 'dashboard-permissions');
    expect(read.map(({ uid }) => uid)).toEqual([...dashboards.keys()].sort());
    expect(phases.join(', ')).toContain('permissions, waiting for Grafana, permissions');
  });

  it('and stays away is one problem of each kind, with what was read before kept', async () => {
    const bench = await seeded();
    goAway(bench, /access-control\/dashboards/, 40);

    const manifest = await bench.backup({ kinds: [...KINDS], instance: await bench.instance({ wait: 300 }) });

    expect(manifest.status).toBe('partial');
    const { listed, stored, reused, failed } = manifest.kinds['dashboard-permissions']!;
    expect(stored + reused + failed).toBe(listed);
    expect(failed).toBeGreaterThan(1);
    const problem = manifest.errors.find(({ kind }) => kind === 'dashboard-permissions');
    expectOnePerKind(manifest);
    expect(problem).toMatchObject({ kind: 'dashboard-permissions', uid: '', count: failed });
    expect(problem?.reason).toMatch(
      /Grafana stopped and did not respond for .* seconds: \S+ closed the connection without a response \(\w+\) \(\d+ resources\)/,
    );
  });
});

describe('a token that is revoked in the middle of a backup', () => {
  it('is one problem of each kind, and no request is sent with it after those under way', async () => {
    const bench = await seeded();
    const { grafana } = bench;
    const token = grafana.token();
    const instance = await bench.instance({ token });
    let revokedAt = 0;
    grafana.setFaults({
      match: /access-control\/dashboards/,
      skip: 20,
      times: 1,
      action: {
        kind: 'before',
        run: () => {
          revokedAt = grafana.requests.length;
          grafana.state.tokens.forEach((one) => (one.revoked = true));
        },
      },
    });

    const manifest = await bench.backup({ kinds: [...KINDS], instance });

    expect(manifest.status).toBe('partial');
    expectOnePerKind(manifest);
    expect(manifest.errors.find(({ kind }) => kind === 'dashboard-permissions')?.uid).toBe('');
    expect(manifest.errors.filter(({ reason }) => !reason.includes('401'))).toEqual([]);
    // No more than what was on its way when the first answer came.
    expect(grafana.requests.length - revokedAt).toBeLessThan(64);
    expect(grafana.requests.slice(revokedAt).filter(({ status }) => status === 401).length).toBeLessThan(64);
  });

  it('is renewed once, and the backup goes on with the new one', async () => {
    const bench = await seeded();
    const { grafana } = bench;
    let token = grafana.token();
    let renewals = 0;
    const instance = await bench.instance({
      credentials: {
        kind: 'token',
        authorization: async () => `Bearer ${token}`,
        refresh: async () => {
          renewals++;
          token = grafana.token();
          return true;
        },
      },
    });
    grafana.setFaults({
      match: /access-control\/dashboards/,
      skip: 20,
      times: 1,
      action: { kind: 'before', run: () => grafana.state.tokens.forEach((one) => (one.revoked = true)) },
    });

    const manifest = await bench.backup({ kinds: [...KINDS], instance });

    expect(manifest.errors).toEqual([]);
    expect(renewals).toBe(1);
  });
});
