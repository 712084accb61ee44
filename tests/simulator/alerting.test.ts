import { describe, expect, it } from 'vitest';
import { become, call as asIs, grafana, start } from './harness.ts';
import { call as http, type HttpResponse } from './http.ts';

const BASE = '/api/v1/provisioning';
const UI = { 'x-disable-provenance': 'true' };
const SLACK = { uid: 'c1', name: 'ops', type: 'slack', settings: { url: 'https://hooks/secret', recipient: '#ops' } };

function call(route: string, body?: unknown, headers: Record<string, string> = UI): Promise<HttpResponse> {
  return asIs(route, body, headers);
}

function rule(uid: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const data = [{ refId: 'A', relativeTimeRange: { from: 600, to: 0 }, datasourceUid: 'prom', model: { expr: 'up' } }];
  return { uid, title: uid, condition: 'A', data, ...more };
}

describe('contact points', () => {
  it('show secrets redacted, keep them on a redacted PUT, and have nothing to keep on a POST', async () => {
    await start('13.2');
    await call(`POST ${BASE}/contact-points`, SLACK);
    const [ops] = (await call(`GET ${BASE}/contact-points`)).body;
    expect(ops.settings).toEqual({ url: '[REDACTED]', recipient: '#ops' });
    await call(`PUT ${BASE}/contact-points/c1`, { ...ops, settings: { url: '[REDACTED]', recipient: '#new' } });
    const stored = () => grafana.state.org(1).alerting.contactPoints.map((point) => point.settings);
    expect(stored()).toContainEqual({ url: 'https://hooks/secret', recipient: '#new' });
    await call(`POST ${BASE}/contact-points`, { ...ops, uid: 'c2' });
    expect(stored()).toContainEqual({ url: '[REDACTED]', recipient: '#ops' });
  });

  it('are exported in clear only to those who may read secrets', async () => {
    await start('12.4');
    await call(`POST ${BASE}/contact-points`, SLACK);
    const path = `GET ${BASE}/contact-points/export?decrypt=true`;
    expect((await call(`${path}&format=json`)).body.contactPoints[0].receivers[0].settings.url).toBe(
      SLACK.settings.url,
    );
    become({ without: ['alert.provisioning.secrets:read', 'alert.notifications.receivers.secrets:read'] });
    expect((await call(`${path}&format=json`)).status).toBe(403);
  });

  it('cannot be deleted while a policy uses them, nor used by a policy before they exist', async () => {
    await start('11.6');
    expect((await call(`PUT ${BASE}/policies`, { receiver: 'ops' })).status).toBe(400);
    await call(`POST ${BASE}/contact-points`, SLACK);
    expect((await call(`PUT ${BASE}/policies`, { receiver: 'ops' })).status).toBe(202);
    expect((await call(`DELETE ${BASE}/contact-points/c1`)).status).toBe(409);
    await call(`DELETE ${BASE}/policies`);
    expect((await call(`DELETE ${BASE}/contact-points/c1`)).status).toBe(202);
  });
});

describe('provenance', () => {
  it('is "api" unless the header says otherwise, and then may not change', async () => {
    await start('13.2');
    await call(`POST ${BASE}/contact-points`, SLACK, {});
    expect((await call(`PUT ${BASE}/contact-points/c1`, SLACK)).status).toBe(403);
    expect((await call(`PUT ${BASE}/contact-points/c1`, SLACK, {})).status).toBe(202);
  });

  it('of a rule may change from "api" to none only with its whole group, from "file" never', async () => {
    await start('13.2');
    await call('POST /api/folders', { uid: 'f', title: 'F' });
    const body = rule('r', { folderUID: 'f', ruleGroup: 'g' });
    await call(`POST ${BASE}/alert-rules`, body, {});
    expect((await call(`GET ${BASE}/alert-rules/r`)).body.provenance).toBe('api');
    expect((await call(`PUT ${BASE}/alert-rules/r`, body)).status).toBe(403);
    const group = `${BASE}/folder/f/rule-groups/g`;
    expect((await call(`PUT ${group}`, { interval: 60, rules: [rule('r')] })).status).toBe(200);
    expect((await call(`GET ${BASE}/alert-rules/r`)).body).not.toHaveProperty('provenance');
    const { rules } = grafana.state.org(1).alerting;
    rules.get('r')!.provenance = 'file';
    expect((await call(`PUT ${group}`, { interval: 60, rules: [rule('r')] })).status).toBe(403);
    expect((await call(`DELETE ${group}`)).status).toBe(403);
    rules.get('r')!.provenance = 'api';
    expect((await call(`DELETE ${group}`)).status).toBe(204);
  });

  it('is not carried by the rule group', async () => {
    await start('12.4');
    await call('POST /api/folders', { uid: 'f', title: 'F' });
    await call(`PUT ${BASE}/folder/f/rule-groups/g`, { interval: 120, rules: [rule('r')] }, {});
    const group = (await call(`GET ${BASE}/folder/f/rule-groups/g`)).body;
    expect(group).toMatchObject({ title: 'g', folderUid: 'f', interval: 120 });
    expect(group.rules[0]).not.toHaveProperty('provenance');
    expect((await call(`GET ${BASE}/alert-rules`)).body[0]).not.toHaveProperty('interval');
  });
});

describe('rule groups', () => {
  it('are replaced as a whole: rules that the body lacks are deleted', async () => {
    await start('11.6');
    await call('POST /api/folders', { uid: 'f', title: 'F' });
    await call(`PUT ${BASE}/folder/f/rule-groups/g`, { interval: 60, rules: [rule('a'), rule('b')] });
    await call(`PUT ${BASE}/folder/f/rule-groups/g`, { interval: 60, rules: [rule('b'), rule('c')] });
    const rules = (await call(`GET ${BASE}/folder/f/rule-groups/g`)).body.rules;
    expect(rules.map((one: { uid: string }) => one.uid)).toEqual(['b', 'c']);
    expect((await call(`GET ${BASE}/alert-rules/a`)).status).toBe(404);
  });

  it('need their folder and their receivers', async () => {
    await start('13.2');
    expect((await call(`PUT ${BASE}/folder/f/rule-groups/g`, { rules: [rule('a')] })).status).toBe(400);
    await call('POST /api/folders', { uid: 'f', title: 'F' });
    const lost = rule('a', { notification_settings: { receiver: 'nobody' } });
    expect((await call(`PUT ${BASE}/folder/f/rule-groups/g`, { rules: [lost] })).status).toBe(400);
  });

  it('keep their folder from being deleted unless that is forced', async () => {
    await start('13.2');
    await call('POST /api/folders', { uid: 'f', title: 'F' });
    await call(`PUT ${BASE}/folder/f/rule-groups/g`, { rules: [rule('a')] });
    expect((await call('DELETE /api/folders/f')).status).toBe(400);
    expect((await call('DELETE /api/folders/f?forceDeleteRules=true')).status).toBe(200);
    expect(grafana.state.org(1).alerting.rules.size).toBe(0);
  });
});

describe('the one Alertmanager document', () => {
  it.each([
    ['12.4', 500],
    ['13.2', 409],
  ] as const)('two writers concurrently collide on %s with %i', async (profile, status) => {
    await start(profile);
    grafana.tuning.alertingWriteMs = 300;
    const answers = await Promise.all(
      ['a', 'b'].map((uid) => call(`POST ${BASE}/contact-points`, { ...SLACK, uid, name: uid })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, status]);
  });

  it('is not ready right after an org was made', async () => {
    await start('13.2');
    grafana.tuning.alertingWarmUpMs = 60_000;
    const { orgId } = (await http(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' })).body;
    const other = grafana.token({ orgId });
    const policy = { receiver: 'empty' };
    const answers = async (): Promise<[number, string][]> => {
      const all = [];
      for (const [route, body] of [
        [`GET ${BASE}/policies`],
        [`PUT ${BASE}/policies`, policy],
        [`GET ${BASE}/contact-points`],
        [`POST ${BASE}/contact-points`, { ...SLACK, uid: 'a', name: 'a' }],
        [`GET ${BASE}/mute-timings`],
        [`POST ${BASE}/mute-timings`, { name: 'nights', time_intervals: [{ times: [] }] }],
        [`PUT ${BASE}/templates/t`, { template: '{{ define "t" }}a{{ end }}' }],
        ['GET /api/alertmanager/grafana/api/v2/silences'],
      ] as const) {
        const answer = await http(grafana, other, route, body);
        all.push([answer.status, answer.body.messageId ?? answer.body.message ?? ''] as [number, string]);
      }
      return all;
    };
    grafana.advance(58_000);
    expect(await answers()).toEqual([
      [404, 'could not find an Alertmanager configuration'],
      [404, 'could not find an Alertmanager configuration'],
      [500, 'alerting.notification.configMissing'],
      [500, 'Internal Server Error'],
      [500, 'failed to get mute timings'],
      [500, 'failed to create mute timing'],
      [500, 'Internal Server Error'],
      [404, 'alerting.notifications.alertmanager.notFound'],
    ]);
    grafana.advance(5_000);
    expect((await answers()).map(([status]) => status)).toEqual([200, 202, 200, 202, 200, 201, 202, 200]);
  });
});

describe('templates and mute timings', () => {
  it('lock optimistically only when a version is sent', async () => {
    await start('13.2');
    const path = `${BASE}/templates/t`;
    const { version } = (await call(`PUT ${path}`, { template: '{{ define "t" }}a{{ end }}' })).body;
    expect((await call(`PUT ${path}`, { template: '{{ define "t" }}b{{ end }}' })).status).toBe(202);
    expect((await call(`PUT ${path}`, { template: '{{ define "t" }}c{{ end }}', version })).status).toBe(409);
  });

  it('a timing in use cannot be deleted', async () => {
    await start('13.2');
    await call(`POST ${BASE}/mute-timings`, { name: 'nights', time_intervals: [{ times: [] }] });
    const routes = [{ object_matchers: [['a', '=', 'b']], mute_time_intervals: ['nights'] }];
    await call(`PUT ${BASE}/policies`, { receiver: 'empty', routes });
    expect((await call(`DELETE ${BASE}/mute-timings/nights`)).status).toBe(409);
  });
});

describe('routing trees and inhibition rules', () => {
  const GROUP = '/apis/notifications.alerting.grafana.app';
  const tree = { metadata: { name: 'team-a' }, spec: { defaults: { receiver: 'empty' }, routes: [] } };

  it('beside the default tree only from 13 on', async () => {
    await start('12.4');
    const old = `${GROUP}/v0alpha1/namespaces/default`;
    expect((await call(`GET ${old}/routingtrees`)).body.items[0].metadata.name).toBe('user-defined');
    expect((await call(`POST ${old}/routingtrees`, tree)).status).toBe(501);
    expect((await call(`GET ${old}/inhibitionrules`)).status).toBe(404);
    await grafana.close();
    await start('13.2');
    const path = `${GROUP}/v1beta1/namespaces/default`;
    expect((await call(`POST ${path}/routingtrees`, tree)).status).toBe(201);
    const names = (await call(`GET ${path}/routingtrees`)).body.items.map(
      (item: { metadata: { name: string } }) => item.metadata.name,
    );
    expect(names).toEqual(['default', 'team-a']);
    expect((await call(`GET ${BASE}/policies`)).body).not.toHaveProperty('team-a');
  });
});

describe('silences', () => {
  it('get a new id, are updated by it, end rather than vanish, and cannot begin in the past only', async () => {
    await start('13.2');
    const path = '/api/alertmanager/grafana/api/v2/silences';
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const matchers = [{ name: 'a', value: 'b', isRegex: false, isEqual: true }];
    const silence = { matchers, startsAt: at(-1), endsAt: at(2), createdBy: 'me', comment: 'deploy' };
    const { status, body } = await call(`POST ${path}`, silence);
    expect(status).toBe(202);
    expect((await call(`POST ${path}`, { ...silence, id: 'unknown' })).status).toBe(404);
    expect((await call(`POST ${path}`, { ...silence, endsAt: at(-0.5) })).status).toBe(400);
    await call(`DELETE /api/alertmanager/grafana/api/v2/silence/${body.silenceID}`);
    expect((await call(`GET ${path}`)).body).toMatchObject([{ id: body.silenceID, status: { state: 'expired' } }]);
  });
});
