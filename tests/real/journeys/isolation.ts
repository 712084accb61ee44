import { compare, line } from '../dump/compare.ts';
import { LOSSES } from '../dump/losses.ts';
import type { Journey } from '../journey.ts';
import { secondOrg } from './as-copy.ts';
import { breakDashboard, deleteFolder } from './bad-day.ts';

export const orgIsolation: Journey = {
  name: 'org-isolation',
  title: "A restore with the second organization's token never touches the first",
  async run(stage) {
    const { id } = await stage.snapshot();
    const { grafana } = stage;
    const second = await secondOrg(grafana);
    const before = await stage.dump();
    for (const org of [1, second]) {
      await breakDashboard(grafana.in(org), 'real-orders');
      await deleteFolder(grafana.in(org), 'real-wide');
    }
    const broken = await stage.dump();
    const account = await grafana
      .in(second)
      .post<{ id: number }>('/api/serviceaccounts', { name: 'real-only-second', role: 'Admin' });
    const { key } = await grafana
      .in(second)
      .post<{ key: string }>(`/api/serviceaccounts/${account.id}/tokens`, { name: 'restore' });
    const asSecond = {
      GRAFANA_ADMIN_USER: undefined,
      GRAFANA_ADMIN_PASSWORD: undefined,
      GRAFANA_API_TOKEN: key,
      DASHKEEP_ORGS: undefined,
    };
    await stage.restore(
      'restore',
      [
        id,
        '--kinds',
        'folder,folder-permissions,library-panel,dashboard,dashboard-permissions,alert-rule-group,annotation',
        '--overwrite',
      ],
      asSecond,
    );
    await grafana.in(second).delete(`/api/serviceaccounts/${account.id}`);
    const after = await stage.dump();
    const main = compare(broken, after).filter(({ entry }) => entry.startsWith('Main Org./'));
    stage.check('the main organization is as broken as it was', main.length === 0, main.map(line));
    const other = compare(before, after, LOSSES).filter(({ entry }) => !entry.startsWith('Main Org./'));
    stage.check('the second organization is as before', other.length === 0, other.map(line));
    await stage.restore('restore of the main organization', [id, '--overwrite', '--orgs', '1']);
    stage.checkEqual('at the end everything is as before', before, await stage.dump(), LOSSES);
  },
};

export const narrowed: Journey = {
  name: 'narrowed-stays',
  title: 'Permissions that somebody narrowed on a restored dashboard stay narrow',
  async run(stage) {
    const { id } = await stage.snapshot();
    const { grafana } = stage;
    const before = await stage.dump();
    const folder = ['--folder', 'real-shop', '--orgs', '1'];
    await grafana.delete('/api/dashboards/uid/real-shop-front');
    await stage.restore('restore', [id, ...folder]);
    await grafana.post('/api/dashboards/uid/real-shop-front/permissions', { items: [] });
    await grafana.post('/api/folders/real-shop/permissions', { items: [] });
    const narrow = await stage.dump();
    await stage.apply('the same restore again', [id, ...folder]);
    stage.checkEqual('nothing is widened', narrow, await stage.dump());
    const permissions = ['--kinds', 'folder-permissions,dashboard-permissions', '--orgs', '1'];
    await stage.apply('restore of permissions, without overwriting', [id, ...permissions]);
    stage.checkEqual('nothing is widened by restoring permissions either', narrow, await stage.dump());
    await stage.restore('restore that may overwrite', [id, ...permissions, '--overwrite']);
    stage.checkEqual('at the end everything is as before', before, await stage.dump(), LOSSES);
  },
};
