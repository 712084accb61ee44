import {
  arrayAt,
  isJsonObject,
  numberAt,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
} from '../../../../../pkg/lib/json/json.ts';
import {
  namesInPolicy,
  ready,
  refuseGroupProvenance,
  refuseProvenance,
  requireRead,
  requireWrite,
  wantedProvenance,
} from '../../alerting.ts';
import { Reply, type Call } from '../../http/call.ts';
import type { AlertRule, Provenance } from '../../model/alerting.ts';
import { errutil, problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

const RULES = '/api/v1/provisioning/alert-rules';
const GROUP = '/api/v1/provisioning/folder/:folder/rule-groups/:group';

/** What a rule may hold; the server drops anything else. */
const FIELDS = [
  'condition',
  'data',
  'noDataState',
  'execErrState',
  'for',
  'isPaused',
  'labels',
  'annotations',
  'notification_settings',
  'record',
];

/** What it may hold as well where rules keep firing. */
const NEWER_FIELDS = ['keep_firing_for', 'missingSeriesEvalsToResolve'];

export function ruleRoutes(router: Router): void {
  router.on(`GET ${RULES}`, (call) => {
    requireRead(call, 'alert.rules:read');
    return [...call.org.alerting.rules.values()].map((rule) => dto(call, rule));
  });
  router.on(`POST ${RULES}`, (call) => {
    requireWrite(call, 'alert.rules:create');
    const body = call.json();
    const rule = stored(call, body, stringAt(body, 'folderUID') ?? '', stringAt(body, 'ruleGroup') ?? '', undefined);
    if (call.org.alerting.rules.has(rule.uid)) {
      throw problem(409, `alert rule with UID ${rule.uid} already exists`);
    }
    put(call, rule);
    return new Reply(201, dto(call, rule));
  });
  router.on(`GET ${RULES}/:uid`, (call) => {
    requireRead(call, 'alert.rules:read');
    return dto(call, find(call));
  });
  router.on(`PUT ${RULES}/:uid`, (call) => {
    requireWrite(call, 'alert.rules:write');
    const body = call.json();
    const old = find(call);
    refuseProvenance(call, old.provenance, wantedProvenance(call));
    const folder = stringAt(body, 'folderUID') ?? old.folderUid;
    const rule = stored(call, { ...body, uid: old.uid }, folder, stringAt(body, 'ruleGroup') ?? old.group, old);
    put(call, rule);
    return dto(call, rule);
  });
  router.on(`DELETE ${RULES}/:uid`, (call) => {
    requireWrite(call, 'alert.rules:delete');
    const rule = call.org.alerting.rules.get(call.param('uid'));
    if (rule !== undefined) {
      refuseProvenance(call, rule.provenance, wantedProvenance(call));
      call.org.alerting.rules.delete(rule.uid);
    }
    return new Reply(204, undefined);
  });
  groupRoutes(router);
}

function groupRoutes(router: Router): void {
  router.on(`GET ${GROUP}`, (call) => {
    requireRead(call, 'alert.rules:read');
    const rules = rulesIn(call);
    if (rules.length === 0) {
      throw errutil(404, 'alerting.alert-rule.notFound', 'rule group not found');
    }
    return groupDto(call, rules);
  });
  router.on(`PUT ${GROUP}`, (call) => {
    requireWrite(call, 'alert.rules:write');
    const body = call.json();
    const folder = call.param('folder');
    const group = call.param('group');
    const sent = (arrayAt(body, 'rules') ?? []).filter(isJsonObject);
    if (sent.some((rule) => objectAt(rule, 'notification_settings') !== undefined)) {
      // What they name is looked up in the configuration of the Alertmanager.
      ready(call);
    }
    const { rules } = call.org.alerting;
    const next = sent.map((rule) => {
      const old = rules.get(stringAt(rule, 'uid') ?? '');
      refuseGroupProvenance(call, old?.provenance ?? '', wantedProvenance(call));
      return stored(call, rule, folder, group, old);
    });
    const uids = new Set(next.map((rule) => rule.uid));
    const gone = rulesIn(call).filter((rule) => !uids.has(rule.uid));
    gone.forEach((rule) => refuseGroupProvenance(call, rule.provenance, wantedProvenance(call)));
    // Rules that the body does not name are deleted.
    gone.forEach((rule) => rules.delete(rule.uid));
    const interval = numberAt(body, 'interval');
    if (interval !== undefined && interval > 0) {
      if (interval % 10 !== 0) {
        throw problem(400, 'interval must be a multiple of the base interval of 10 seconds');
      }
      call.org.alerting.intervals.set(`${folder}/${group}`, interval);
    }
    // The order in the body is the order of evaluation.
    next.forEach((rule) => rules.delete(rule.uid));
    next.forEach((rule) => put(call, rule));
    return groupDto(call, next);
  });
  router.on(`DELETE ${GROUP}`, (call) => {
    if (!call.profile.deleteRuleGroup) {
      throw problem(404, 'Not found');
    }
    requireWrite(call, 'alert.rules:delete');
    const rules = rulesIn(call);
    if (rules.length === 0) {
      throw errutil(404, 'alerting.alert-rule.notFound', 'rule group not found');
    }
    rules.forEach((rule) => refuseGroupProvenance(call, rule.provenance, wantedProvenance(call)));
    rules.forEach((rule) => call.org.alerting.rules.delete(rule.uid));
    return new Reply(204, undefined);
  });
}

function rulesIn(call: Call): AlertRule[] {
  return [...call.org.alerting.rules.values()].filter(
    (rule) => rule.folderUid === call.param('folder') && rule.group === call.param('group'),
  );
}

function find(call: Call): AlertRule {
  const rule = call.org.alerting.rules.get(call.param('uid'));
  if (rule === undefined) {
    throw errutil(404, 'alerting.alert-rule.notFound', 'could not find alert rule');
  }
  return rule;
}

function put(call: Call, rule: AlertRule): void {
  const { rules, intervals } = call.org.alerting;
  const twin = [...rules.values()].some(
    (one) => one.uid !== rule.uid && one.folderUid === rule.folderUid && one.title === rule.title,
  );
  // The title need only be unique within a group from 11 on.
  if (twin && call.profile.major < 11) {
    throw problem(
      500,
      'a conflicting alert rule is found: rule title under the same organisation and folder should be unique',
    );
  }
  rules.set(rule.uid, rule);
  const key = `${rule.folderUid}/${rule.group}`;
  intervals.set(key, intervals.get(key) ?? 60);
}

/** A rule as it will be stored: validated, with what the server fills in. */
function stored(call: Call, body: JsonObject, folderUid: string, group: string, old: AlertRule | undefined): AlertRule {
  const title = stringAt(body, 'title') ?? '';
  if (title === '' || group === '' || (arrayAt(body, 'data') ?? []).length === 0) {
    throw errutil(400, 'alerting.alert-rule.invalid', 'invalid alert rule: title, ruleGroup and data are required');
  }
  if (!call.org.folders.has(folderUid)) {
    throw problem(400, `invalid alert rule: folder ${folderUid} does not exist`);
  }
  const provenance: Provenance = wantedProvenance(call);
  const settings = objectAt(body, 'notification_settings');
  const receivers = call.org.alerting.contactPoints.map((point) => point.name);
  const unknown = settings && namesInPolicy(settings, 'receiver').find((name) => !receivers.includes(name));
  if (unknown !== undefined) {
    throw errutil(400, 'alerting.alert-rule.invalid', `invalid alert rule: receiver "${unknown}" does not exist`);
  }
  const uid = stringAt(body, 'uid') || call.state.newUid();
  if (uid.length > 40 || !/^[a-zA-Z0-9\-_]+$/.test(uid)) {
    throw errutil(400, 'alerting.alert-rule.invalid', 'invalid alert rule: uid is too long or has invalid characters');
  }
  return {
    id: old?.id ?? call.state.nextId(),
    uid,
    folderUid,
    group,
    title,
    fields: fieldsOf(call, body),
    provenance,
    updated: call.state.now(),
    version: (old?.version ?? 0) + 1,
  };
}

function fieldsOf(call: Call, body: JsonObject): JsonObject {
  const { keepsFiring } = call.profile;
  const fields: JsonObject = { noDataState: 'NoData', execErrState: 'Error', for: '0s', isPaused: false };
  for (const name of [...FIELDS, ...(keepsFiring ? NEWER_FIELDS : [])]) {
    const value = body[name];
    if (value !== undefined && value !== null) {
      fields[name] = value;
    }
  }
  fields['data'] = (arrayAt(body, 'data') ?? []).map(withQueryDefaults);
  const settings = objectAt(fields, 'notification_settings');
  if (settings !== undefined && !call.profile.activeTimeIntervals) {
    const { active_time_intervals: _active, ...rest } = settings;
    fields['notification_settings'] = rest;
  }
  return fields;
}

/** Every query model gets the step and the number of points that the scheduler uses. */
function withQueryDefaults(query: Json): Json {
  if (!isJsonObject(query)) {
    return query;
  }
  const model = objectAt(query, 'model') ?? {};
  const refId = stringAt(query, 'refId') ?? '';
  return {
    ...query,
    queryType: stringAt(query, 'queryType') ?? '',
    model: { intervalMs: 1000, maxDataPoints: 43200, refId, ...model },
  };
}

function dto(call: Call, rule: AlertRule): JsonObject {
  return {
    ...withoutProvenance(call, rule),
    ...(rule.provenance ? { provenance: rule.provenance } : {}),
  };
}

function withoutProvenance(call: Call, rule: AlertRule): JsonObject {
  return {
    id: rule.id,
    uid: rule.uid,
    orgID: call.org.id,
    folderUID: rule.folderUid,
    ruleGroup: rule.group,
    title: rule.title,
    updated: new Date(rule.updated).toISOString(),
    ...(call.profile.keepsFiring ? { keep_firing_for: '0s' } : {}),
    ...rule.fields,
  };
}

/** A group's rules come without their provenance. */
function groupDto(call: Call, rules: AlertRule[]): JsonObject {
  const title = call.param('group');
  const folderUid = call.param('folder');
  const interval = call.org.alerting.intervals.get(`${folderUid}/${title}`) ?? 60;
  return { title, folderUid, interval, rules: rules.map((rule) => withoutProvenance(call, rule)) };
}
