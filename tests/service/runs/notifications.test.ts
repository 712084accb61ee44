import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { fastClock, type FastClock } from '../../support/fast-clock.ts';
import { eventually } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';
import { budget, inDepth } from '../../support/budget.ts';

const DAY = 86_400_000;
/** Its health check succeeds, because a run waits for a Grafana that is down. */
const BROKEN = { match: /^\S+ \/(?!api\/health)/, action: { kind: 'status', status: 500 } } as const;
const UNREADABLE = /^GET .*\/dashboards?[/?]/;

describe('notifications', () => {
  let grafana: Simulator;
  let webhook: Webhook;
  let clock: FastClock;
  let service: TestService | undefined;

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 4, folders: 1 });
    webhook = await startWebhook();
    // A limit of half a minute for an answer is still 0.6 s here, enough on a busy machine.
    clock = fastClock(50);
  });
  afterEach(async () => {
    await stop();
    await webhook.close();
    await grafana.close();
  });

  async function stop(): Promise<void> {
    const stopped = service;
    service = undefined;
    await stopped?.stop();
    if (stopped !== undefined) {
      await removeDirectory(stopped.directory);
    }
  }

  async function start(environment: Record<string, string> = {}, directory?: string): Promise<TestService> {
    const given = { ...fewKinds(), DASHKEEP_WEBHOOK_URL: webhook.url, ...environment };
    service = await startService({ grafanaUrl: grafana.url, clock, environment: given, directory });
    return service;
  }

  const backUp = async (): Promise<Record<string, unknown>> =>
    service!.ended((await service!.call('POST', '/runs', { kind: 'backup' })).json.id);

  const protection = async (): Promise<string> => (await service!.call('GET', '/status')).json.protection;

  /** The one that a service with a schedule makes by itself. */
  const firstBackup = (): Promise<unknown> =>
    eventually('the first backup', async () => (await protection()) === 'yes' || void (await service!.runEnd()));

  /** Once a day, half a day from now: due while three days pass, and at no other time of a test. */
  const daily = (): Record<string, string> => ({
    DASHKEEP_SCHEDULE: `0 ${(clock.now().getUTCHours() + 12) % 24} * * *`,
    DASHKEEP_TIMEZONE: 'UTC',
  });

  /** Long enough for something to be told again. */
  async function aMinute(): Promise<void> {
    const now = async (): Promise<number> => Date.parse((await service!.call('GET', '/status')).json.now);
    const seen = await now();
    await eventually('a minute', async () => (await now()) > seen + 60_000 || undefined);
  }

  it('report a failure and the recovery after it, and no log says where they go', async () => {
    await start({ DASHKEEP_WEBHOOK_URL: new URL('/secret-path', webhook.url).href });
    webhook.next(503);
    // A file where the directory should be.
    const target = join(service!.directory, 'target');
    await writeFile(target, '');
    const failed = await backUp();
    expect(failed).toMatchObject({ status: 'failed' });
    await rm(target);
    await backUp();
    const [first, second] = await webhook.took(2);
    expect(first).toMatchObject({ event: 'failed', run: { id: failed['id'], kind: 'backup' } });
    expect(second).toMatchObject({ event: 'recovered' });
    expect(service?.lines.join('')).not.toContain('secret-path');
  });

  it('can be tried, in the form that Slack takes', async () => {
    await start({ DASHKEEP_WEBHOOK_FORMAT: 'slack' });
    const { json } = await service!.call('POST', '/notifications/test', {});
    expect(json).toMatchObject({ delivered: true, status: 200 });
    expect(webhook.taken.map((body) => Object.keys(body))).toEqual([['text']]);
  });

  it('report a partial backup with its number of problems, and the complete one after it', async () => {
    await start({ POD_NAME: 'grafana-0' });
    expect(await backUp()).toMatchObject({ status: 'complete' });
    grafana.setFaults({ match: UNREADABLE, action: { kind: 'status', status: 500 } });
    const partial = await backUp();
    expect(partial).toMatchObject({ status: 'partial' });
    grafana.setFaults();
    const whole = await backUp();
    await backUp();
    const [first, loss, second] = await webhook.took(3);
    const problems = (partial['errors'] as unknown[]).length;
    expect(first).toMatchObject({
      source: 'dashkeep',
      event: 'partial',
      text: `The backup is partial. Resources or lists that could not be read or written: ${problems}.`,
      instance: 'grafana-0',
      run: { id: partial['id'], kind: 'backup', status: 'partial', snapshot: partial['snapshot'] },
      problems,
    });
    expect(problems).toBeGreaterThan(0);
    expect(loss, 'it lacks all dashboards').toMatchObject({ event: 'shrunk', run: { id: partial['id'] } });
    expect(second).toMatchObject({ event: 'recovered', run: { id: whole['id'], status: 'complete' } });
    expect(webhook.taken, 'of two complete ones beside them, nothing').toHaveLength(3);
  });

  it.each(['slack', 'generic'].slice(0, budget(1, 2)))(
    'report once that the newest backup is too old, and that there is a new one again, in the %s form',
    async (format) => {
      await start({ ...daily(), DASHKEEP_WEBHOOK_FORMAT: format });
      await firstBackup();
      // Nothing can be backed up for three days.
      grafana.setFaults(BROKEN);
      clock.travel(3 * DAY);
      const hours = /^The newest backup is 7[2-9] hours old \(\d{8}T\d{6}Z-\w+\), but the schedule .* 24 hours\. /;
      await webhook.took(2);
      await eventually('the failed run to be over', () => service?.service.queue.idle || undefined);
      grafana.setFaults();
      expect(await backUp()).toMatchObject({ status: 'complete' });
      await eventually('the news of it', async () => (await protection()) === 'yes' || undefined);
      // What is told comes in order: whatever else was told before this one would be here.
      grafana.setFaults(BROKEN);
      expect(await backUp()).toMatchObject({ status: 'failed' });
      const all = await webhook.took(4);
      // Whichever of the first two is noticed first.
      const isLate = ({ event, text }: Record<string, unknown>): boolean =>
        event === 'late' || String(text).startsWith(':hourglass:');
      const late = all.slice(0, 2).find(isLate);
      const told = [late, ...all.filter((one) => one !== late)];
      if (format === 'slack') {
        const marks = [':hourglass:', ':x:', ':white_check_mark:', ':x:'];
        expect(told.map((one) => String(one?.['text']).split(' ')[0])).toEqual(marks);
        expect(String(late?.['text']).slice(':hourglass: '.length)).toMatch(hours);
      } else {
        expect(told.map((one) => one?.['event'])).toEqual(['late', 'failed', 'recovered', 'failed']);
        expect(late).toMatchObject({ text: expect.stringMatching(hours) as string });
        expect(told[1]).toMatchObject({ run: { trigger: 'scheduled' } });
      }
    },
  );

  it('report once that there is still no backup a day after the start, for example without a token', async () => {
    const environment = { ...daily(), DASHKEEP_WEBHOOK_EVENTS: 'late,recovered', GRAFANA_ADMIN_PASSWORD: 'wrong' };
    const { directory } = await start(environment);
    clock.travel(2 * DAY);
    await webhook.took(1);
    await service!.stop();
    await start(environment, directory);
    clock.travel(2 * DAY);
    await aMinute();
    await service!.stop();
    await start({ ...environment, GRAFANA_ADMIN_PASSWORD: 'admin' }, directory);
    await firstBackup();
    const [late, ...told] = await webhook.took(2);
    const text = /^The service knows of no backup, but the schedule expects one every 24 hours\. /;
    expect(late).toMatchObject({ event: 'late', text: expect.stringMatching(text) as string });
    expect(told).toMatchObject([{ event: 'recovered' }]);
  });

  it('report it once although the service is started again, and the recovery after that', async () => {
    const environment = { ...daily(), DASHKEEP_WEBHOOK_EVENTS: 'late,recovered' };
    const { directory } = await start(environment);
    await firstBackup();
    grafana.setFaults(BROKEN);
    clock.travel(3 * DAY);
    await webhook.took(1);
    for (let times = 0; times < budget(1, 2); times++) {
      await service!.stop();
      await start(environment, directory);
      await eventually('the news of the repository', async () => (await protection()) === 'late' || undefined);
      await aMinute();
    }
    grafana.setFaults();
    await eventually('a backup', async () => (await backUp())['status'] === 'complete' || undefined);
    await webhook.took(2);
    grafana.setFaults(BROKEN);
    clock.travel(3 * DAY);
    await webhook.took(3);
    grafana.setFaults();
    await eventually('one more backup', async () => (await backUp())['status'] === 'complete' || undefined);
    // What is told comes in order: whatever else was told before this one would be here.
    const told = await webhook.took(4);
    expect(told.map(({ event }) => event)).toEqual(['late', 'recovered', 'late', 'recovered']);
  });

  inDepth('report it once where only the journal knows the newest backup, until the target answers again', async () => {
    const environment = { ...daily(), DASHKEEP_WEBHOOK_EVENTS: 'late,recovered' };
    const { directory } = await start(environment);
    await firstBackup();
    // The snapshot is there before the journal has it.
    await eventually('the end of its run', () => service?.service.queue.idle || undefined);
    await service!.stop();
    // A file where the directory should be.
    const [target, aside] = [join(directory, 'target'), join(directory, 'aside')];
    await rename(target, aside);
    await writeFile(target, '');
    clock.travel(3 * DAY);
    await start(environment, directory);
    await webhook.took(1);
    await eventually('the failed run to be over', () => service?.service.queue.idle || undefined);
    await rm(target);
    await rename(aside, target);
    // Long enough for the repository to be read again.
    clock.travel(DAY / 24);
    await eventually('the news of the repository', async () => (await protection()) === 'late' || undefined);
    await aMinute();
    await eventually('a backup', async () => (await backUp())['status'] === 'complete' || undefined);
    const told = await webhook.took(2);
    expect(told.map(({ event }) => event)).toEqual(['late', 'recovered']);
  });

  inDepth('report a partial backup and its recovery in the form that Slack takes', async () => {
    await start({ DASHKEEP_WEBHOOK_FORMAT: 'slack' });
    grafana.setFaults({ match: UNREADABLE, action: { kind: 'status', status: 500 } });
    await backUp();
    grafana.setFaults();
    await backUp();
    const [partial, recovered] = await webhook.took(2);
    expect(partial).toEqual({ text: expect.stringMatching(/^:warning: The backup is partial\. /) as string });
    expect(recovered).toEqual({ text: ':white_check_mark: The backup is complete again.' });
  });

  it('are sent again while the receiver answers 500 or cannot take more, and only those that are wanted', async () => {
    await start({ DASHKEEP_WEBHOOK_EVENTS: 'partial' });
    grafana.setFaults({ match: UNREADABLE, action: { kind: 'status', status: 500 } });
    webhook.next(500, 429, 503);
    await backUp();
    await webhook.took(1);
    expect(webhook.heard).toHaveLength(4);
    grafana.setFaults();
    await backUp();
    // Refused for good: nothing that asking again could change.
    grafana.setFaults({ match: UNREADABLE, action: { kind: 'status', status: 500 } });
    webhook.next(404);
    await backUp();
    await eventually('the refusal', () => service?.service.notifier.failures === 1 || undefined);
    await backUp();
    await webhook.took(2);
    expect(webhook.taken.map(({ event }) => event)).toEqual(['partial', 'partial']);
    expect(webhook.heard).toHaveLength(6);
  });

  it.each((['hang', 500] as const).slice(0, budget(1, 2)))(
    'hold up no run, and can be stopped, while the receiver does this: %s',
    async (manner) => {
      webhook.always(manner);
      await start();
      grafana.setFaults({ match: UNREADABLE, action: { kind: 'status', status: 500 } });
      for (let n = 0; n < 3; n++) {
        expect(await backUp()).toMatchObject({ status: 'partial' });
      }
      await eventually('an attempt', () => webhook.heard[0]);
      const { lines } = service!;
      await stop();
      expect(lines.join('')).toContain('the service has stopped');
      expect(webhook.taken).toEqual([]);
    },
  );
});
