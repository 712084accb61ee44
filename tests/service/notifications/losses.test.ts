import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWorse } from '../../../pkg/contract/losses/mass-change.ts';
import { call } from '../../simulator/http.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';

describe('what is reported of losses', () => {
  let grafana: Simulator;
  let webhook: Webhook;
  let service: TestService;
  let dashboards: readonly string[];

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    ({ dashboards } = grafana.seedDashboards({ count: 40, folders: 1 }));
    webhook = await startWebhook();
    const environment = { ...fewKinds(), DASHKEEP_WEBHOOK_URL: webhook.url, DASHKEEP_SERVER_KINDS: 'false' };
    service = await startService({ grafanaUrl: grafana.url, environment });
    await backUp();
  });

  afterEach(async () => {
    await service.stop();
    await webhook.close();
    await grafana.close();
    await removeDirectory(service.directory);
  });

  async function backUp(): Promise<string> {
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    const run = await service.ended(json.id);
    expect(run).toMatchObject({ status: 'complete' });
    return json.id;
  }

  async function remove(from: number, to: number): Promise<void> {
    for (const uid of dashboards.slice(from, to)) {
      await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);
    }
  }

  it('comes again when what is left halves, once, and not when a little more is missing', async () => {
    await remove(0, 24);
    const half = await backUp();
    await remove(24, 26);
    await backUp();
    await remove(26, 40);
    const all = await backUp();
    await backUp();
    const messages = await webhook.took(2);
    expect(messages[0]?.['text']).toMatch(/: \d+\/\d+ resources, .*24\/\d+ dashboard /);
    expect(messages.map(({ event, run }) => [event, (run as { id: string }).id])).toEqual([
      ['shrunk', half],
      ['shrunk', all],
    ]);
    await service.call('POST', '/notifications/test', {});
    expect(webhook.taken.map(({ event }) => event)).toEqual(['shrunk', 'shrunk', 'test']);
  });

  it('is no recovery where the target was emptied', async () => {
    await remove(0, 40);
    await backUp();
    // The service may be writing the records of the run.
    await rm(join(service.directory, 'target'), { recursive: true, maxRetries: 10 });
    await backUp();
    const told = await webhook.took(2);
    expect(told.map(({ event }) => event)).toEqual(['shrunk', 'repository']);
    await service.call('POST', '/notifications/test', {});
    expect(webhook.taken.map(({ event }) => event)).toEqual(['shrunk', 'repository', 'test']);
  });
});

describe('a loss is worse', () => {
  const kind = 'dashboard';
  const lost = (gone: number, more: object[] = []) =>
    ({ since: 'a', losses: [{ org: 1, kind, before: 100, gone }, ...more] }) as Parameters<typeof isWorse>[0];

  it.each([
    [60, 70, false],
    [60, 80, true],
    [20, 49, false],
    [20, 50, true],
    [99, 100, true],
    [100, 100, false],
    [80, 60, false],
  ])('of a hundred, after %i then %i are missing: %s', (was, now, expected) => {
    expect(isWorse(lost(now), lost(was))).toBe(expected);
  });

  it('if half of another kind is missing, too, and not if less of it is', () => {
    const other = (gone: number) => ({ org: 1, kind: 'alert-rule-group', before: 20, gone });
    expect(isWorse(lost(60, [other(10)]), lost(60))).toBe(true);
    expect(isWorse(lost(60, [other(4)]), lost(60))).toBe(false);
  });
});
