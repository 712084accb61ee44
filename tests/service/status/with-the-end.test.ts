import { expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { startS3Server } from '../../support/s3/server.ts';
import { removeDirectory, startService } from '../../support/service.ts';

it('shows the losses of a backup from the moment that it has ended, however slow the target is', async () => {
  const grafana = await startGrafana({ profile: '13.2' });
  const { dashboards } = grafana.seedDashboards({ count: 12, folders: 1 });
  const s3 = await startS3Server({ buckets: ['backups'], latencyMilliseconds: 20 });
  const environment = { ...s3.environment, ...fewKinds(), DASHKEEP_TARGET: 's3://backups' };
  const service = await startService({ grafanaUrl: grafana.url, environment });
  const backUp = async (): Promise<unknown> => {
    const { snapshot } = await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
    const { newest, protection } = (await service.call('GET', '/status')).json;
    expect(newest.id).toBe(snapshot);
    return protection;
  };
  await backUp();
  for (const uid of dashboards.slice(0, 8)) {
    await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);
  }
  expect(await backUp()).toBe('shrunk');
  await service.stop();
  await Promise.all([grafana.close(), s3.close(), removeDirectory(service.directory)]);
});
