import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Log } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { TokenKeeper } from '../../../pkg/service/bootstrap/tokens/keeper.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { hastyClock } from '../../support/fast-clock.ts';
import { realRandomness } from '../../support/ports.ts';

it('warns of a Grafana that is not up yet only after a minute', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-admin-'));
  await writeFile(join(directory, 'admin-user'), 'admin');
  await writeFile(join(directory, 'admin-password'), 'admin');
  const lines: string[] = [];
  let passed = 0;
  const say = (level: string) => (_fields: object, message: string) => lines.push(`${level}: ${message}`);
  const keeper = new TokenKeeper({
    grafanaUrl: grafana.url,
    admin: { kind: 'directory', directory },
    allOrgs: false,
    state: new MemoryState(),
    clock: { ...hastyClock, monotonic: () => hastyClock.monotonic() + passed },
    randomness: realRandomness,
    log: { debug: () => undefined, info: say('info'), warn: say('warn'), error: say('error') } as unknown as Log,
    mayMint: () => true,
  });
  grafana.setFaults({ match: '*', action: { kind: 'status', status: 503 } });
  await keeper.check();
  await keeper.check();
  expect(lines).toEqual(['info: there is no working token']);
  passed = 61_000;
  await keeper.check();
  await keeper.check();
  expect(lines.slice(1)).toEqual(['warn: there is no working token']);
  await keeper.stop();
  await grafana.close();
  await rm(directory, { recursive: true });
});
