import { integrationsOf, secureFieldsOf, settingsOf } from '../../../grafana/kinds/alerting/contact-point/content.ts';
import { withField } from '../../../grafana/kinds/alerting/contact-point/secrets.ts';
import { rulesOf } from '../../../grafana/kinds/alerting/alert-rule-group/content.ts';
import {
  arrayAt,
  isJsonObject,
  numberAt,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
} from '../../../lib/json/json.ts';
import { compact } from '../../../contract/compact.ts';
import type { ExportedResource, Exporting } from '../format.ts';
import { literal, literals } from './yaml.ts';

/** A contact point; undefined for the one that Grafana has built in, which no file can hold. */
export function contactPoint(
  { entry, content }: ExportedResource,
  variable: Exporting['variable'],
): JsonObject | undefined {
  const integrations = integrationsOf(content.body).filter((one) => (stringAt(one, 'uid') ?? '') !== '');
  if (integrations.length === 0) {
    return undefined;
  }
  const receivers = integrations.map((one): JsonObject => {
    const type = stringAt(one, 'type') ?? '';
    const settings = secureFieldsOf(one).reduce(
      (all, field) => withField(all, field, `$${variable(entry, `${type}.${field}`)}`),
      objectAt(literals(settingsOf(one))) ?? {},
    );
    const disableResolveMessage = one['disableResolveMessage'] === true;
    return { uid: literal(stringAt(one, 'uid') ?? ''), type, settings, disableResolveMessage };
  });
  return { orgId: entry.org, name: literal(entry.uid), receivers };
}

/** The default tree of notification policies. */
export function policies({ entry, content }: ExportedResource): JsonObject {
  return { orgId: entry.org, ...objectAt(literals(content.body)) };
}

/** A mute timing or a template: Grafana expands no variables in them. */
export function namedResource({ entry, content }: ExportedResource): JsonObject {
  return { orgId: entry.org, ...objectAt(content.body), name: entry.uid };
}

/** A group of rules. @param folder - the title of its folder, which is at the root */
export function ruleGroup({ entry, content }: ExportedResource, folder: string): JsonObject {
  return {
    orgId: entry.org,
    name: literal(content.title),
    // A path of titles.
    folder: literal(folder.replaceAll('/', '\\/')),
    interval: `${numberAt(content.body, 'interval') ?? 60}s`,
    rules: rulesOf(content).map(rule),
  };
}

/** Grafana expands variables neither in annotations nor in queries. */
function rule(given: JsonObject): JsonObject {
  const text = (name: string, from: Json | undefined = given): string | undefined => {
    const value = stringAt(from, name);
    return value === undefined ? undefined : literal(value);
  };
  const annotations = objectAt(given, 'annotations');
  const record = objectAt(given, 'record');
  const panel = Number(stringAt(annotations, '__panelId__'));
  return compact<Record<string, Json | undefined>>({
    uid: text('uid'),
    title: text('title'),
    condition: text('condition'),
    data: (arrayAt(given, 'data') ?? []).filter(isJsonObject).map(query),
    dashboardUid: text('__dashboardUid__', annotations),
    panelId: Number.isInteger(panel) ? panel : undefined,
    noDataState: text('noDataState'),
    execErrState: text('execErrState'),
    for: text('for'),
    keepFiringFor: text('keep_firing_for'),
    missing_series_evals_to_resolve: numberAt(given, 'missingSeriesEvalsToResolve'),
    annotations,
    labels: literals(objectAt(given, 'labels') ?? {}),
    isPaused: given['isPaused'] === true,
    notification_settings: literals(given['notification_settings'] ?? null) ?? undefined,
    record: record && {
      metric: literal(stringAt(record, 'metric') ?? ''),
      from: literal(stringAt(record, 'from') ?? ''),
      targetDatasourceUid: literal(stringAt(record, 'target_datasource_uid') ?? ''),
    },
  }) as JsonObject;
}

function query(given: JsonObject): JsonObject {
  return {
    refId: literal(stringAt(given, 'refId') ?? ''),
    queryType: literal(stringAt(given, 'queryType') ?? ''),
    relativeTimeRange: objectAt(given, 'relativeTimeRange') ?? { from: 0, to: 0 },
    datasourceUid: literal(stringAt(given, 'datasourceUid') ?? ''),
    model: objectAt(given, 'model') ?? {},
  };
}
