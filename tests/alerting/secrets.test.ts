import { afterEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../pkg/lib/json/json.ts';
import { contactPoint } from '../../pkg/grafana/kinds/alerting/contact-point.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import { AlertingGrafana, restore, take, type Taken } from './harness.ts';
import { seedAlerting, SLACK_URL, WEBHOOK_PASSWORD } from './seed.ts';

const KIND = 'contact-point';
const SECRETS = [SLACK_URL, WEBHOOK_PASSWORD, 'secret-of-pagerduty'];

let grafana: AlertingGrafana;
afterEach(() => grafana.close());

async function seeded(profile: ProfileName): Promise<void> {
  grafana = await AlertingGrafana.start({ profile });
  await seedAlerting(grafana);
}

function textOf(taken: Taken): string {
  return [...taken.values()].map(({ body }) => canonicalJson(body)).join('\n');
}

/** What Grafana holds, secrets in clear. */
function stored(uid: string): Record<string, unknown> | undefined {
  return grafana.sim.state.org(1).alerting.contactPoints.find((point) => point.uid === uid)?.settings;
}

/** Bodies of the writes of one route that a fault lets through and looks at. */
function settingsSent(): string {
  return JSON.stringify(grafana.sim.state.org(1).alerting.contactPoints);
}

describe.each(TRIED_PROFILES)('secrets of contact points in Grafana %s', (profile) => {
  it('are not in the content unless asked for, and neither is a mask', async () => {
    await seeded(profile);
    const plain = await take(KIND, await grafana.run());
    SECRETS.forEach((secret) => expect(textOf(plain)).not.toContain(secret));
    expect(textOf(plain)).not.toContain('REDACTED');
    expect(plain.get('ops')!.facts).toEqual({ secrets: 'not included' });
    const decrypted = await take(KIND, await grafana.run({ decryptSecrets: true }));
    SECRETS.forEach((secret) => expect(textOf(decrypted)).toContain(secret));
    expect(decrypted.get('ops')!.facts).toEqual({ secrets: 'included' });
  });

  it('are the only difference between the two forms, so that object ids do not flip', async () => {
    await seeded(profile);
    const plain = textOf(await take(KIND, await grafana.run()));
    const again = textOf(await take(KIND, await grafana.run()));
    const decrypted = textOf(await take(KIND, await grafana.run({ decryptSecrets: true })));
    expect(again).toBe(plain);
    const emptied = ['"url":' + JSON.stringify(SLACK_URL), `"password":"${WEBHOOK_PASSWORD}"`]
      .concat('"integrationKey":"secret-of-pagerduty"')
      .reduce((text, member) => text.replace(`${member},`, '').replace(`,${member}`, ''), decrypted);
    expect(emptied).toBe(plain);
  });

  it('fall back to the form without them when the token may not read them, and say so (row 10)', async () => {
    await seeded(profile);
    const warnings: string[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (_: object, message: string) => warnings.push(message) };
    const without = ['alert.provisioning.secrets:read', 'alert.notifications.receivers.secrets:read'];
    const context = await grafana.run({ decryptSecrets: true, account: { without }, log });
    const taken = await take(KIND, context);
    expect(textOf(taken)).toBe(textOf(await take(KIND, await grafana.run())));
    expect(warnings).toEqual(['secrets of contact points are not included']);
  });

  it('fail the kind when the export breaks for another reason, instead of storing another form (row 10)', async () => {
    await seeded(profile);
    grafana.sim.setFaults({ match: 'GET *contact-points/export*', action: { kind: 'status', status: 500 } });
    await expect(take(KIND, await grafana.run({ decryptSecrets: true }))).rejects.toThrow('contact-points/export');
  });

  it('are kept in Grafana when an update does not bring them', async () => {
    await seeded(profile);
    const before = await take(KIND, await grafana.run());
    await grafana.asPerson('PUT /api/v1/provisioning/contact-points/ops-slack', {
      name: 'ops',
      type: 'slack',
      settings: { url: '[REDACTED]', recipient: '#wrong' },
    });
    const outcome = await restore(KIND, await grafana.run(), before);
    expect(outcome).toEqual({ written: ['ops'], losses: [], refused: {} });
    expect(stored('ops-slack')).toEqual({ url: SLACK_URL, recipient: '#ops', title: '{{ template "slack.title" . }}' });
    expect(stored('ops-hook')!['password']).toBe(WEBHOOK_PASSWORD);
  });

  it('come back in an update when the backup has them and they were changed', async () => {
    await seeded(profile);
    const before = await take(KIND, await grafana.run({ decryptSecrets: true }));
    await grafana.asPerson('PUT /api/v1/provisioning/contact-points/ops-slack', {
      name: 'ops',
      type: 'slack',
      settings: { url: 'https://mistake.example', recipient: '#ops', title: '{{ template "slack.title" . }}' },
      disableResolveMessage: true,
    });
    const outcome = await restore(KIND, await grafana.run({ decryptSecrets: true }), before);
    expect(outcome.written).toEqual(['ops']);
    expect(stored('ops-slack')!['url']).toBe(SLACK_URL);
  });

  it('are named when they have to be entered again, and no mask is created', async () => {
    await seeded(profile);
    const before = await take(KIND, await grafana.run());
    grafana.sim.wipe();
    const outcome = await restore(KIND, await grafana.run(), before);
    expect(outcome.losses).toEqual([
      'enter again: integrationKey of pagerduty, or supply it with --secrets',
      'enter again: password of webhook, or supply it with --secrets',
      'enter again: url of slack, or supply it with --secrets',
    ]);
    expect(settingsSent()).not.toMatch(/REDACTED|\*\*\*/);
    expect(stored('ops-hook')).toEqual({ url: 'https://hook.example', username: 'u' });
  });

  it('are taken from those given for the restore, by field, or by integration and field', async () => {
    await seeded(profile);
    const before = await take(KIND, await grafana.run());
    grafana.sim.wipe();
    const secrets = {
      ops: { 'ops-slack.url': 'https://new.example', password: 'new' },
      'on-call': { integrationKey: 'k' },
    };
    const outcome = await restore(KIND, await grafana.run({ secrets }), before);
    expect(outcome.losses).toEqual([]);
    expect(stored('ops-slack')!['url']).toBe('https://new.example');
    expect(stored('ops-hook')).toMatchObject({ url: 'https://hook.example', password: 'new' });
    expect(stored('pager')!['integrationKey']).toBe('k');
  });

  it('are replaced by a placeholder where Grafana takes no contact point without them', async () => {
    await seeded(profile);
    const before = new Map([...(await take(KIND, await grafana.run()))].filter(([name]) => name === 'on-call'));
    grafana.sim.wipe();
    const refusal = { message: 'invalid object specification: could not find integration key property in settings' };
    grafana.sim.setFaults({
      match: 'POST /api/v1/provisioning/contact-points',
      action: { kind: 'status', status: 400, body: refusal },
      times: 1,
    });
    const outcome = await restore(KIND, await grafana.run(), before);
    expect(outcome.losses).toEqual([
      'enter again: integrationKey of pagerduty, or supply it with --secrets',
      'integrationKey of pagerduty contains a placeholder until you enter it',
    ]);
    expect(stored('pager')).toEqual({ integrationKey: 'enter-again', severity: 'critical' });
    // The next backup, which may read secrets, still names it as one to enter again.
    const later = await take(KIND, await grafana.run({ decryptSecrets: true }));
    expect(contactPoint.secretNames?.(later.get('on-call')!.body)).toEqual(['pagerduty.integrationKey']);
    grafana.sim.wipe();
    const again = await restore(KIND, await grafana.run(), new Map([...later].filter(([name]) => name === 'on-call')));
    expect(again.losses).toEqual(['enter again: integrationKey of pagerduty, or supply it with --secrets']);
  });
});

describe('contact points', () => {
  it('keep live integrations that the backup lacks, and say so', async () => {
    await seeded('13.2');
    const before = await take(KIND, await grafana.run());
    const added = { uid: 'added', name: 'on-call', type: 'email', settings: { addresses: 'new@example.com' } };
    await grafana.asPerson('POST /api/v1/provisioning/contact-points', added);
    await grafana.asPerson('PUT /api/v1/provisioning/contact-points/pager', {
      name: 'on-call',
      type: 'pagerduty',
      settings: { integrationKey: '[REDACTED]', severity: 'info' },
    });
    const outcome = await restore(KIND, await grafana.run(), before);
    expect(outcome.losses).toEqual(['integrations that are not in the snapshot are kept: email']);
    expect(stored('added')).toEqual({ addresses: 'new@example.com' });
    expect(stored('pager')).toEqual({ integrationKey: 'secret-of-pagerduty', severity: 'critical' });
  });

  describe('with integrations that differ only in a secret', () => {
    const slack = (uid: string, url = `https://hooks.slack.example/${uid}`) => ({
      ...{ uid, name: 'chat', type: 'slack', settings: { url, recipient: '#ops' } },
    });
    const urls = () =>
      grafana.sim.state
        .org(1)
        .alerting.contactPoints.flatMap(({ name, uid, settings }) =>
          name === 'chat' ? [`${uid} ${String(settings['url'])}`] : [],
        );

    it.each([true, false])('get back the one that is missing, secrets in the snapshot: %s', async (decryptSecrets) => {
      grafana = await AlertingGrafana.start({ profile: '12.4' });
      for (const uid of ['one', 'two']) {
        await grafana.asPerson('POST /api/v1/provisioning/contact-points', slack(uid));
      }
      const chat = (await take(KIND, await grafana.run({ decryptSecrets }))).get('chat')!;
      await grafana.asPerson('DELETE /api/v1/provisioning/contact-points/one');
      const secrets = { chat: { 'one.url': 'https://hooks.slack.example/one' } };
      const context = await grafana.run({ decryptSecrets, ...(decryptSecrets ? {} : { secrets }) });
      const outcome = await restore(KIND, context, new Map([['chat', chat]]));
      expect(outcome).toEqual({ written: ['chat'], losses: [], refused: {} });
      expect(urls().sort()).toEqual(['one https://hooks.slack.example/one', 'two https://hooks.slack.example/two']);
    });

    it('get back the one that is missing even if all have other uids', async () => {
      grafana = await AlertingGrafana.start({ profile: '12.4' });
      for (const uid of ['one', 'two']) {
        await grafana.asPerson('POST /api/v1/provisioning/contact-points', slack(uid));
      }
      const chat = (await take(KIND, await grafana.run({ decryptSecrets: true }))).get('chat')!;
      for (const uid of ['one', 'two']) {
        await grafana.asPerson(`PUT /api/v1/provisioning/contact-points/${uid}`, { ...slack(uid), name: 'renamed' });
      }
      const context = async () => grafana.run({ decryptSecrets: true });
      await restore(KIND, await context(), new Map([['chat', chat]]));
      const complete = urls().sort();
      expect(complete).toHaveLength(2);
      for (const gone of complete) {
        await grafana.asPerson(`DELETE /api/v1/provisioning/contact-points/${gone.split(' ')[0]}`);
        const outcome = await restore(KIND, await context(), new Map([['chat', chat]]));
        expect(outcome).toMatchObject({ written: ['chat'], refused: {} });
        expect(urls().sort()).toEqual(complete);
      }
    });
  });

  it('get other integration uids where another contact point holds theirs', async () => {
    await seeded('13.2');
    const before = await take(KIND, await grafana.run({ decryptSecrets: true }));
    await grafana.asPerson('PUT /api/v1/provisioning/contact-points/pager', {
      name: 'renamed',
      type: 'pagerduty',
      settings: { integrationKey: '[REDACTED]', severity: 'critical' },
    });
    // Policies follow a renamed contact point in Grafana; here the new one is free to come back beside it.
    const context = await grafana.run({ decryptSecrets: true });
    const first = await restore(KIND, context, before);
    expect(first).toMatchObject({ written: ['on-call'], refused: {} });
    const second = await restore(KIND, await grafana.run({ decryptSecrets: true }), before);
    expect(second.written).toEqual([]);
    const names = grafana.sim.state.org(1).alerting.contactPoints.map((point) => point.name);
    expect(names.filter((name) => name === 'on-call')).toHaveLength(1);
  });

  it('that Grafana made itself are known as such', async () => {
    grafana = await AlertingGrafana.start({ profile: '11.6' });
    const taken = await take(KIND, await grafana.run());
    expect(taken.get('grafana-default-email')!.pristine).toBe(true);
    await seedAlerting(grafana);
    expect((await take(KIND, await grafana.run())).get('ops')!.pristine).toBeUndefined();
  });

  it('can be copied under another name, with their own uids', async () => {
    await seeded('13.2');
    const ops = (await take(KIND, await grafana.run())).get('ops')!;
    const copy = contactPoint.copy!(ops, 'ops (copy)');
    const outcome = await restore(KIND, await grafana.run(), new Map([['ops (copy)', copy]]));
    expect(outcome.refused).toEqual({});
    const points = grafana.sim.state.org(1).alerting.contactPoints;
    expect(points.filter((point) => point.name === 'ops (copy)')).toHaveLength(3);
    expect(new Set(points.map((point) => point.uid)).size).toBe(points.length);
  });
});
