import { expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { runCli } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';

it('logs by which signal the service is stopped', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const directory = await memoryDirectory();
  const stopping = new AbortController();
  let lines = '';
  const write = (text: string): boolean => {
    lines += text;
    if (text.includes('listening')) {
      stopping.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted by SIGTERM'));
    }
    return true;
  };
  const environment = {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token(), DASHKEEP_KUBERNETES: 'off' },
    ...{ DASHKEEP_LISTEN: '127.0.0.1:0', DASHKEEP_OPS_LISTEN: 'off', DASHKEEP_SCHEDULE: 'off' },
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
  };
  const stdout = { write } as unknown as NodeJS.WriteStream;
  expect((await runCli(['serve'], environment, { signal: stopping.signal, stdout })).exit).toBe(0);
  expect(lines).toMatch(/"reason":"interrupted by SIGTERM".*the service is stopping|the service is stopping.*SIGTERM/);
  await grafana.close();
  await directory.remove();
});
