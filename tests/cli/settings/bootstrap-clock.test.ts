import { afterEach, beforeEach, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';

const HOUR = 3_600_000;
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it.each([HOUR, -HOUR])(
  'bootstrap stores no token while the clock is %i ms off, which would end at another time than it says',
  async (off) => {
    const environment = {
      ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
      ...{ DASHKEEP_STATE_DIR: directory.path, DASHKEEP_KUBERNETES: 'off' },
    };
    const clock = { ...realClock, now: () => new Date(Date.now() + off) };
    const refused = await runMain(['bootstrap'], environment, { clock });
    expect(refused.exit).toBe(5);
    expect(refused.error).toMatch(/the clocks of Dashkeep and Grafana differ by 3(599|600|601) seconds/);
    expect(refused.error).toContain('DASHKEEP_IGNORE_CLOCK=true');
    expect(grafana.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    const ignored = await runMain(['bootstrap'], { ...environment, DASHKEEP_IGNORE_CLOCK: 'true' }, { clock });
    expect(ignored).toMatchObject({ exit: 0, out: expect.stringContaining('a new token is stored') });
  },
);
