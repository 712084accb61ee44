import { objectAt, stringAt, type JsonObject } from '../../../../../pkg/lib/json/json.ts';
import {
  namesInUse,
  ready,
  refuseProvenance,
  requireRead,
  requireSecrets,
  requireWrite,
  wantedProvenance,
  writeDocument,
} from '../../alerting.ts';
import { Reply, type Call } from '../../http/call.ts';
import { secretFields, type Alerting, type ContactPoint } from '../../model/alerting.ts';
import { errutil, problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

const BASE = '/api/v1/provisioning/contact-points';
const FINER = 'alert.notifications';
const REDACTED = '[REDACTED]';

export function receiverRoutes(router: Router): void {
  router.on(`GET ${BASE}`, (call) => {
    requireRead(call, `${FINER}:read`);
    const name = call.query.get('name');
    return sorted(ready(call))
      .filter((point) => name === null || point.name === name)
      .map((point) => dto(point));
  });
  router.on(`GET ${BASE}/export`, exported);
  router.on(`POST ${BASE}`, async (call) => {
    requireWrite(call, `${FINER}:write`);
    const body = call.json();
    const point = await writeDocument(call, (alerting) => create(call, alerting, body));
    return new Reply(202, dto(point));
  });
  router.on(`PUT ${BASE}/:uid`, async (call) => {
    requireWrite(call, `${FINER}:write`);
    const body = call.json();
    await writeDocument(call, (alerting) => update(call, alerting, body));
    return new Reply(202, { message: 'contactpoint updated' });
  });
  router.on(`DELETE ${BASE}/:uid`, async (call) => {
    requireWrite(call, `${FINER}:write`);
    await writeDocument(call, (alerting) => remove(call, alerting));
    return new Reply(202, { message: 'contactpoint deleted' });
  });
}

function sorted(alerting: Alerting): ContactPoint[] {
  return [...alerting.contactPoints].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function dto(point: ContactPoint): JsonObject {
  const { uid, name, type, disableResolveMessage, provenance } = point;
  const settings = redacted(point);
  return { uid, name, type, settings, disableResolveMessage, ...(provenance ? { provenance } : {}) };
}

function redacted(point: ContactPoint): JsonObject {
  const secrets = secretFields(point.type) ?? [];
  return Object.fromEntries(
    Object.entries(point.settings).map(([name, value]) => [name, secrets.includes(name) ? REDACTED : value]),
  );
}

function create(call: Call, alerting: Alerting, body: JsonObject): ContactPoint {
  const uid = stringAt(body, 'uid') || call.state.newUid();
  if (alerting.contactPoints.some((point) => point.uid === uid)) {
    throw problem(409, `receiver configuration with UID '${uid}' already exist. Please use unique identifiers.`);
  }
  // There is no stored secret to merge with: a redacted value is taken as the secret itself.
  const point = { ...fieldsOf(body), uid, provenance: wantedProvenance(call) };
  alerting.contactPoints.push(point);
  return point;
}

function update(call: Call, alerting: Alerting, body: JsonObject): void {
  const point = find(call, alerting);
  const provenance = wantedProvenance(call);
  refuseProvenance(call, point.provenance, provenance);
  const fields = fieldsOf(body);
  const secrets = secretFields(fields.type) ?? [];
  const settings = Object.fromEntries(
    Object.entries(fields.settings).map(([name, value]) => {
      const kept = point.settings[name];
      return [name, secrets.includes(name) && value === REDACTED && kept !== undefined ? kept : value];
    }),
  );
  Object.assign(point, { ...fields, settings, provenance });
}

function remove(call: Call, alerting: Alerting): void {
  const point = find(call, alerting);
  const last = alerting.contactPoints.filter((one) => one.name === point.name).length === 1;
  if (last && namesInUse(alerting, 'receiver').has(point.name)) {
    const message = `Contact point '${point.name}' is currently in use by a notification policy or an alert rule`;
    throw errutil(409, 'alerting.notifications.contact-points.referenced', message);
  }
  alerting.contactPoints.splice(alerting.contactPoints.indexOf(point), 1);
}

function find(call: Call, alerting: Alerting): ContactPoint {
  const point = alerting.contactPoints.find((one) => one.uid === call.param('uid'));
  if (point === undefined) {
    throw problem(404, `contact point with uid '${call.param('uid')}' not found`);
  }
  return point;
}

function fieldsOf(body: JsonObject): Omit<ContactPoint, 'uid' | 'provenance'> {
  const name = stringAt(body, 'name') ?? '';
  const type = stringAt(body, 'type') ?? '';
  const settings = objectAt(body, 'settings');
  if (name === '' || settings === undefined || secretFields(type) === undefined) {
    throw problem(400, `invalid contact point: ${name === '' ? 'name is required' : `type "${type}" or its settings`}`);
  }
  return { name, type, settings, disableResolveMessage: body['disableResolveMessage'] === true };
}

/** The file-provisioning form: YAML unless JSON is asked for, secrets only when asked for and allowed. */
function exported(call: Call): unknown {
  requireRead(call, `${FINER}:read`);
  const decrypt = call.query.get('decrypt') === 'true';
  if (decrypt) {
    requireSecrets(call);
  }
  const name = call.query.get('name');
  const groups = new Map<string, JsonObject[]>();
  for (const point of sorted(ready(call)).filter((one) => name === null || one.name === name)) {
    const receivers = groups.get(point.name) ?? [];
    receivers.push({
      uid: point.uid,
      type: point.type,
      settings: decrypt ? point.settings : redacted(point),
      disableResolveMessage: point.disableResolveMessage,
    });
    groups.set(point.name, receivers);
  }
  const contactPoints = [...groups].map(([group, receivers]) => ({ orgId: call.org.id, name: group, receivers }));
  return { apiVersion: 1, contactPoints };
}
