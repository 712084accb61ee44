import type { Call } from '../call.ts';
import { errutil, problem } from '../problems.ts';
import type { Alerting, Provenance } from './model.ts';

/** Long enough that two writers who start together both read the document before either writes it. */
const WRITE_MS = 3;

export const MAY_READ = ['alert.provisioning:read', 'alert.notifications:read'];
export const MAY_WRITE = ['alert.provisioning:write', 'alert.notifications:write'];

/** The org's alerting, unless its Alertmanager is still being made. */
export function alertingOf(call: Call): Alerting {
  if (call.state.now() < call.org.created + call.tuning.alertingWarmUpMs) {
    throw errutil(
      500,
      'alerting.notification.configMissing',
      'No alertmanager configuration present in this organization',
    );
  }
  return call.org.alerting;
}

/** Reads the one Alertmanager document, changes it and writes it back, unless somebody else wrote it meanwhile. */
export async function change<T>(call: Call, apply: (alerting: Alerting) => T): Promise<T> {
  const alerting = alertingOf(call);
  const read = alerting.revision;
  await new Promise((resolve) => setTimeout(resolve, WRITE_MS));
  if (call.org.alerting !== alerting || alerting.revision !== read) {
    throw call.profile.alertingConflict === 409
      ? errutil(
          409,
          'alerting.notifications.alertmanager.versionConflict',
          'The configuration was changed by another writer',
        )
      : problem(500, 'Internal Server Error');
  }
  const result = apply(alerting);
  alerting.revision++;
  return result;
}

/** What a write through the provisioning API leaves as provenance. */
export function wantedProvenance(call: Call): Provenance {
  return call.header('x-disable-provenance') === '' ? 'api' : '';
}

/** Provenance may be given, never taken away or changed. */
export function refuseProvenance(stored: Provenance, wanted: Provenance): void {
  if (stored !== '' && stored !== wanted) {
    throw problem(500, `cannot change provenance from '${stored}' to '${wanted}'`);
  }
}

export function invalid(why: string): Error {
  return problem(400, `invalid object specification: ${why}`);
}
