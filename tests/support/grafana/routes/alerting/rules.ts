import { arrayAt, isJsonObject, numberAt, stringAt, type JsonObject } from '../../../../../pkg/contract/json.ts';
import type { Alerting, Provenance, Rule } from '../../alerting/model.ts';
import { invalid, refuseProvenance, wantedProvenance } from '../../alerting/rules-of-the-house.ts';
import { Reply, type Call } from '../../call.ts';
import { errutil, problem } from '../../problems.ts';
import type { Router } from '../../router.ts';

const RULES = '/api/v1/provisioning/alert-rules';
const GROUP = '/api/v1/provisioning/folder/:folder/rule-groups/:group';
const MAY_READ = ['alert.provisioning:read', 'alert.rules:read'];
const MAY_WRITE = ['alert.provisioning:write', 'alert.rules:write'];
const DEFAULT_INTERVAL = 60;
/** Intervals are multiples of the scheduler's tick, in seconds. */
const TICK = 10;

export function alertRuleRoutes(router: Router): void {
  router.on(`GET ${RULES}`, (call) => {
    call.require(MAY_READ);
    return [...call.org.alerting.rules.values()].map((rule) => shown(call, rule, true));
  });
  router.on(`GET ${RULES}/:uid`, (call) => {
    call.require(MAY_READ);
    return shown(call, ruleOf(call), true);
  });
  router.on(`POST ${RULES}`, (call) => {
    call.require(MAY_WRITE);
    const sent = call.json();
    const folderUid = stringAt(sent, 'folderUID') ?? '';
    const group = stringAt(sent, 'ruleGroup') ?? '';
    const uid = stringAt(sent, 'uid') || call.state.newUid();
    const { rules } = call.org.alerting;
    if (rules.has(uid)) {
      throw problem(409, 'conflicting alert rule found: rule with this UID already exists');
    }
    refusePlace(call, folderUid);
    const others = groupOf(call.org.alerting, folderUid, group);
    const place = { folderUid, group, index: others.length, interval: others[0]?.interval ?? DEFAULT_INTERVAL };
    return new Reply(201, shown(call, store(call, uid, place, sent, wantedProvenance(call)), true));
  });
  router.on(`PUT ${RULES}/:uid`, (call) => {
    call.require(MAY_WRITE);
    const rule = ruleOf(call);
    const provenance = wantedProvenance(call);
    refuseProvenance(rule.provenance, provenance);
    return shown(call, store(call, rule.uid, rule, call.json(), provenance), true);
  });
  router.on(`DELETE ${RULES}/:uid`, (call) => {
    call.require(MAY_WRITE);
    const rule = call.org.alerting.rules.get(call.param('uid'));
    if (rule !== undefined) {
      refuseGroupProvenance(rule, wantedProvenance(call), 'delete');
      call.org.alerting.rules.delete(rule.uid);
    }
    return new Reply(204, undefined);
  });
  router.on(`GET ${GROUP}`, (call) => {
    call.require(MAY_READ);
    return groupDto(call);
  });
  router.on(`PUT ${GROUP}`, putGroup);
  router.on(`DELETE ${GROUP}`, (call) => {
    call.require(MAY_WRITE);
    if (!call.profile.deleteRuleGroup) {
      throw problem(404, 'Not found');
    }
    for (const rule of groupOf(call.org.alerting, call.param('folder'), call.param('group'))) {
      refuseGroupProvenance(rule, wantedProvenance(call), 'delete');
      call.org.alerting.rules.delete(rule.uid);
    }
    return new Reply(204, undefined);
  });
}

/** Replaces the group whole: rules that are not sent are deleted, and those of other groups are moved here. */
function putGroup(call: Call): unknown {
  call.require(MAY_WRITE);
  const sent = call.json();
  const folderUid = call.param('folder');
  const group = call.param('group');
  const interval = numberAt(sent, 'interval') ?? 0;
  const { rules } = call.org.alerting;
  refusePlace(call, folderUid);
  if (interval <= 0 || interval % TICK !== 0) {
    throw invalid(`interval (${interval}s) should be non-zero and divided exactly by scheduler interval: ${TICK}`);
  }
  const wanted = (arrayAt(sent, 'rules') ?? []).filter(isJsonObject);
  wanted.forEach((rule) => refuseRule(call, rule));
  const provenance = wantedProvenance(call);
  const uids = new Set(wanted.map((rule) => stringAt(rule, 'uid') ?? ''));
  const gone = groupOf(call.org.alerting, folderUid, group).filter((rule) => !uids.has(rule.uid));
  gone.forEach((rule) => refuseGroupProvenance(rule, provenance, 'delete'));
  wanted.forEach((rule) => {
    const stored = rules.get(stringAt(rule, 'uid') ?? '');
    if (stored !== undefined) {
      refuseGroupProvenance(stored, provenance, 'update');
    }
  });
  gone.forEach((rule) => rules.delete(rule.uid));
  wanted.forEach((rule, index) => {
    store(call, stringAt(rule, 'uid') || call.state.newUid(), { folderUid, group, index, interval }, rule, provenance);
  });
  return groupDto(call);
}

function refuseRule(call: Call, rule: JsonObject): void {
  const receiver = stringAt(rule, 'notification_settings', 'receiver');
  if (!stringAt(rule, 'title')) {
    throw invalid('no title');
  }
  if (receiver !== undefined && !call.org.alerting.integrations.some((one) => one.name === receiver)) {
    throw invalid(`receiver '${receiver}' does not exist`);
  }
}

function refusePlace(call: Call, folderUid: string): void {
  if (!call.org.folders.has(folderUid)) {
    throw problem(400, 'folder does not exist');
  }
}

/** In a group `api` may become none, `file` may not (ngalert validation CanUpdateProvenanceInRuleGroup). */
function refuseGroupProvenance(rule: Rule, wanted: Provenance, operation: string): void {
  const stored = rule.provenance;
  const allowed = stored === '' || stored === wanted || (wanted === '' && stored !== 'file');
  if (!allowed) {
    const message = `Cannot ${operation} with provided provenance '${wanted}', needs '${stored}'`;
    throw errutil(409, 'alerting.provenanceMismatch', message);
  }
}

function ruleOf(call: Call): Rule {
  const rule = call.org.alerting.rules.get(call.param('uid'));
  if (rule === undefined) {
    throw problem(404, '');
  }
  return rule;
}

export function groupOf(alerting: Alerting, folderUid: string, group: string): Rule[] {
  const rules = [...alerting.rules.values()].filter((rule) => rule.folderUid === folderUid && rule.group === group);
  return rules.sort((a, b) => a.index - b.index);
}

function groupDto(call: Call): unknown {
  const rules = groupOf(call.org.alerting, call.param('folder'), call.param('group'));
  const [first] = rules;
  if (first === undefined) {
    throw problem(404, 'rule group not found');
  }
  return {
    title: first.group,
    folderUid: first.folderUid,
    interval: first.interval,
    rules: rules.map((rule) => shown(call, rule, false)),
  };
}

type Place = Pick<Rule, 'folderUid' | 'group' | 'index' | 'interval'>;

function store(call: Call, uid: string, place: Place, sent: JsonObject, provenance: Provenance): Rule {
  const stored = call.org.alerting.rules.get(uid);
  const rule: Rule = {
    id: stored?.id ?? call.state.nextId(),
    uid,
    folderUid: place.folderUid,
    group: place.group,
    index: place.index,
    interval: place.interval,
    updated: call.state.now(),
    fields: fieldsOf(call, sent),
    provenance,
  };
  call.org.alerting.rules.set(uid, rule);
  return rule;
}

/** The members that a version knows; it drops all others. */
function fieldsOf(call: Call, sent: JsonObject): JsonObject {
  const known = [
    'title',
    'condition',
    'data',
    'noDataState',
    'execErrState',
    'for',
    'annotations',
    'labels',
    'isPaused',
  ];
  known.push('notification_settings');
  if (call.profile.major >= 11) {
    known.push('record', 'keep_firing_for');
  }
  if (call.profile.major >= 12) {
    known.push('missingSeriesEvalsToResolve');
  }
  const fields = Object.fromEntries(Object.entries(sent).filter(([name]) => known.includes(name)));
  return {
    condition: '',
    data: [],
    noDataState: 'NoData',
    execErrState: 'Alerting',
    for: '0s',
    isPaused: false,
    notification_settings: null,
    ...(call.profile.major >= 11 ? { record: null, keep_firing_for: '0s' } : {}),
    ...fields,
  };
}

function shown(call: Call, rule: Rule, single: boolean): JsonObject {
  return {
    id: rule.id,
    uid: rule.uid,
    orgID: call.org.id,
    folderUID: rule.folderUid,
    ruleGroup: rule.group,
    ...rule.fields,
    updated: new Date(rule.updated).toISOString(),
    // Only where rules are asked for singly or all together.
    ...(single && rule.provenance !== '' ? { provenance: rule.provenance } : {}),
  };
}
