import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import { portOf } from '../support/servers/listening.ts';
import { startService } from '../support/service.ts';

it.each(['DASHKEEP_LISTEN', 'DASHKEEP_OPS_LISTEN'])('names the setting of a port that is in use: %s', async (name) => {
  const grafana = await startGrafana({ profile: '12.4' });
  const other = createServer();
  const address = `127.0.0.1:${await portOf(other)}`;
  try {
    await expect(startService({ grafanaUrl: grafana.url, environment: { [name]: address } })).rejects.toMatchObject({
      code: 'DK_SETTINGS',
      message: `${name}: cannot listen on ${address}, which is in use (EADDRINUSE)`,
    });
  } finally {
    other.close();
    await grafana.close();
  }
});

it('says which address it listens on, also when that is every address', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const environment = { DASHKEEP_LISTEN: '0.0.0.0:0', DASHKEEP_OPS_LISTEN: '0.0.0.0:0' };
  const service = await startService({ grafanaUrl: grafana.url, environment });
  try {
    expect(service.url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
    expect(service.opsUrl).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
  } finally {
    await service.stop();
    await grafana.close();
  }
});
