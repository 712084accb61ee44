import { describe, expect, it } from 'vitest';
import { type Bench, start } from '../harness.ts';

/** A Grafana behind a proxy that lets nothing through to `/apis`, with dashboards of both forms. */
async function withoutApis(profile: '11.6' | '12.4' | '13.2', v2Share: number, status = 404): Promise<Bench> {
  const bench = await start({ profile });
  bench.grafana.seedDashboards({ count: 20, folders: 2, bytes: 900, v2Share });
  bench.grafana.setFaults({ match: /^GET \/apis/, action: { kind: 'status', status } });
  return bench;
}

describe('a Grafana that gives dashboards out through its older API alone', () => {
  it('has a partial backup in 12, which converts those of the new form without saying so', async () => {
    const { backup } = await withoutApis('12.4', 0.5);
    const manifest = await backup();
    expect(manifest.status).toBe('partial');
    const problems = manifest.errors.filter(({ kind }) => kind === 'dashboard');
    expect(problems).toEqual([expect.objectContaining({ uid: '', code: 'dashboards-converted' })]);
    expect(problems[0]?.reason).toContain('/apis');
    expect(manifest.resources.filter(({ kind }) => kind === 'dashboard').length).toBeGreaterThanOrEqual(20);
  });

  it('gets other advice than one that refuses an account without a role', async () => {
    const { errors } = await (await withoutApis('12.4', 0.5, 403)).backup({ kinds: ['dashboard'] });
    expect(errors).toEqual([expect.objectContaining({ uid: '', advice: { code: 'give-role', params: {} } })]);
  });

  it('has a backup in 13 in which those of the new form fail, and are not taken for deleted', async () => {
    const { backup, grafana } = await withoutApis('13.2', 0.5);
    const manifest = await backup();
    const isNew = [...grafana.state.org(1).dashboards.values()].filter(({ apiVersion }) => apiVersion.startsWith('v2'));
    const failed = manifest.errors.filter(({ kind, uid }) => kind === 'dashboard' && uid !== '');
    expect(isNew.length).toBeGreaterThan(0);
    expect(failed.map(({ uid }) => uid).sort()).toEqual(isNew.map(({ uid }) => uid).sort());
    expect(manifest.skipped).toEqual([]);
  });

  it('has a complete backup below 12, which has no other', async () => {
    const { backup } = await withoutApis('11.6', 0);
    expect((await backup()).errors.filter(({ kind }) => kind === 'dashboard')).toEqual([]);
  });
});
