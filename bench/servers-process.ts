import { startGrafana } from '../tests/support/grafana/index.ts';
import type { Load } from '../tests/support/grafana/load.ts';
import type { ProfileName } from '../tests/support/grafana/profiles.ts';
import { startS3Server } from '../tests/support/s3/server.ts';
import type { Address, Command, Counted } from './servers.ts';

const [profile = '13.2', directory = ''] = process.argv.slice(2);
const grafana = await startGrafana({ profile: profile as ProfileName, searchDelayMs: 0 });
const s3 = await startS3Server({ buckets: ['bench'], directory, record: false });
let load: Load = {};
const ADMIN = {
  authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
  'content-type': 'application/json',
};

const address: Address = { grafana: grafana.url, token: grafana.token(), s3: { ...s3.environment } };
process.send?.(address);
process.on('message', (command: Command) => void handle(command).then((counted) => process.send?.(counted)));
process.on('disconnect', () => process.exit(0));

async function handle(command: Command): Promise<Counted> {
  switch (command.do) {
    case 'seed':
      grafana.seedDashboards({ count: command.count, folders: command.folders, bytes: command.bytes });
      break;
    case 'change':
      await change(command.share);
      break;
    case 'wipe':
      grafana.wipe();
      break;
    case 'load':
      load = command;
      grafana.setLoad(load);
      break;
    case 'errors':
      grafana.setFaults({ match: 'GET /api*', probability: command.share, action: { kind: 'status', status: 500 } });
      break;
    case 'reset':
      grafana.clearRequests();
      grafana.counters.responseBytes = 0;
      break;
    case 'count':
      break;
  }
  return {
    requests: grafana.requests.map(({ method, path, query }) => ({ method, path, query })),
    responseBytes: grafana.counters.responseBytes,
    dashboards: grafana.state.org(1).dashboards.size,
  };
}

/** Edits every so-many-th classic dashboard through the API, without the latency that others see. */
async function change(share: number): Promise<void> {
  grafana.setLoad({});
  const uids = [...grafana.state.org(1).dashboards]
    .filter(([, { apiVersion }]) => !apiVersion.includes('v2'))
    .map(([uid]) => uid);
  const step = Math.max(1, Math.round(1 / share));
  for (let index = 0; index < uids.length; index += step) {
    const one = await fetch(`${grafana.url}/api/dashboards/uid/${uids[index]}`, { headers: ADMIN });
    const { dashboard, meta } = (await one.json()) as { dashboard: object; meta: { folderUid?: string } };
    await fetch(`${grafana.url}/api/dashboards/db`, {
      method: 'POST',
      headers: ADMIN,
      body: JSON.stringify({
        dashboard: { ...dashboard, description: `edited ${Date.now()}` },
        folderUid: meta.folderUid,
        overwrite: true,
      }),
    });
  }
  grafana.setLoad(load);
}
