import { inhibitionVersion } from '../fill/notifications.ts';
import type { Grafana, Served } from '../grafana.ts';
import { type Entries, without } from './entries.ts';

const PROVISIONING = '/api/v1/provisioning';

interface ContactPoint {
  uid: string;
  type: string;
  settings: object;
}

/** Templates, mute timings, contact points with their secrets in the clear, policies and inhibition rules. */
export async function dumpNotifications(grafana: Grafana, served: Served, entries: Entries): Promise<void> {
  for (const template of (await grafana.find<{ name: string }[]>(`${PROVISIONING}/templates`)) ?? []) {
    entries.add('notification-template', template.name, without(template, 'version'));
  }
  for (const timing of (await grafana.get<{ name: string }[] | null>(`${PROVISIONING}/mute-timings`)) ?? []) {
    entries.add('mute-timing', timing.name, without(timing, 'version'));
  }
  const { contactPoints } = await grafana.get<{ contactPoints?: { name: string; receivers: ContactPoint[] }[] }>(
    `${PROVISIONING}/contact-points/export?decrypt=true&format=json`,
  );
  for (const { name, receivers } of contactPoints ?? []) {
    receivers.forEach((receiver) => entries.add('contact-point', `${name} (${receiver.type})`, receiver));
  }
  entries.add('notification-policy', 'default', await grafana.get(`${PROVISIONING}/policies`));
  const version = await inhibitionVersion(grafana, served);
  if (version !== undefined) {
    const path = grafana.resource('notifications.alerting.grafana.app', version, 'inhibitionrules');
    const { items } = await grafana.get<{ items: { metadata: { name: string }; spec: object }[] | null }>(path);
    items?.forEach(({ metadata, spec }) => entries.add('inhibition-rule', metadata.name, spec));
  }
}

interface Rule {
  uid: string;
  folderUID: string;
  ruleGroup: string;
}

/** Every rule by itself, with the interval of its group. */
export async function dumpAlertRules(grafana: Grafana, entries: Entries): Promise<void> {
  const intervals = new Map<string, number>();
  for (const rule of await grafana.get<Rule[]>(`${PROVISIONING}/alert-rules`)) {
    const { folderUID, ruleGroup } = rule;
    const path = `${PROVISIONING}/folder/${folderUID}/rule-groups/${encodeURIComponent(ruleGroup)}`;
    if (!intervals.has(path)) {
      intervals.set(path, (await grafana.get<{ interval: number }>(path)).interval);
    }
    entries.add('alert-rule', rule.uid, {
      ...without(rule, 'id', 'orgID', 'updated', 'guid'),
      interval: intervals.get(path),
    });
  }
}

interface Silence {
  comment: string;
  status: { state: string };
  matchers: { name: string }[];
  endsAt: string;
}

export async function dumpSilences(grafana: Grafana, entries: Entries): Promise<void> {
  const silences = await grafana.get<Silence[]>('/api/alertmanager/grafana/api/v2/silences');
  for (const { comment, status, matchers, endsAt } of silences.filter((one) => one.status.state !== 'expired')) {
    const sorted = matchers.toSorted((one, other) => one.name.localeCompare(other.name));
    entries.add('silence', comment, { state: status.state, matchers: sorted, endsAt });
  }
}
