import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { visitLive } from '../../../pkg/engine/restore/live.ts';
import type { Content } from '../../../pkg/grafana/kinds/content.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { canonicalOf, formOf } from '../../../pkg/grafana/kinds/text-content.ts';
import { testGrafana, type TestGrafana } from '../../kinds/harness.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';

const dashboard = kindOf('dashboard');

/** The maximum concurrency of requests to Grafana, when nobody sets it. */
const MOST_REQUESTS = 64;

let grafana: TestGrafana;
afterEach(() => grafana.close());

/** Looks at all of these dashboards. */
async function visit(uids: readonly string[], each: (uid: string, live: Content | undefined) => Promise<void>) {
  await visitLive({
    kind: dashboard,
    context: await grafana.account(),
    wanted: uids.map((uid) => ({ uid, title: uid })),
    total: uids.length,
    isSame: () => false,
    each,
    unreadable: (_, error) => {
      throw error;
    },
  });
}

test('as many dashboards are looked at concurrently as there may ever be requests', async () => {
  grafana = await testGrafana({ profile: '11.6' });
  const { dashboards } = grafana.sim.seedDashboards({ count: 100, folders: 1, bytes: 1000 });
  let looking = 0;
  let done = (): void => undefined;
  const enough = new Promise<void>((resolve) => (done = resolve));

  // None is done with before that many are looked at: with lower concurrency this never ends.
  await visit(dashboards, async () => {
    if (++looking === MOST_REQUESTS) {
      done();
    }
    await enough;
  });

  expect(looking).toBe(dashboards.length);
});

test.each([
  ['of a list', 16],
  ['a few that are read without a list', 10],
])('large dashboards are looked at few at a time, %s', async (_, count) => {
  grafana = await testGrafana({ profile: '11.6' });
  const { dashboards } = grafana.sim.seedDashboards({ count, folders: 1, bytes: 1_500_000 });
  let atOnce = 0;
  let most = 0;
  let looked = 0;

  await visit(dashboards, async (__, live) => {
    expect(live).toBeDefined();
    most = Math.max(most, ++atOnce);
    looked++;
    await wait(60);
    atOnce--;
  });

  expect(looked).toBe(dashboards.length);
  // Each takes its share in steps, twice as much each time: of 8 MiB there is room for two to five, and for one beyond.
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(6);
});

test.each(ENGINE_PROFILES)('the bytes of what was looked at are freed, and not before, Grafana %s', async (profile) => {
  grafana = await testGrafana({ profile });
  const { dashboards } = grafana.sim.seedDashboards({ count: 60, folders: 1, bytes: 2000, v2Share: 0.5 });
  const seen: Content[] = [];

  await visit(dashboards, async (_, live) => {
    await wait(1);
    expect(canonicalOf(live!).length).toBeGreaterThan(500);
    seen.push(live!);
  });

  expect(seen.length).toBe(dashboards.length);
  expect(seen.map((live) => formOf(live)?.bytes.length ?? 0).filter((left) => left > 0)).toEqual([]);
  expect(seen.some((live) => formOf(live) !== undefined)).toBe(true);
});
