import { afterEach, describe, expect, it } from 'vitest';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import type { Provenance } from '../support/grafana/model/alerting.ts';
import { ALERTING, AlertingGrafana, restore, restoreAll, take, takeAll } from './harness.ts';
import { contactPointsOf, FOLDER, rule, seedAlerting } from './seed.ts';

let grafana: AlertingGrafana;
afterEach(() => grafana.close());

async function seeded(profile: ProfileName): Promise<void> {
  grafana = await AlertingGrafana.start({ profile });
  await seedAlerting(grafana);
}

/** Hands everything of the org to a tool or a file, and changes it. */
function takeOver(provenance: Provenance): void {
  const { alerting } = grafana.sim.state.org(1);
  for (const template of alerting.templates.values()) {
    Object.assign(template, { provenance, template: '{{ define "x" }}changed{{ end }}' });
  }
  for (const timing of alerting.muteTimings.values()) {
    Object.assign(timing, { provenance, time_intervals: [{ years: ['2030'] }] });
  }
  for (const point of alerting.contactPoints) {
    Object.assign(point, { provenance, disableResolveMessage: !point.disableResolveMessage });
  }
  for (const one of alerting.rules.values()) {
    Object.assign(one, { provenance, fields: { ...one.fields, for: '99m' } });
  }
  Object.assign(alerting, { policyProvenance: provenance, policy: { ...alerting.policy, group_wait: '99s' } });
}

function provenances(): string[] {
  const { alerting } = grafana.sim.state.org(1);
  const all = [...alerting.templates.values(), ...alerting.muteTimings.values(), ...alerting.rules.values()];
  return [...all, ...alerting.contactPoints].map(({ provenance }) => provenance).concat(alerting.policyProvenance);
}

const LEGACY = ALERTING.filter((name) => name !== 'inhibition-rule' && name !== 'silence');

describe.each(TRIED_PROFILES)('provenance in Grafana %s', (profile) => {
  it('of live objects is matched where it may not change (theme T3, terraform-provider-grafana#697)', async () => {
    await seeded(profile);
    const before = await takeAll(grafana);
    takeOver('api');
    grafana.sim.clearRequests();
    const outcomes = await restoreAll(grafana, before);
    const written = LEGACY.map((name) => [name, outcomes.get(name)!.written.length]);
    expect(Object.fromEntries(written)).toEqual({
      'notification-template': 2,
      'mute-timing': 1,
      'contact-point': contactPointsOf(profile),
      'notification-policy': 1,
      'alert-rule-group': 2,
    });
    expect(new Set(provenances())).toEqual(new Set(['api']));
    expect(grafana.sim.writes().filter((request) => request.disableProvenance)).toEqual([]);
    expect(grafana.sim.writes().filter((request) => request.status >= 300)).toEqual([]);
  });

  it('is recorded, and a file is named as the manager', async () => {
    await seeded(profile);
    takeOver('file');
    const all = await takeAll(grafana);
    for (const name of LEGACY) {
      for (const content of all.get(name)!.values()) {
        expect(content, `${name} ${content.title}`).toMatchObject(
          content.apiVersion === undefined ? { provenance: 'file', managedBy: { manager: 'file' } } : {},
        );
      }
    }
  });

  it('of a file blocks the restore while planning, with the reason', async () => {
    await seeded(profile);
    const before = await takeAll(grafana);
    takeOver('file');
    grafana.sim.clearRequests();
    const outcomes = await restoreAll(grafana, before);
    for (const name of LEGACY) {
      const refused = Object.values(outcomes.get(name)!.refused);
      expect(refused.length, name).toBeGreaterThan(0);
      expect(new Set(refused)).toEqual(
        new Set(['provisioned from a file of this Grafana instance; change the file instead']),
      );
    }
    expect(grafana.sim.writes()).toEqual([]);
  });
});

describe('provenance', () => {
  it('none is what new objects get, also those that a tool made before', async () => {
    await seeded('12.4');
    takeOver('api');
    const before = await takeAll(grafana);
    grafana.sim.wipe();
    await grafana.api('POST /api/folders', { uid: FOLDER, title: 'Infrastructure' });
    await restoreAll(grafana, before);
    expect(new Set(provenances())).toEqual(new Set(['']));
  });

  it("of a group where one rule is a tool's never makes the rules of people read-only", async () => {
    await seeded('13.2');
    const { rules } = grafana.sim.state.org(1).alerting;
    const before = await take('alert-rule-group', await grafana.run());
    rules.get('paused')!.provenance = 'api';
    await grafana.asPerson('PUT /api/v1/provisioning/alert-rules/second-by-name', {
      ...rule('second-by-name', 'changed'),
      folderUID: FOLDER,
      ruleGroup: 'every 30s (hosts)',
    });
    grafana.sim.clearRequests();
    // Grafana may refuse to take the tool's rule away from it; then the write fails and nothing is changed.
    await restore('alert-rule-group', await grafana.run(), before).catch(() => undefined);
    expect(grafana.sim.writes().every((request) => request.disableProvenance)).toBe(true);
    expect(rules.get('routed')!.provenance).toBe('');
  });

  it('of a converted Prometheus rule is a manager', async () => {
    await seeded('13.2');
    grafana.sim.state.org(1).alerting.rules.get('slow-1')!.provenance = 'converted_prometheus';
    const taken = await take('alert-rule-group', await grafana.run());
    expect(taken.get(`${FOLDER}/slow`)!.managedBy).toEqual({ manager: 'converted_prometheus' });
  });
});
