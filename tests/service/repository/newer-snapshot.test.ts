import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { newTimedId } from '../../../pkg/repository/layout.ts';
import { runCli } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { realRandomness } from '../../support/ports.ts';
import { removeDirectory, startService } from '../../support/service.ts';

it('a newest snapshot that only a newer version can read is named by status, readiness, doctor and fleet', async () => {
  const grafana = await startGrafana({ profile: '13.2' });
  const service = await startService({ grafanaUrl: grafana.url });
  await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  const newer = newTimedId(new Date(Date.now() + 2_000), realRandomness);
  const target = join(service.directory, 'target');
  const body = gzipSync(JSON.stringify({ format: 2, id: newer, resources: [] }));
  await writeFile(join(target, 'snapshots', `${newer}.json.gz`), body);
  service.service.freshness.snapshotsChanged();

  const named = expect.objectContaining({ why: { code: 'snapshot-newer', params: { snapshot: newer } } });
  await expect
    .poll(async () => (await service.call('GET', '/status')).json.warnings, { timeout: 20_000, interval: 200 })
    .toContainEqual(named);
  const detail = expect.stringContaining(newer);
  const { evidence } = (await service.call('GET', '/readiness')).json;
  expect(evidence).toContainEqual(expect.objectContaining({ code: 'backup', level: 'warning', detail }));
  const { checks } = (await service.call('GET', '/doctor')).json;
  expect(checks).toContainEqual(expect.objectContaining({ status: 'warning', detail }));
  const environment = { DASHKEEP_STATE_DIR: join(service.directory, 'state'), HOME: service.directory };
  const { json } = await runCli(['fleet', `file://${target}`, '--json'], environment);
  expect(json.installations[0]).toMatchObject({
    state: 'attention',
    alarms: [expect.objectContaining({ reason: detail })],
  });

  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});
