import { expect, it } from 'vitest';
import type { Clock } from '../../../pkg/contract/ports.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { realClock } from '../../support/ports.ts';
import { call } from '../../simulator/http.ts';
import { start } from '../harness.ts';

/** Pauses end immediately, and the clock says that they lasted. */
function skippingClock(): Clock {
  let skipped = 0;
  return {
    ...realClock,
    monotonic: () => realClock.monotonic() + skipped,
    sleep: async (milliseconds) => void (skipped += milliseconds),
  };
}

it.each(TRIED_PROFILES)(
  'alerting that does not start in time makes a backup of Grafana %s partial',
  async (profile) => {
    const bench = await start({ profile, alertingWarmUpMs: 3_600_000 });
    await call(bench.grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
    const instance = await bench.instance({ orgs: 'all' });

    const manifest = await bench.backup({ instance, clock: skippingClock() });

    expect(manifest.status).toBe('partial');
    const unread = manifest.errors.filter(({ kind }) => kind === 'notification-policy');
    expect(unread).toHaveLength(1);
    expect(unread[0]).toMatchObject({ org: 2, uid: '' });
    expect(unread[0]?.reason).toContain('in organization “Second” within 2 minutes');
  },
);
