import { arrayAt, isJsonObject, stringAt, type JsonObject } from '../../../pkg/lib/json/json.ts';
import { can } from './access.ts';
import type { Call } from './http/call.ts';
import { EMPTY_RECEIVER, type Alerting, type Provenance } from './model/alerting.ts';
import { accessDenied, errutil, problem } from './http/problems.ts';

/** Provenance that a write asks for: `api`, unless the header says otherwise. */
export function wantedProvenance(call: Call): Provenance {
  return call.headers['x-disable-provenance'] === undefined ? 'api' : '';
}

/** Provenance may be given to what has none, and may not be changed after that. */
export function refuseProvenance(call: Call, stored: Provenance, wanted: Provenance): void {
  if (stored === '' || stored === wanted) {
    return;
  }
  const message = `cannot change provenance from '${stored}' to '${wanted}'`;
  throw call.profile.major < 11 ? problem(500, message) : errutil(403, 'alerting.provenanceMismatch', message);
}

/**
 * Replacing a rule group is allowed more: what the API (or a Prometheus conversion) provisioned may become editable.
 */
export function refuseGroupProvenance(call: Call, stored: Provenance, wanted: Provenance): void {
  if (wanted !== '' || stored === 'file') {
    refuseProvenance(call, stored, wanted);
  }
}

export function requireRead(call: Call, finer: string): void {
  const allowed = call.profile.major < 11 ? ['alert.provisioning:read'] : ['alert.provisioning:read', finer];
  call.require(allowed);
}

export function requireWrite(call: Call, finer: string): void {
  const allowed = call.profile.major < 11 ? ['alert.provisioning:write'] : ['alert.provisioning:write', finer];
  call.require(allowed);
}

/** The notification side of an org; its Alertmanager is made by a job that runs once a minute. */
export function ready(call: Call): Alerting {
  if (!hasAlertmanager(call)) {
    throw withoutAlertmanager(call);
  }
  return call.org.alerting;
}

export function hasAlertmanager({ org, state, tuning }: Call): boolean {
  return org.madeByRequest === undefined || state.now() - org.madeByRequest >= tuning.alertingWarmUpMs;
}

/**
 * What the handlers answer until an org has its Alertmanager and the configuration of it (ngalert, api and notifier).
 */
export function withoutAlertmanager({ method, path, org }: Call): Error {
  const route = path.replace(/^\/api\/(v1\/provisioning|alertmanager\/grafana\/api\/v2)\//, '').split('/')[0] ?? '';
  if (route === 'policies') {
    return method === 'DELETE'
      ? problem(500, 'failed to reset notification policy tree')
      : problem(404, 'could not find an Alertmanager configuration');
  }
  if (route.startsWith('silence')) {
    const message = `Alertmanager does not exist for org ${org.id}`;
    return errutil(404, 'alerting.notifications.alertmanager.notFound', message);
  }
  if (route === 'contact-points' && method === 'GET') {
    const message = 'No alertmanager configuration present in this organization';
    return errutil(500, 'alerting.notification.configMissing', message);
  }
  if (route === 'mute-timings') {
    const one = path.includes('/mute-timings/');
    const read = one ? 'failed to get mute timing by name' : 'failed to get mute timings';
    return problem(500, { GET: read, POST: 'failed to create mute timing' }[method] ?? 'failed to update mute timing');
  }
  return problem(500, 'Internal Server Error');
}

/**
 * Runs a write as the server does: it reads the one document, takes a moment, and stores it if nobody else did
 * meanwhile.
 */
export async function writeDocument<T>(call: Call, change: (alerting: Alerting) => T): Promise<T> {
  const alerting = ready(call);
  const seen = alerting.revision;
  if (call.tuning.alertingWriteMs > 0) {
    await new Promise((resolve) => setTimeout(resolve, call.tuning.alertingWriteMs));
  }
  if (alerting.revision !== seen) {
    throw call.profile.alertingConflict === 409
      ? errutil(
          409,
          'alerting.notifications.alertmanager.versionConflict',
          'Alertmanager configuration was changed meanwhile',
        )
      : problem(500, 'an internal error occurred: the Alertmanager configuration version does not match');
  }
  const result = change(alerting);
  alerting.revision++;
  return result;
}

/** Names of a policy and everything below it, of one sort. */
export function namesInPolicy(policy: JsonObject, of: 'receiver' | 'timings'): string[] {
  const own =
    of === 'receiver'
      ? [stringAt(policy, 'receiver') ?? '']
      : ['mute_time_intervals', 'active_time_intervals'].flatMap((field) => (arrayAt(policy, field) ?? []).map(String));
  const below = (arrayAt(policy, 'routes') ?? []).filter(isJsonObject).flatMap((route) => namesInPolicy(route, of));
  return [...own, ...below].filter((name) => name !== '');
}

/** Receivers and timings that policies, trees and rules refer to. */
export function namesInUse(alerting: Alerting, of: 'receiver' | 'timings'): Set<string> {
  const trees = [...alerting.routingTrees.values()].flatMap(({ spec }) => {
    const defaults = isJsonObject(spec['defaults']) ? spec['defaults'] : {};
    return namesInPolicy({ ...defaults, routes: spec['routes'] ?? [] }, of);
  });
  const rules = [...alerting.rules.values()].flatMap((rule) => {
    const settings = rule.fields['notification_settings'];
    return isJsonObject(settings) ? namesInPolicy(settings, of) : [];
  });
  return new Set([...namesInPolicy(alerting.policy, of), ...trees, ...rules]);
}

/** Refuses a policy that names a receiver or timing that does not exist. */
export function refuseUnknownNames(alerting: Alerting, policy: JsonObject): void {
  const receivers = new Set(alerting.contactPoints.map((point) => point.name));
  if (alerting.hasEmptyReceiver) {
    receivers.add(EMPTY_RECEIVER);
  }
  const unknown =
    namesInPolicy(policy, 'receiver').find((name) => !receivers.has(name)) ??
    namesInPolicy(policy, 'timings').find((name) => !alerting.muteTimings.has(name));
  if (unknown !== undefined) {
    throw errutil(400, 'alerting.notifications.routes.invalid', `undefined receiver or time interval: "${unknown}"`);
  }
}

/** Decrypted settings are for those who may read secrets. */
export function requireSecrets(call: Call): void {
  const actions = ['alert.provisioning.secrets:read', 'alert.notifications.receivers.secrets:read'];
  if (!actions.some((action) => can(call.identity, action))) {
    throw accessDenied(`any of ${actions.join(', ')}`);
  }
}
