import { afterEach, describe, expect, it } from 'vitest';
import { arrayAt, objectAt } from '../../pkg/lib/json/json.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import type { take } from './harness.ts';
import { ALERTING, AlertingGrafana, bodies, restoreAll, takeAll } from './harness.ts';
import { contactPointsOf, FOLDER, seedAlerting, SLACK_URL } from './seed.ts';

let grafana: AlertingGrafana;
afterEach(() => grafana.close());

async function seeded(profile: ProfileName): Promise<void> {
  grafana = await AlertingGrafana.start({ profile });
  await seedAlerting(grafana);
}

async function wipeAlerting(): Promise<void> {
  grafana.sim.wipe();
  await grafana.api('POST /api/folders', { uid: FOLDER, title: 'Infrastructure' });
}

describe.each(TRIED_PROFILES)('Grafana %s', (profile) => {
  it('gives back every alerting kind as it was, but for what the kind declares (themes T2, T9)', async () => {
    await seeded(profile);
    const before = await takeAll(grafana, { decryptSecrets: true });
    expect([...before].map(([name, taken]) => [name, taken.size])).toEqual([
      ['notification-template', 2],
      ['mute-timing', 1],
      ['contact-point', contactPointsOf(profile)],
      ['notification-policy', profile === '13.2' ? 2 : 1],
      ['inhibition-rule', profile === '13.2' ? 1 : 0],
      ['alert-rule-group', 2],
      ['silence', 2],
    ]);
    await wipeAlerting();
    await restoreAll(grafana, before);
    const after = await takeAll(grafana, { decryptSecrets: true });
    for (const name of ALERTING.filter((one) => one !== 'silence')) {
      expect(bodies(after.get(name)!), name).toEqual(bodies(before.get(name)!));
    }
    // A start that is in the past is lost, as the kind declares; what identifies a silence is not.
    expect([...after.get('silence')!.keys()].sort()).toEqual([...before.get('silence')!.keys()].sort());
  });

  it('leaves everything editable in the UI (theme T3)', async () => {
    await seeded(profile);
    const before = await takeAll(grafana);
    await wipeAlerting();
    await restoreAll(grafana, before);
    const after = await takeAll(grafana);
    const provenances = [...after.values()].flatMap((taken) => [...taken.values()]).map(({ provenance }) => provenance);
    expect(provenances.filter((provenance) => provenance !== undefined)).toEqual([]);
    const { alerting } = grafana.sim.state.org(1);
    expect([...alerting.rules.values()].map((one) => one.provenance)).toEqual(['', '', '', '', '']);
  });

  it('writes nothing the second time', async () => {
    await seeded(profile);
    const before = await takeAll(grafana, { decryptSecrets: true });
    await wipeAlerting();
    await restoreAll(grafana, before);
    grafana.sim.clearRequests();
    const second = await restoreAll(grafana, before);
    expect([...second.values()].flatMap(({ written }) => written)).toEqual([]);
    expect(grafana.sim.writes()).toEqual([]);
    expect(grafana.sim.state.org(1).alerting.silences.size).toBe(2);
  });

  it('keeps the interval, the order and the uids of rules', async () => {
    await seeded(profile);
    const before = (await takeAll(grafana)).get('alert-rule-group')!;
    await wipeAlerting();
    await restoreAll(grafana, await takeAllFrom(before));
    const { alerting } = grafana.sim.state.org(1);
    expect(alerting.intervals.get(`${FOLDER}/slow`)).toBe(3600);
    expect(alerting.intervals.get(`${FOLDER}/every 30s (hosts)`)).toBe(30);
    expect([...alerting.rules.keys()].filter((uid) => uid !== 'slow-1')).toEqual([
      'second-by-name',
      'paused',
      'recorded',
    ]);
    expect(alerting.rules.get('paused')!.fields['isPaused']).toBe(true);
  });

  /** The rule groups alone, without the rule that needs a contact point. */
  async function takeAllFrom(groups: Awaited<ReturnType<typeof take>>): ReturnType<typeof takeAll> {
    const only = new Map(
      [...groups].map(([uid, content]) => {
        const rules = arrayAt(content.body, 'rules')!.filter((one) => objectAt(one)!['uid'] !== 'routed');
        return [uid, { ...content, body: { ...objectAt(content.body), rules } }];
      }),
    );
    return new Map(ALERTING.map((name) => [name, name === 'alert-rule-group' ? only : new Map()]));
  }

  it('keeps disableResolveMessage and every other field of an integration', async () => {
    await seeded(profile);
    const before = await takeAll(grafana, { decryptSecrets: true });
    await wipeAlerting();
    await restoreAll(grafana, before);
    const points = grafana.sim.state.org(1).alerting.contactPoints.filter((point) => point.name === 'ops');
    expect(points.find((point) => point.uid === 'ops-slack')).toEqual({
      uid: 'ops-slack',
      name: 'ops',
      type: 'slack',
      settings: { url: SLACK_URL, recipient: '#ops', title: '{{ template "slack.title" . }}' },
      disableResolveMessage: true,
      provenance: '',
    });
    expect(points.map((point) => point.uid).sort()).toEqual(['ops-hook', 'ops-mail', 'ops-slack']);
  });
});

describe('revisions of rule groups', () => {
  it('change with any rule and stay otherwise, so that an incremental run may reuse a group', async () => {
    await seeded('12.4');
    const first = await revisions();
    expect(await revisions()).toEqual(first);
    await grafana.asPerson('PUT /api/v1/provisioning/alert-rules/slow-1', {
      ...grafana.sim.state.org(1).alerting.rules.get('slow-1')!.fields,
      title: 'Disk fills up faster',
      folderUID: FOLDER,
      ruleGroup: 'slow',
    });
    const second = await revisions();
    expect(second[`${FOLDER}/slow`]).not.toBe(first[`${FOLDER}/slow`]);
    expect(second[`${FOLDER}/every 30s (hosts)`]).toBe(first[`${FOLDER}/every 30s (hosts)`]);
  });

  async function revisions(): Promise<Record<string, string | undefined>> {
    const { kindOf } = await import('../../pkg/grafana/kinds/registry.ts');
    const found: Record<string, string | undefined> = {};
    const context = await grafana.run();
    for await (const one of kindOf('alert-rule-group').list(context, { revision: () => undefined, size: 0 })) {
      found[one.uid] = one.revision;
    }
    return found;
  }
});
