import { afterEach, describe, expect, it } from 'vitest';
import { kindOf } from '../../pkg/grafana/kinds/registry.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { variants } from '../support/budget.ts';
import { TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import { ALERTING, AlertingGrafana, bodies, restore, restoreAll, take, takeAll } from './harness.ts';
import { FOLDER, seedAlerting } from './seed.ts';

let grafana: AlertingGrafana;
afterEach(() => grafana.close());

async function seeded(profile: ProfileName): Promise<void> {
  grafana = await AlertingGrafana.start({ profile });
  await seedAlerting(grafana);
}

/** Another writer changes the Alertmanager document during the next write that matches, that many times. */
function disturb(match: string, times: number): void {
  const { alerting } = grafana.sim.state.org(1);
  grafana.sim.setFaults({
    match,
    times,
    action: { kind: 'before', run: () => void setTimeout(() => alerting.revision++, 1) },
  });
}

const WRITES: [string, (typeof ALERTING)[number]][] = [
  ['PUT */templates/*', 'notification-template'],
  ['POST */mute-timings', 'mute-timing'],
  ['POST */contact-points', 'contact-point'],
  ['PUT */policies', 'notification-policy'],
];

describe.each(TRIED_PROFILES)('writers of the one Alertmanager document in Grafana %s', (profile) => {
  it.each(profile === '13.2' ? WRITES : variants(WRITES))('who collide try again: %s', async (match, name) => {
    grafana = await AlertingGrafana.start({ profile, alertingWriteMs: 15 });
    await seedAlerting(grafana);
    const before = await takeAll(grafana, { decryptSecrets: true });
    grafana.sim.wipe();
    await grafana.api('POST /api/folders', { uid: FOLDER, title: 'Infrastructure' });
    disturb(match, 3);
    grafana.sim.clearRequests();
    await restoreAll(grafana, before, { decryptSecrets: true });
    const collided = grafana.sim.writes().filter((request) => request.status >= 400);
    expect(collided.map((request) => request.status)).toEqual([1, 2, 3].map(() => (profile === '13.2' ? 409 : 500)));
    const after = await take(name, await grafana.run({ decryptSecrets: true }));
    expect(bodies(after)).toEqual(bodies(before.get(name)!));
    expect(grafana.slept.length).toBeGreaterThanOrEqual(3);
  });

  it('never are two of ours concurrently', async () => {
    await seeded(profile);
    const before = await takeAll(grafana, { decryptSecrets: true });
    grafana.sim.wipe();
    await grafana.api('POST /api/folders', { uid: FOLDER, title: 'Infrastructure' });
    const context = await grafana.run();
    grafana.sim.clearRequests();
    // Anyone who forgets that the kind writes serially is still safe within one run.
    const points = [...before.get('contact-point')!].map(([uid, content]) =>
      kindOf('contact-point').write!(context, { uid, content }),
    );
    const templates = [...before.get('notification-template')!].map(([uid, content]) =>
      kindOf('notification-template').write!(context, { uid, content }),
    );
    await Promise.all([...points, ...templates]);
    expect(grafana.sim.writes().filter((request) => request.status >= 400)).toEqual([]);
  });

  it('give up after a while with what Grafana says', async () => {
    await seeded(profile);
    const before = await take('notification-policy', await grafana.run());
    await grafana.asPerson('PUT /api/v1/provisioning/policies', { receiver: 'ops' });
    grafana.sim.setFaults({ match: 'PUT */policies', action: { kind: 'status', status: 500 } });
    const only = new Map([...before].filter(([uid]) => uid === 'default'));
    await expect(restore('notification-policy', await grafana.run(), only)).rejects.toThrow('policies: 500');
  });

  it('do not repeat what will not pass', async () => {
    await seeded(profile);
    const before = await take('mute-timing', await grafana.run());
    grafana.sim.state.org(1).alerting.muteTimings.clear();
    grafana.sim.setFaults({
      match: 'POST */mute-timings',
      action: { kind: 'status', status: 500, body: { message: "cannot change provenance from 'api' to ''" } },
    });
    grafana.sim.clearRequests();
    await expect(restore('mute-timing', await grafana.run(), before)).rejects.toThrow('provenance');
    expect(grafana.sim.writes()).toHaveLength(1);
  });

  it('find what was stored although the answer was a failure', async () => {
    await seeded(profile);
    const before = await takeAll(grafana, { decryptSecrets: true });
    grafana.sim.wipe();
    await grafana.api('POST /api/folders', { uid: FOLDER, title: 'Infrastructure' });
    // The first write of each route is handled, but its answer is lost in a 500.
    grafana.sim.setFaults(
      ...['POST */contact-points', 'POST */mute-timings', 'POST */silences'].map((match) => ({
        match,
        times: 1,
        action: { kind: 'after' as const, run: () => failNext() },
      })),
    );
    await restoreAll(grafana, before, { decryptSecrets: true });
    const after = await takeAll(grafana, { decryptSecrets: true });
    for (const name of ['contact-point', 'mute-timing'] as const) {
      expect(bodies(after.get(name)!), name).toEqual(bodies(before.get(name)!));
    }
    expect(after.get('silence')!.size).toBe(2);
  });
});

/** Makes the handler's answer a failure after the change was stored. */
function failNext(): void {
  throw new Error('the answer is lost');
}

describe('a new org', () => {
  it.each(TRIED_PROFILES)('whose Alertmanager is not ready yet is waited for in Grafana %s', async (profile) => {
    grafana = await AlertingGrafana.start({ profile });
    await seedAlerting(grafana);
    const before = await takeAll(grafana, { decryptSecrets: true });
    grafana.sim.tuning.alertingWarmUpMs = 90_000;
    const { body } = await grafana.api('POST /api/orgs', { name: 'Second' });
    const org = Number(body.orgId);
    await grafana.api(
      'POST /api/folders',
      { uid: FOLDER, title: 'Infrastructure' },
      { 'x-grafana-org-id': String(org) },
    );
    await restoreAll(grafana, before, { org, decryptSecrets: true });
    const after = await takeAll(grafana, { org, decryptSecrets: true });
    expect(bodies(after.get('contact-point')!)).toEqual(bodies(before.get('contact-point')!));
    expect(bodies(after.get('notification-policy')!)).toEqual(bodies(before.get('notification-policy')!));
    const waited = grafana.slept.reduce((sum, milliseconds) => sum + milliseconds, 0);
    expect(waited).toBeGreaterThanOrEqual(88_000);
    expect(waited).toBeLessThan(120_000);
  });

  it('that never gets ready is given up after two minutes, once for all kinds', async () => {
    grafana = await AlertingGrafana.start({ profile: '13.2', alertingWarmUpMs: 3_600_000 });
    const { body } = await grafana.api('POST /api/orgs', { name: 'Second' });
    const context = await grafana.run({ org: Number(body.orgId) });
    for (const name of ALERTING.slice(0, 4)) {
      const serving = await kindOf(name).serves(context);
      const reason = { code: 'alerting-late', params: { org: 'Second', minutes: '2' } };
      expect(serving, name).toEqual({ served: false, failed: true, reason });
    }
    const waited = grafana.slept.reduce((sum, milliseconds) => sum + milliseconds, 0);
    expect(waited).toBeGreaterThanOrEqual(120_000);
    expect(waited).toBeLessThan(130_000);
  });

  it('is not waited for when only a right is missing', async () => {
    grafana = await AlertingGrafana.start({ profile: '13.2' });
    const org = Number((await grafana.api('POST /api/orgs', { name: 'Second' })).body.orgId);
    const without = ['alert.provisioning:read', 'alert.notifications:read'];
    const context = await grafana.run({ account: { orgId: org, without } });
    await expect(take('notification-policy', context)).rejects.toThrow('403');
    expect(grafana.slept).toEqual([]);
  });
});
