import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startGrafana } from '../../support/grafana/index.ts';
import { removeDirectory, startService } from '../../support/service.ts';

it('is not ready while backups fail because a file of its state cannot be read', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const service = await startService({ grafanaUrl: grafana.url });
  const state = join(service.directory, 'state');
  const ready = async () => (await fetch(`${service.opsUrl}/readyz`)).json();
  const backUp = async () => service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  expect((await backUp())['status']).toBe('complete');
  expect(await ready()).toEqual({ ready: true, reasons: [] });

  const name = (await readdir(state)).find((one) => one.startsWith('target-')) ?? '';
  for (const file of [name, 'runs.json']) {
    // Root can read every file, but no one can read a directory as a file.
    await rename(join(state, file), join(state, 'aside'));
    await mkdir(join(state, file));
    await backUp();
    expect(await ready()).toEqual({ ready: false, reasons: [expect.stringContaining('cannot read the state')] });
    await rm(join(state, file), { recursive: true });
    await rename(join(state, 'aside'), join(state, file));
    expect((await backUp())['status']).toBe('complete');
    expect(await ready()).toEqual({ ready: true, reasons: [] });
  }

  await service.stop();
  await removeDirectory(service.directory);
  await grafana.close();
});
