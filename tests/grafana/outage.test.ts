import { expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { Outage } from '../../pkg/grafana/http/outage.ts';
import { realClock } from '../support/ports.ts';

it('says how long Grafana did not respond, not how long it may be away', async () => {
  let now = 0;
  const clock = {
    ...realClock,
    monotonic: () => now,
    sleep: async (milliseconds: number) => void (now += milliseconds),
  };
  const grafana = { address: 'http://grafana', timeout: 30_000, answered: () => true };
  const outage = new Outage({
    clock,
    log: silentLog,
    within: 3_000,
    whyDown: async () => ({ cause: 'no response in time' }),
    ...grafana,
  });
  outage.waitOut({ atStart: true, onWait: () => undefined, signal: new AbortController().signal });
  // A request that hung until its own limit.
  now = 66_000;
  await expect(outage.isOver(0)).rejects.toThrow('Grafana did not respond for 66 seconds: no response in time');
});
