import { createHash } from 'node:crypto';
import { arrayAt, isJsonObject, stringAt, type Json, type JsonObject } from '../../../../../pkg/lib/json/json.ts';
import {
  namesInUse,
  ready,
  refuseProvenance,
  refuseUnknownNames,
  requireRead,
  requireWrite,
  wantedProvenance,
  writeDocument,
} from '../../alerting.ts';
import { Reply, type Call } from '../../http/call.ts';
import { defaultPolicy, type Alerting, type MuteTiming, type NotificationTemplate } from '../../model/alerting.ts';
import { errutil, problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

const BASE = '/api/v1/provisioning';
const READ = 'alert.notifications:read';
const WRITE = 'alert.notifications:write';

export function policyRoutes(router: Router): void {
  router.on(`GET ${BASE}/policies`, (call) => {
    requireRead(call, READ);
    const { policy, policyProvenance } = ready(call);
    return { ...policy, ...(policyProvenance ? { provenance: policyProvenance } : {}) };
  });
  router.on(`PUT ${BASE}/policies`, async (call) => {
    requireWrite(call, WRITE);
    const { provenance: _provenance, ...body } = call.json();
    await writeDocument(call, (alerting) => setPolicy(call, alerting, body));
    return new Reply(202, { message: 'policies updated' });
  });
  router.on(`DELETE ${BASE}/policies`, async (call) => {
    requireWrite(call, WRITE);
    const policy = defaultPolicy(call.profile.defaultReceiver);
    await writeDocument(call, (alerting) => {
      alerting.policy = policy;
      alerting.policyProvenance = '';
    });
    return new Reply(202, policy);
  });
  timingRoutes(router);
  templateRoutes(router);
}

export function setPolicy(call: Call, alerting: Alerting, policy: JsonObject): void {
  const provenance = wantedProvenance(call);
  refuseProvenance(call, alerting.policyProvenance, provenance);
  if (!stringAt(policy, 'receiver')) {
    throw errutil(400, 'alerting.notifications.routes.invalid', 'root route must specify a default receiver');
  }
  refuseUnknownNames(alerting, policy);
  alerting.policy = call.profile.activeTimeIntervals ? policy : withoutActive(policy);
  alerting.policyProvenance = provenance;
}

/** Before 12.1 the server does not know the field and drops it. */
function withoutActive(policy: JsonObject): JsonObject {
  const { active_time_intervals: _active, ...rest } = policy;
  const routes = arrayAt(rest, 'routes');
  return routes === undefined
    ? rest
    : { ...rest, routes: routes.map((route): Json => (isJsonObject(route) ? withoutActive(route) : route)) };
}

function timingRoutes(router: Router): void {
  router.on(`GET ${BASE}/mute-timings`, (call) => {
    requireRead(call, READ);
    return [...ready(call).muteTimings.values()].map((timing) => timingDto(call, timing));
  });
  router.on(`GET ${BASE}/mute-timings/:name`, (call) => {
    requireRead(call, READ);
    return timingDto(call, found(ready(call).muteTimings.get(call.param('name')), 'mute timing not found'));
  });
  router.on(`POST ${BASE}/mute-timings`, async (call) => {
    requireWrite(call, WRITE);
    const body = call.json();
    const timing = await writeDocument(call, (alerting) => {
      const name = stringAt(body, 'name') ?? '';
      if (name === '' || alerting.muteTimings.has(name)) {
        const message =
          name === '' ? 'time interval must have a name' : `a time interval named "${name}" already exists`;
        throw errutil(400, 'alerting.notifications.time-intervals.nameExists', message);
      }
      const created = { name, time_intervals: intervalsIn(body), provenance: wantedProvenance(call) };
      alerting.muteTimings.set(name, created);
      return created;
    });
    return new Reply(201, timingDto(call, timing));
  });
  router.on(`PUT ${BASE}/mute-timings/:name`, async (call) => {
    requireWrite(call, WRITE);
    const body = call.json();
    const timing = await writeDocument(call, (alerting) => {
      const stored = found(alerting.muteTimings.get(call.param('name')), 'mute timing not found');
      refuseProvenance(call, stored.provenance, wantedProvenance(call));
      refuseVersion(call, body, stored.time_intervals);
      Object.assign(stored, { time_intervals: intervalsIn(body), provenance: wantedProvenance(call) });
      return stored;
    });
    return new Reply(202, timingDto(call, timing));
  });
  router.on(`DELETE ${BASE}/mute-timings/:name`, async (call) => {
    requireWrite(call, WRITE);
    await writeDocument(call, (alerting) => {
      const name = call.param('name');
      if (namesInUse(alerting, 'timings').has(name)) {
        throw errutil(409, 'alerting.notifications.time-intervals.used', `Time interval "${name}" is used`);
      }
      const stored = alerting.muteTimings.get(name);
      if (stored !== undefined) {
        refuseProvenance(call, stored.provenance, wantedProvenance(call));
        alerting.muteTimings.delete(name);
      }
    });
    return new Reply(204, undefined);
  });
}

function templateRoutes(router: Router): void {
  router.on(`GET ${BASE}/templates`, (call) => {
    requireRead(call, READ);
    return [...ready(call).templates.values()].map((template) => templateDto(call, template));
  });
  router.on(`GET ${BASE}/templates/:name`, (call) => {
    requireRead(call, READ);
    return templateDto(call, found(ready(call).templates.get(call.param('name')), 'template not found'));
  });
  router.on(`PUT ${BASE}/templates/:name`, async (call) => {
    requireWrite(call, WRITE);
    const body = call.json();
    const template = await writeDocument(call, (alerting) => {
      const name = call.param('name');
      const stored = alerting.templates.get(name);
      if (stored !== undefined) {
        refuseProvenance(call, stored.provenance, wantedProvenance(call));
        refuseVersion(call, body, stored.template);
      }
      const text = defined(name, stringAt(body, 'template') ?? '');
      const next = { name, template: text, provenance: wantedProvenance(call) };
      alerting.templates.set(name, next);
      return next;
    });
    return new Reply(202, templateDto(call, template));
  });
  router.on(`DELETE ${BASE}/templates/:name`, async (call) => {
    requireWrite(call, WRITE);
    await writeDocument(call, (alerting) => {
      const stored = alerting.templates.get(call.param('name'));
      if (stored !== undefined) {
        refuseProvenance(call, stored.provenance, wantedProvenance(call));
        alerting.templates.delete(stored.name);
      }
    });
    return new Reply(204, undefined);
  });
}

function found<T>(value: T | undefined, message: string): T {
  if (value === undefined) {
    throw problem(404, message);
  }
  return value;
}

function intervalsIn(body: JsonObject): JsonObject[] {
  return (arrayAt(body, 'time_intervals') ?? []).filter(isJsonObject);
}

/** A template that defines nothing is wrapped into a definition with its name. */
function defined(name: string, text: string): string {
  const content = text.trim();
  if (content === '') {
    throw errutil(400, 'alerting.notifications.templates.invalidFormat', 'template must have content');
  }
  if (/\{\{-?\s*define/.test(content)) {
    return content;
  }
  const lines = content.split('\n').map((line) => `  ${line}`);
  return `{{ define "${name}" }}\n${lines.join('\n')}\n{{ end }}`;
}

function versionOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

/** The optional optimistic lock: only a version that was sent is compared. */
function refuseVersion(call: Call, body: JsonObject, stored: unknown): void {
  const version = stringAt(body, 'version');
  if (call.profile.alertingVersions && version && version !== versionOf(stored)) {
    throw errutil(409, 'alerting.notifications.conflict', `Provided version ${version} is not current`);
  }
}

function timingDto(call: Call, timing: MuteTiming): JsonObject {
  const { name, time_intervals, provenance } = timing;
  return {
    name,
    time_intervals,
    ...(call.profile.alertingVersions ? { version: versionOf(time_intervals) } : {}),
    ...(provenance ? { provenance } : {}),
  };
}

function templateDto(call: Call, stored: NotificationTemplate): JsonObject {
  const { name, template, provenance } = stored;
  return {
    name,
    template,
    ...(call.profile.alertingVersions ? { version: versionOf(template) } : {}),
    ...(provenance ? { provenance } : {}),
  };
}
