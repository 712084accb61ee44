import { beforeEach, describe, expect, it } from 'vitest';
import { SCHEDULED_JOBS, type ScheduledJob, type SettingsValues } from '../../../pkg/contract/api/settings.ts';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { silentLog, type Clock, type Randomness } from '../../../pkg/contract/ports.ts';
import { parseSchedule } from '../../../pkg/service/schedule/schedule.ts';
import { Scheduler } from '../../../pkg/service/schedule/scheduler.ts';
import { DEFAULT_SETTINGS } from '../../../pkg/service/settings/defaults.ts';

describe('the scheduler', () => {
  let now: Date;
  let started: string[];
  let logged: string[];
  let ready: boolean;
  let busy: boolean;
  let firstDue: boolean;
  let jitter: number;
  let last: Partial<Record<ScheduledJob, Date>>;
  let settings: SettingsValues;
  let scheduler: Scheduler;

  beforeEach(() => {
    now = new Date('2026-03-28T12:00:00Z');
    started = [];
    logged = [];
    ready = true;
    busy = false;
    firstDue = false;
    jitter = 0;
    last = Object.fromEntries(SCHEDULED_JOBS.map((job) => [job, now]));
    settings = structuredClone(DEFAULT_SETTINGS);
    settings.schedule = { ...settings.schedule, backup: '0 */2 * * *', verify: '', prune: '', drill: '' };
    const clock: Clock = { now: () => now, monotonic: () => now.getTime(), sleep: () => Promise.resolve() };
    const randomness: Randomness = { hex: () => '00', fraction: () => jitter };
    scheduler = new Scheduler({
      clock,
      randomness,
      log: { ...silentLog, info: (_fields, message) => logged.push(message) },
      settings: () => settings,
      ready: () => ready,
      lastStart: (job) => last[job],
      backupDue: () => firstDue,
      start: (job) => {
        if (busy) {
          throw new DashkeepError('DK_BUSY', 'busy');
        }
        started.push(`${now.toISOString().slice(0, 16)} ${job}`);
        last[job] = now;
        firstDue = false;
      },
      tick: () => undefined,
    });
  });

  /** Lets time pass in steps, as the loop would see it. */
  async function pass(minutes: number, step = 1): Promise<void> {
    for (let passed = 0; passed < minutes; passed += step) {
      scheduler.turn();
      now = new Date(now.getTime() + step * 60_000);
    }
  }

  it('starts a job at each of its times', async () => {
    await pass(6 * 60);
    expect(started).toEqual(['2026-03-28T14:00 backup', '2026-03-28T16:00 backup']);
  });

  it('starts the first backup as soon as the target answers, unless backups have no schedule', async () => {
    await pass(3);
    firstDue = true;
    await pass(3);
    expect(started).toEqual(['2026-03-28T12:03 backup']);
    expect(logged).toEqual(['a backup that failed is repeated now']);
    settings.schedule = { ...settings.schedule, backup: '' };
    firstDue = true;
    await pass(3);
    expect(started).toHaveLength(1);
  });

  it('follows the time zone through the change of the clocks', async () => {
    settings.schedule = { ...settings.schedule, backup: '30 6 * * *', timezone: 'Europe/Paris' };
    await pass(3 * 24 * 60, 10);
    expect(started.map((line) => line.slice(0, 16))).toEqual([
      '2026-03-29T04:30',
      '2026-03-30T04:30',
      '2026-03-31T04:30',
    ]);
  });

  it('catches up once after a long sleep, whatever was missed', async () => {
    await pass(10);
    ready = false;
    await pass(3 * 24 * 60, 60);
    ready = true;
    await pass(10);
    expect(started).toEqual(['2026-03-31T12:10 backup']);
    expect(logged).toEqual(['a scheduled run was missed and starts now']);
  });

  it('starts once when the machine itself slept over several times', async () => {
    await pass(10);
    now = new Date('2026-03-30T13:00:00Z');
    await pass(30);
    expect(started).toEqual(['2026-03-30T13:00 backup']);
  });

  it.each([
    ['an hour ahead', 60],
    ['a year ahead', 365 * 24 * 60],
  ])('keeps its times after the clock was %s for a while and was set back', async (_, minutes) => {
    await pass(10);
    now = new Date(now.getTime() + minutes * 60_000);
    await pass(125);
    now = new Date('2026-03-28T14:20:00Z');
    started = [];
    await pass(245);
    expect(started).toEqual(['2026-03-28T16:00 backup', '2026-03-28T18:00 backup']);
  });

  it('goes on by a clock that was set back, and once more when it is right again', async () => {
    await pass(10);
    now = new Date('2025-03-28T12:10:00Z');
    await pass(120);
    now = new Date('2026-03-28T14:20:00Z');
    await pass(10);
    expect(started).toEqual(['2025-03-28T14:00 backup', '2026-03-28T14:20 backup']);
  });

  it('backs up immediately where there is no backup yet, but verifies nothing for that', async () => {
    last = {};
    settings.schedule.verify = '0 3 * * 0';
    await pass(5);
    expect(started).toEqual(['2026-03-28T12:00 backup']);
    expect(logged).toEqual(['the first backup starts now']);
  });

  it('waits while something else runs, and starts then', async () => {
    busy = true;
    await pass(130);
    busy = false;
    await pass(5);
    expect(started).toEqual(['2026-03-28T14:10 backup']);
  });

  it('catches up when what was running has ended, once, and then keeps its times', async () => {
    last['backup'] = new Date('2026-03-28T07:00:00Z');
    busy = true;
    await pass(150);
    busy = false;
    await pass(120);
    expect(started).toEqual(['2026-03-28T14:30 backup', '2026-03-28T16:00 backup']);
  });

  it('need not catch up on what somebody else has run meanwhile', async () => {
    last['backup'] = new Date('2026-03-28T07:00:00Z');
    busy = true;
    await pass(30);
    last['backup'] = now;
    busy = false;
    await pass(120);
    expect(started).toEqual(['2026-03-28T14:00 backup']);
  });

  it('owes nothing any more when another replica took over, or the schedule is gone', async () => {
    last = { ...last, backup: new Date('2026-03-28T07:00:00Z'), verify: new Date('2026-03-28T07:00:00Z') };
    settings.schedule.verify = '0 * * * *';
    busy = true;
    await pass(5);
    settings.schedule.verify = '';
    ready = false;
    await pass(5);
    last['backup'] = now;
    ready = true;
    busy = false;
    await pass(60);
    settings.schedule.verify = '0 * * * *';
    await pass(10);
    expect(started).toEqual([]);
  });

  it('puts each start off by up to the jitter', async () => {
    jitter = 0.5;
    settings.schedule.jitterSeconds = 600;
    await pass(180);
    expect(started).toEqual(['2026-03-28T14:05 backup']);
  });

  it('takes over a changed schedule immediately', async () => {
    await pass(10);
    settings.schedule = { ...settings.schedule, backup: '15 * * * *' };
    await pass(10);
    expect(started).toEqual(['2026-03-28T12:15 backup']);
  });

  it('starts nothing without a schedule, and while it is not ready', async () => {
    settings.schedule.backup = '';
    await pass(300, 5);
    settings.schedule.backup = '*/5 * * * *';
    ready = false;
    await pass(60);
    expect(started).toEqual([]);
  });
});

const HOUR = 3_600;

describe('the time between two backups', () => {
  it.each([
    ['every minute', '* * * * *', 'Etc/UTC', '2027-01-09T12:00:00Z', HOUR / 60],
    ['every two hours', '0 */2 * * *', 'Etc/UTC', '2027-01-09T12:00:00Z', 2 * HOUR],
    ['every two hours, seen between them', '0 */2 * * *', 'Etc/UTC', '2027-01-09T11:07:00Z', 2 * HOUR],
    ['every week', '0 3 * * 0', 'Etc/UTC', '2027-01-09T12:00:00Z', 7 * 24 * HOUR],
    ['on weekdays, seen on Saturday', '0 3 * * 1-5', 'Etc/UTC', '2027-01-09T12:00:00Z', 72 * HOUR],
    ['on weekdays, seen on Tuesday', '0 3 * * 1-5', 'Etc/UTC', '2027-01-12T12:00:00Z', 72 * HOUR],
    ['on weekdays, seen on Wednesday', '0 3 * * 1-5', 'Etc/UTC', '2027-01-13T12:00:00Z', 24 * HOUR],
    ['in office hours, seen at night', '*/5 9-16 * * 1-5', 'Etc/UTC', '2027-01-12T22:00:00Z', 16 * HOUR + 300],
    ['in office hours, seen at work', '*/5 9-16 * * 1-5', 'Etc/UTC', '2027-01-12T10:02:00Z', HOUR / 12],
    ['in office hours, seen on Monday morning', '*/5 9-16 * * 1-5', 'Etc/UTC', '2027-01-11T09:57:00Z', 64 * HOUR + 300],
    ['twice a night', '0 3,4 * * *', 'Etc/UTC', '2027-01-12T01:00:00Z', 23 * HOUR],
    ['on two days of a month', '0 3 1,2 * *', 'Etc/UTC', '2027-01-20T12:00:00Z', 30 * 24 * HOUR],
    ['on the last of long months', '0 3 31 * *', 'Etc/UTC', '2027-02-20T12:00:00Z', 61 * 24 * HOUR],
    ['on 29 February', '0 3 29 2 *', 'Etc/UTC', '2027-02-20T12:00:00Z', 1461 * 24 * HOUR],
    ['with an hour that is skipped', '0 3 * * *', 'Europe/Paris', '2027-03-28T12:00:00Z', 24 * HOUR],
    ['with an hour that comes twice', '30 * * * *', 'Europe/Paris', '2027-10-31T12:00:00Z', HOUR],
  ])('is the longest that has just been: %s', (_, expression, zone, from, seconds) => {
    expect(parseSchedule(expression, zone).interval(new Date(from))).toBe(seconds);
  });
});
