import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { eventually } from '../../support/ports.ts';
import { removeDirectory, startService } from '../../support/service.ts';

it('a service that knows no run still knows when the last complete backup was made, behind a partial one', async () => {
  const grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 4, folders: 1 });
  const first = await startService({ grafanaUrl: grafana.url, environment: fewKinds() });
  const { directory } = first;
  const backUp = async () => first.ended((await first.call('POST', '/runs', { kind: 'backup' })).json.id);
  await backUp();
  grafana.setFaults({ match: /^GET .*folders/, action: { kind: 'status', status: 403 } });
  expect(await backUp()).toMatchObject({ status: 'partial' });
  const [, complete] = (await first.call('GET', '/snapshots')).json.items;
  await first.stop();
  // As after the backups of the command line.
  await rm(`${directory}/state/runs.json`);
  const service = await startService({ grafanaUrl: grafana.url, directory, environment: fewKinds() });
  const status = await eventually('the repository to be read', async () => {
    const { json } = await service.call('GET', '/status');
    return json.newest === undefined ? undefined : json;
  });
  expect([status.newest.status, status.lastSuccess]).toEqual(['partial', complete.time]);
  await service.stop();
  await Promise.all([grafana.close(), removeDirectory(directory)]);
});
