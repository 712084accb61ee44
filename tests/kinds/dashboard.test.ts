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
