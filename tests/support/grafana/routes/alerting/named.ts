import { createHash } from 'node:crypto';
import { arrayAt, stringAt, type JsonObject } from '../../../../../pkg/contract/json.ts';
import type { Alerting, Named } from '../../alerting/model.ts';
import {
  alertingOf,
  change,
  invalid,
  MAY_READ,
  MAY_WRITE,
  refuseProvenance,
  wantedProvenance,
} from '../../alerting/rules-of-the-house.ts';
import { Reply, type Call } from '../../call.ts';
import { errutil, problem } from '../../problems.ts';
import type { Router } from '../../router.ts';
import { intervalsOf, routesOf } from './policies.ts';

const TEMPLATES = '/api/v1/provisioning/templates';
const TIMINGS = '/api/v1/provisioning/mute-timings';

/** Notification templates and mute timings: both known by name, both with an optional lock by version. */
export function namedRoutes(router: Router): void {
  serveReads(router, TEMPLATES, (alerting) => alerting.templates);
  serveReads(router, TIMINGS, (alerting) => alerting.muteTimings);
  router.on(`PUT ${TEMPLATES}/:name`, (call) => {
    call.require(MAY_WRITE);
    const sent = call.json();
    return change(call, ({ templates }) => {
      const name = call.param('name');
      const template = stringAt(sent, 'template') ?? '';
      if (template.trim() === '') {
        throw invalid('template must have content');
      }
      const defined = /\{\{-?\s*define/.test(template) ? template : `{{ define "${name}" }}\n  ${template}\n{{ end }}`;
      return new Reply(202, store(call, templates, name, { name, template: defined }, sent));
    });
  });
  router.on(`POST ${TIMINGS}`, (call) => {
    call.require(MAY_WRITE);
    const sent = call.json();
    return change(call, ({ muteTimings }) => {
      const name = stringAt(sent, 'name') ?? '';
      if (name === '' || muteTimings.has(name)) {
        throw invalid(name === '' ? 'name is required' : 'a mute timing with this name already exists');
      }
      return new Reply(201, store(call, muteTimings, name, timingBody(sent, name), sent));
    });
  });
  router.on(`PUT ${TIMINGS}/:name`, (call) => {
    call.require(MAY_WRITE);
    const sent = call.json();
    return change(call, ({ muteTimings }) => {
      const name = call.param('name');
      if (!muteTimings.has(name)) {
        throw problem(404, 'time interval not found');
      }
      return new Reply(202, store(call, muteTimings, name, timingBody(sent, name), sent));
    });
  });
  router.on(`DELETE ${TEMPLATES}/:name`, (call) => drop(call, (alerting) => alerting.templates));
  router.on(`DELETE ${TIMINGS}/:name`, (call) =>
    drop(call, (alerting) => {
      if (routesOf(alerting.policies.body).flatMap(intervalsOf).includes(call.param('name'))) {
        throw problem(409, `mute time '${call.param('name')}' is currently used by a notification policy`);
      }
      return alerting.muteTimings;
    }),
  );
}

function serveReads(router: Router, path: string, of: (alerting: Alerting) => Map<string, Named>): void {
  router.on(`GET ${path}`, (call) => {
    call.require(MAY_READ);
    const all = [...of(alertingOf(call)).values()].map((one) => shown(call, one));
    // An empty Go slice that was never made.
    return all.length === 0 && call.profile.major < 11 ? null : all;
  });
  router.on(`GET ${path}/:name`, (call) => {
    call.require(MAY_READ);
    const found = of(alertingOf(call)).get(call.param('name'));
    if (found === undefined) {
      throw problem(404, 'not found');
    }
    return shown(call, found);
  });
}

function shown(call: Call, { body, provenance }: Named): JsonObject {
  return { ...body, provenance, ...(call.profile.alertingVersions ? { version: versionOf(body) } : {}) };
}

function versionOf(body: JsonObject): string {
  return createHash('sha1').update(JSON.stringify(body)).digest('hex').slice(0, 16);
}

function store(call: Call, map: Map<string, Named>, name: string, body: JsonObject, sent: JsonObject): JsonObject {
  const stored = map.get(name);
  const provenance = wantedProvenance(call);
  const locked = call.profile.alertingVersions ? stringAt(sent, 'version') : undefined;
  if (stored !== undefined) {
    refuseProvenance(stored.provenance, provenance);
    if (locked !== undefined && locked !== '' && locked !== versionOf(stored.body)) {
      throw errutil(409, 'alerting.notifications.conflict', 'the provided version does not match the current one');
    }
  }
  const named: Named = { body, provenance };
  map.set(name, named);
  return shown(call, named);
}

function timingBody(sent: JsonObject, name: string): JsonObject {
  return { name, time_intervals: arrayAt(sent, 'time_intervals') ?? [] };
}

function drop(call: Call, of: (alerting: Alerting) => Map<string, Named>): Promise<Reply> {
  call.require(MAY_WRITE);
  return change(call, (alerting) => {
    const map = of(alerting);
    const stored = map.get(call.param('name'));
    if (stored !== undefined) {
      refuseProvenance(stored.provenance, wantedProvenance(call));
      map.delete(call.param('name'));
    }
    return new Reply(204, undefined);
  });
}
