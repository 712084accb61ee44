import { reason } from '../../contract/reasons/catalogue.ts';
import { groupContent } from '../../grafana/kinds/alerting/alert-rule-group/content.ts';
import { contactPointContent, integrationsByName } from '../../grafana/kinds/alerting/contact-point/content.ts';
import { withMaskedSecrets } from '../../grafana/kinds/alerting/contact-point/secret-settings.ts';
import { KEEP_STORED, withField } from '../../grafana/kinds/alerting/contact-point/secrets.ts';
import { namedContent } from '../../grafana/provenance.ts';
import { groupBy } from '../../lib/group-by.ts';
import {
  arrayAt,
  isJsonObject,
  numberAt,
  objectAt,
  stringAt,
  without,
  type Json,
  type JsonObject,
} from '../../lib/json/json.ts';
import { durationOf, durationText } from './durations.ts';
import type { ImportedOrg } from './organization.ts';

/** Contact points, one per integration, as the API lists them. Plain-text secrets in archives are not kept. */
export function addContactPoints(org: ImportedOrg, integrations: readonly JsonObject[]): void {
  const masked = integrations.map((one) => {
    const given = {
      disableResolveMessage: false,
      ...without(one, 'orgId', 'version', 'secureSettings', 'secureFields'),
    };
    const settings = Object.keys(objectAt(one, 'secureSettings') ?? {}).reduce(
      (all, field) => withField(all, field, KEEP_STORED),
      objectAt(one, 'settings') ?? {},
    );
    return withMaskedSecrets(given, settings);
  });
  for (const [name, ofPoint] of integrationsByName(masked)) {
    org.add('contact-point', name, contactPointContent(name, ofPoint, undefined));
  }
}

/** The integrations of a contact point in the form of provisioning files. */
export function integrationsIn(point: JsonObject): JsonObject[] {
  const receivers = arrayAt(point, 'receivers');
  const name = stringAt(point, 'name') ?? '';
  return receivers === undefined ? [point] : receivers.filter(isJsonObject).map((one) => ({ ...one, name }));
}

/** The default tree of notification policies. */
export function addPolicies(org: ImportedOrg, tree: JsonObject): void {
  const body = withoutNulls(without(tree, 'provenance', 'version', 'orgId'));
  org.add('notification-policy', 'default', { title: 'Default policy', body });
}

/** A mute timing or a template. */
export function addNamed(org: ImportedOrg, kind: 'mute-timing' | 'notification-template', given: JsonObject): void {
  const name = stringAt(given, 'name') ?? '';
  org.add(kind, name, namedContent(withoutNulls(without(given, 'orgId')), name));
}

/** Grafana's default, in seconds. */
const DEFAULT_INTERVAL = 60;

/**
 * Rules as the API returns them: each names its folder and group.
 * @param interval - how often a group is evaluated, in seconds; where the archive lacks it, that is named
 */
export function addRules(
  org: ImportedOrg,
  rules: readonly JsonObject[],
  interval?: (rule: JsonObject) => number,
): void {
  const uidOf = (rule: JsonObject): string =>
    `${stringAt(rule, 'folderUID') ?? ''}/${stringAt(rule, 'ruleGroup') ?? ''}`;
  for (const [uid, ofGroup] of groupBy(rules, uidOf)) {
    const [first] = ofGroup;
    const content = groupContent({
      title: stringAt(first, 'ruleGroup') ?? '',
      folderUid: stringAt(first, 'folderUID') ?? '',
      interval: interval?.(first) ?? DEFAULT_INTERVAL,
      // In most archives, only the IDs indicate the order.
      rules: ofGroup.toSorted((a, b) => (numberAt(a, 'id') ?? 0) - (numberAt(b, 'id') ?? 0)).map(ruleOf),
    });
    org.add('alert-rule-group', uid, content);
    if (interval === undefined) {
      org.lacks('alert-rule-group', uid, reason('import-interval'));
    }
  }
}

/** A rule with what the API always returns. */
function ruleOf(rule: JsonObject): JsonObject {
  const durations = ['for', 'keep_firing_for'].flatMap((name) => {
    const milliseconds = durationOf(stringAt(rule, name) ?? '');
    return milliseconds === undefined ? [] : [[name, durationText(milliseconds)] as const];
  });
  const data = (arrayAt(rule, 'data') ?? []).filter(isJsonObject).map((query) => {
    const relativeTimeRange = { from: 0, to: 0, ...objectAt(query, 'relativeTimeRange') };
    return { queryType: '', ...query, relativeTimeRange };
  });
  const notification_settings = withoutNulls(rule['notification_settings'] ?? null);
  return { isPaused: false, record: null, ...rule, ...Object.fromEntries(durations), data, notification_settings };
}

/** Without members that are null, which the API leaves out and some tools write. */
function withoutNulls<T extends Json>(value: T): T;
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map((one) => withoutNulls(one));
  }
  return isJsonObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, one]) => (one === null ? [] : [[name, withoutNulls(one)] as const])),
      )
    : value;
}
