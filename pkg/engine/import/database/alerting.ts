import { arrayAt, isJsonObject, objectAt, stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { addContactPoints, addNamed, addPolicies, addRules } from '../alerting.ts';
import { durationText } from '../durations.ts';
import { isIn, jsonIn, numberIn, objectIn, textIn, type OrgRows, type Row } from './tables.ts';

/** Alert rules, and the configuration of the Alertmanager. */
export function addAlerting({ org, rows }: OrgRows): void {
  const origins = new Map(
    rows('provenance_type').map((row) => [`${textIn(row, 'record_type')}/${textIn(row, 'record_key')}`, row]),
  );
  const originOf = (type: string, key: string): JsonObject => {
    const provenance = textIn(origins.get(`${type}/${key}`) ?? {}, 'provenance');
    return provenance === '' ? {} : { provenance };
  };
  const rules = rows('alert_rule');
  const intervals = new Map(rules.map((row) => [textIn(row, 'uid'), numberIn(row, 'interval_seconds')]));
  addRules(
    org,
    rules.map((row) => ruleOf(row)),
    (rule) => intervals.get(stringAt(rule, 'uid') ?? '') ?? 60,
  );
  const newest = rows('alert_configuration').reduce<Row | undefined>(
    (last, row) => (last === undefined || numberIn(row, 'id') > numberIn(last, 'id') ? row : last),
    undefined,
  );
  if (newest === undefined) {
    return;
  }
  const configuration = objectIn(newest, 'alertmanager_configuration');
  for (const [name, template] of Object.entries(objectAt(configuration, 'template_files') ?? {})) {
    addNamed(org, 'notification-template', { name, template, ...originOf('template', name) });
  }
  const config = objectAt(configuration, 'alertmanager_config');
  for (const list of ['mute_time_intervals', 'time_intervals']) {
    for (const timing of (arrayAt(config, list) ?? []).filter(isJsonObject)) {
      addNamed(org, 'mute-timing', { ...timing, ...originOf('muteTimeInterval', stringAt(timing, 'name') ?? '') });
    }
  }
  const receivers = (arrayAt(config, 'receivers') ?? []).filter(isJsonObject);
  addContactPoints(
    org,
    receivers.flatMap((one) =>
      (arrayAt(one, 'grafana_managed_receiver_configs') ?? [])
        .filter(isJsonObject)
        .map((integration) => ({ ...integration, ...originOf('contactPoint', stringAt(integration, 'uid') ?? '') })),
    ),
  );
  const route = objectAt(config, 'route');
  if (route !== undefined) {
    addPolicies(org, route);
  }
}

/** A rule as the API returns it. */
function ruleOf(row: Row): JsonObject {
  const record = objectIn(row, 'record');
  const settings = jsonIn(row, 'notification_settings');
  const missing = row['missing_series_evals_to_resolve'] ?? null;
  return {
    // Its place in the group.
    id: numberIn(row, 'rule_group_idx'),
    uid: textIn(row, 'uid'),
    title: textIn(row, 'title'),
    folderUID: textIn(row, 'namespace_uid'),
    ruleGroup: textIn(row, 'rule_group'),
    condition: textIn(row, 'condition'),
    data: jsonIn(row, 'data') ?? [],
    noDataState: textIn(row, 'no_data_state'),
    execErrState: textIn(row, 'exec_err_state'),
    for: durationText(numberIn(row, 'for') / NANOSECONDS),
    keep_firing_for: durationText(numberIn(row, 'keep_firing_for') / NANOSECONDS),
    annotations: objectIn(row, 'annotations'),
    labels: objectIn(row, 'labels'),
    isPaused: isIn(row, 'is_paused'),
    notification_settings: (Array.isArray(settings) ? settings[0] : settings) ?? null,
    record: Object.keys(record).length === 0 ? null : recordOf(record),
    ...(missing === null ? {} : { missingSeriesEvalsToResolve: Number(missing) }),
  };
}

/** In a millisecond. */
const NANOSECONDS = 1_000_000;

function recordOf(record: JsonObject): Json {
  const { Metric: metric = '', From: from = '', TargetDatasourceUID: source = '' } = record;
  return { metric, from, target_datasource_uid: source };
}
