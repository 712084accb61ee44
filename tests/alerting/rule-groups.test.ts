import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arrayAt, objectAt, stringAt } from '../../pkg/lib/json/json.ts';
import { alertRuleGroup } from '../../pkg/grafana/kinds/alerting/alert-rule-group.ts';
import type { Reference } from '../../pkg/grafana/kinds/kind.ts';
import type { Content } from '../../pkg/grafana/kinds/content.ts';
import { AlertingGrafana, restore, sameBody, take } from './harness.ts';
import { FOLDER, rule, seedAlerting } from './seed.ts';

const KIND = 'alert-rule-group';
const HOSTS = `${FOLDER}/every 30s (hosts)`;

let grafana: AlertingGrafana;
beforeEach(async () => {
  grafana = await AlertingGrafana.start({ profile: '13.2' });
  await seedAlerting(grafana);
});
afterEach(() => grafana.close());

function uids(): string[] {
  return [...grafana.sim.state.org(1).alerting.rules.keys()];
}

async function group(uid: string): Promise<Content> {
  return (await take(KIND, await grafana.run())).get(uid)!;
}

describe('rule groups', () => {
  it('keep live rules that the backup lacks, and say so', async () => {
    const before = new Map([[HOSTS, await group(HOSTS)]]);
    const { rules } = grafana.sim.state.org(1).alerting;
    rules.get('paused')!.fields['isPaused'] = false;
    await grafana.asPerson('POST /api/v1/provisioning/alert-rules', {
      ...rule('added', 'Added since'),
      folderUID: FOLDER,
      ruleGroup: 'every 30s (hosts)',
    });
    const outcome = await restore(KIND, await grafana.run(), before);
    expect(outcome).toEqual({
      written: [HOSTS],
      losses: ['rules that are not in the snapshot are kept: Added since'],
      refused: {},
    });
    expect(uids()).toContain('added');
    expect(rules.get('paused')!.fields['isPaused']).toBe(true);
  });

  it('keep a rule that was added between planning and writing', async () => {
    const before = await group(HOSTS);
    const context = await grafana.run();
    const live = (await alertRuleGroup.read(context, { uid: HOSTS, title: '' }))!;
    await grafana.asPerson('POST /api/v1/provisioning/alert-rules', {
      ...rule('late', 'Added late'),
      folderUID: FOLDER,
      ruleGroup: 'every 30s (hosts)',
    });
    await alertRuleGroup.write!(context, { uid: HOSTS, content: before, live });
    expect(uids()).toContain('late');
  });

  it('are unchanged when only a rule was added', async () => {
    const before = await group(HOSTS);
    await grafana.asPerson('POST /api/v1/provisioning/alert-rules', {
      ...rule('added', 'Added since'),
      folderUID: FOLDER,
      ruleGroup: 'every 30s (hosts)',
    });
    const live = await group(HOSTS);
    expect(sameBody(KIND, alertRuleGroup.merge!(before, live).body, live.body)).toBe(true);
  });

  it('are blocked when one of their rules lives in another group now, which would lose it', async () => {
    const before = new Map([[`${FOLDER}/slow`, await group(`${FOLDER}/slow`)]]);
    await grafana.asPerson(`PUT /api/v1/provisioning/folder/${FOLDER}/rule-groups/renamed`, {
      interval: 60,
      rules: [rule('slow-1', 'Disk fills up')],
    });
    grafana.sim.state.org(1).alerting.rules.get('slow-1')!.group = 'renamed';
    grafana.sim.clearRequests();
    const outcome = await restore(KIND, await grafana.run(), before);
    expect(outcome.refused).toEqual({
      [`${FOLDER}/slow`]: `its rule “Disk fills up” is now in group ${FOLDER}/renamed and would be removed from there`,
    });
    expect(grafana.sim.writes()).toEqual([]);
  });

  it('need their folder, data sources, contact points and timings; expressions are none', async () => {
    const references = alertRuleGroup.references(await group(HOSTS));
    expect(references).toEqual([
      { kind: 'folder', uid: FOLDER, required: true },
      { kind: 'data-source', uid: 'prom' },
      { kind: 'contact-point', uid: 'on-call', required: true },
      { kind: 'mute-timing', uid: 'weekends & nights', required: true },
    ]);
  });

  it('leave -100, an expression in old rules, alone', () => {
    const content: Content = {
      title: 'g',
      folderUid: 'f',
      body: { title: 'g', folderUid: 'f', interval: 60, rules: [{ uid: 'r', data: [{ datasourceUid: '-100' }] }] },
    };
    expect(alertRuleGroup.references(content)).toEqual([{ kind: 'folder', uid: 'f', required: true }]);
    expect(alertRuleGroup.rename!(content, ({ uid }) => `x-${uid}`).body).toMatchObject({
      rules: [{ data: [{ datasourceUid: '-100' }] }],
    });
  });

  it('follow renamed data sources, folders, contact points and dashboards everywhere in a rule', async () => {
    const renamed = ({ kind, uid }: Reference): string => `${kind}:${uid}`;
    const content = alertRuleGroup.rename!(await group(HOSTS), renamed);
    expect(alertRuleGroup.uidOf!(content)).toBe(`folder:${FOLDER}/every 30s (hosts)`);
    const rules = arrayAt(content.body, 'rules')!;
    const [query, expression] = arrayAt(rules[0], 'data')!;
    expect(stringAt(query, 'datasourceUid')).toBe('data-source:prom');
    expect(stringAt(query, 'model', 'datasource', 'uid')).toBe('data-source:prom');
    expect(stringAt(expression, 'datasourceUid')).toBe('__expr__');
    expect(stringAt(rules[0], 'annotations', '__dashboardUid__')).toBe('dashboard:board');
    const routed = rules.find((one) => stringAt(one, 'uid') === 'routed');
    expect(stringAt(routed, 'notification_settings', 'receiver')).toBe('contact-point:on-call');
    expect(arrayAt(routed, 'notification_settings', 'mute_time_intervals')).toEqual(['mute-timing:weekends & nights']);
    const recorded = rules.find((one) => stringAt(one, 'uid') === 'recorded');
    expect(stringAt(recorded, 'record', 'target_datasource_uid')).toBe('data-source:prom');
  });

  it('are copied beside the original with their own rules, the same ones every time', async () => {
    await grafana.api('POST /api/folders', { uid: 'other', title: 'Other' });
    const copy = alertRuleGroup.copy!(await group(HOSTS), 'other/hosts (copy)');
    const uid = alertRuleGroup.uidOf!(copy);
    expect(uid).toBe('other/hosts (copy)');
    const before = uids();
    const first = await restore(KIND, await grafana.run(), new Map([[uid, copy]]));
    expect(first).toEqual({ written: [uid], losses: [], refused: {} });
    expect(uids()).toHaveLength(before.length + 4);
    expect(uids()).toEqual(expect.arrayContaining(before));
    const second = await restore(KIND, await grafana.run(), new Map([[uid, copy]]));
    expect(second.written).toEqual([]);
  });

  it('with a slash in their title are read, or named when Grafana does not find them', async () => {
    await grafana.asPerson(`PUT /api/v1/provisioning/folder/${FOLDER}/rule-groups/disk%2Fnet`, {
      interval: 60,
      rules: [rule('slashed', 'Slashed')],
    });
    expect((await group(`${FOLDER}/disk/net`)).title).toBe('disk/net');
    grafana.sim.setFaults({ match: 'GET *disk%2Fnet', action: { kind: 'status', status: 404 } });
    await expect(take(KIND, await grafana.run())).rejects.toThrow('does not find the group');
  });

  it('that were deleted while they were read are no failure', async () => {
    const context = await grafana.run();
    grafana.sim.state.org(1).alerting.rules.delete('slow-1');
    expect(await alertRuleGroup.read(context, { uid: `${FOLDER}/slow`, title: 'slow' })).toBeUndefined();
  });

  it('keep fields that nobody knows yet', async () => {
    const content = await group(HOSTS);
    const [first] = arrayAt(content.body, 'rules')!;
    const odd = { ...objectAt(first), field_of_tomorrow: { a: [1] } };
    const body = { ...objectAt(content.body), rules: [odd] };
    expect(alertRuleGroup.rename!({ ...content, body }, ({ uid }) => uid).body).toMatchObject({
      rules: [{ field_of_tomorrow: { a: [1] } }],
    });
  });

  it('are removed in one request, whatever the provenance of their rules, and only when asked', async () => {
    const { rules } = grafana.sim.state.org(1).alerting;
    rules.get('paused')!.provenance = 'api';
    grafana.sim.clearRequests();
    await alertRuleGroup.remove!(await grafana.run(), HOSTS);
    expect(uids()).toEqual(['slow-1']);
    expect(grafana.sim.writes().map(({ status }) => status)).toEqual([204]);
  });
});

it.each([
  ['that cannot delete a group', '10.4', undefined],
  ['behind a proxy that refuses to', '13.2', 405],
] as const)('rule groups are removed rule by rule from a Grafana %s', async (_, profile, status) => {
  await grafana.close();
  grafana = await AlertingGrafana.start({ profile });
  await seedAlerting(grafana);
  if (status !== undefined) {
    grafana.sim.setFaults({ match: 'DELETE */rule-groups/*', action: { kind: 'status', status } });
  }
  await alertRuleGroup.remove!(await grafana.run(), HOSTS);
  expect(uids()).toEqual(['slow-1']);
});
