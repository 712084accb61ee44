import { expect, test } from 'vitest';
import { dashboard } from '../../pkg/grafana/kinds/dashboard.ts';
import type { Listed } from '../../pkg/grafana/kinds/kind.ts';
import { testGrafana } from './harness.ts';

test('what the list had to convert is read by one request each, in the version it is stored in', async () => {
  const grafana = await testGrafana({ profile: '13.2' });
  try {
    grafana.sim.seedDashboards({ count: 400, folders: 3, bytes: 2000 });
    const context = await grafana.account();
    const converted: Listed[] = [];
    for await (const listed of dashboard.list(context, { revision: () => undefined, size: 0 })) {
      if (listed.content === undefined) {
        converted.push(listed);
      }
    }
    expect(converted.length).toBeGreaterThan(0);
    grafana.sim.clearRequests();
    for (const listed of converted) {
      const content = await dashboard.read(context, listed);
      expect(content?.apiVersion?.split('/')[1]).toBe(grafana.sim.state.org(1).dashboards.get(listed.uid)?.apiVersion);
    }
    expect(grafana.sim.requests).toHaveLength(converted.length);
  } finally {
    await grafana.close();
  }
});

test('a long list is read once, however the first few dashboards are stored', async () => {
  const grafana = await testGrafana({ profile: '13.2' });
  try {
    grafana.sim.seedDashboards({ count: 400, folders: 3, bytes: 2000, v2Share: 0 });
    const { dashboards } = grafana.sim.state.org(1);
    const names = [...dashboards.keys()].sort();
    for (const [index, uid] of names.entries()) {
      const held = dashboards.get(uid);
      if (held !== undefined) {
        held.apiVersion = index < 5 ? 'v1' : 'v0alpha1';
      }
    }
    const found = new Set<string>();
    for await (const { uid } of dashboard.list(await grafana.account(), { revision: () => undefined, size: 0 })) {
      found.add(uid);
    }
    const pages = grafana.sim.requests.filter(({ path }) => path.endsWith('/dashboards'));

    expect([...found].sort()).toEqual(names);
    // Of fifty each, and at most two in the version that it began with.
    expect(pages.length).toBeLessThanOrEqual(Math.ceil(names.length / 50) + 2);
  } finally {
    await grafana.close();
  }
});

test('a stored version that Grafana does not give out is a failure, not a deleted dashboard', async () => {
  const grafana = await testGrafana({ profile: '13.2' });
  try {
    const { dashboards } = grafana.sim.seedDashboards({ count: 3, folders: 1, bytes: 2000, v2Share: 0 });
    const [uid = ''] = dashboards;
    const held = grafana.sim.state.org(1).dashboards.get(uid);
    const asked = held?.apiVersion === 'v1' ? 'v1beta1' : 'v1';
    grafana.sim.setFaults({
      match: new RegExp(`/${held?.apiVersion}/namespaces/default/dashboards/${uid}`),
      action: { kind: 'status', status: 404, body: { kind: 'Status', code: 404, message: 'not found' } },
    });

    const read = dashboard.read(await grafana.account(), { uid, title: uid, storedVersion: asked });

    await expect(read).rejects.toThrow(/stored as/);
  } finally {
    await grafana.close();
  }
});
