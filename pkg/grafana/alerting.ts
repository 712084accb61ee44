import pLimit from 'p-limit';
import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';
import { arrayAt, isJsonObject, type Json, type JsonObject } from '../lib/json/json.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import type { Capabilities } from './capabilities.ts';
import type { RequestOptions } from './http/client-options.ts';
import { GrafanaError, isGrafanaError } from './http/errors.ts';
import type { KindContext, Serving } from './kinds/kind.ts';
import { valueIf } from '../lib/expected-errors.ts';

const PROVISIONING = '/api/v1/provisioning/';
/** The one route that says plainly whether the org has its Alertmanager. */
const POLICIES = `${PROVISIONING}policies`;

/** What reading notifications needs, as declarations say it. */
export const NOTIFICATION_RIGHT = 'alert.provisioning:read (alert.notifications:read from Grafana 11)';

/**
 * A new org's Alertmanager is made by a job that runs every minute (ngalert notifier SyncOrgsPollInterval), so two
 * minutes are enough; terraform-provider-grafana waits as long.
 */
const READY_WITHIN_MS = 120_000;
const READY_PAUSE_MS = 2_000;

/** Collisions pass as soon as the other writer is done. */
const COLLISION_ATTEMPTS = 8;
/** A write whose answer was lost may have been stored or not. */
const LOST_ANSWER_ATTEMPTS = 3;
const COLLISION_PAUSE_MS = 200;
const COLLISION_PAUSE_MAX_MS = 5_000;

/**
 * What Grafana answers while an org has no running Alertmanager: 404 and 409 from the Alertmanager API (ngalert
 * api_alertmanager.go), 500 `alerting.notification.configMissing` and, for policies, 404 from the provisioning API
 * (grafana#128258). Its other routes answer 500 without saying why.
 */
const NOT_READY_REASONS = new Set([
  'alerting.notification.configMissing',
  'alerting.notifications.alertmanager.notFound',
]);
const NOT_READY_MESSAGE =
  /alertmanager (is )?not ready|alertmanager does not exist|no alertmanager|could not find an alertmanager conf/i;
/** Statuses under which the routes of alerting hide that there is no Alertmanager yet. */
const MAY_BE_TOO_EARLY = new Set([404, 500]);

/** Another writer changed the one Alertmanager document (grafana#131069), or one object of it under `/apis`. */
const COLLISION_REASONS = new Set(['alerting.notifications.alertmanager.versionConflict', 'Conflict']);
/** A 500 that says one of these is a refusal in disguise; repeating it would not help. */
const LASTING_FAILURE = /provenance|already exist|not found|could not find|invalid|not valid|required|currently used/i;

/** Path in the alerting provisioning API; each segment is encoded. */
export function provisioningPath(...segments: string[]): string {
  return PROVISIONING + segments.map(encodeURIComponent).join('/');
}

/** Whether this Grafana says that it has alerting at all: any proxy can answer 404. Waits for that of a new org. */
export function alertingServed(context: KindContext): Promise<Serving> {
  return context.memo('alerting-served', async (): Promise<Serving> => {
    if (context.capabilities.turnedOff.includes('unifiedAlertingEnabled')) {
      return { served: false, reason: reason('alerting-off') };
    }
    try {
      await readAlerting(context, POLICIES);
      presentIn(context).add(context.org.id);
    } catch (error) {
      if (saysNotReady(error)) {
        const minutes = READY_WITHIN_MS / 60_000;
        const why = reason('alerting-late', { org: context.org.name, minutes: String(minutes) });
        return { served: false, reason: why, failed: true };
      }
      // Whatever else it is, the listing meets it again and names it.
      if (!(error instanceof GrafanaError)) {
        throw error;
      }
    }
    return { served: true };
  });
}

/** Reads, waiting for the Alertmanager of a new org. */
export function readAlerting(context: KindContext, path: string, options: RequestOptions = {}): Promise<Json> {
  return whenReady(context, () => context.grafana.get(path, { ...options, signal: context.signal }));
}

/**
 * A list of the provisioning API; `null` is how Grafana writes an empty one.
 * @throws DK_GRAFANA_ANSWER when the answer is something else.
 */
export async function readAlertingList(
  context: KindContext,
  path: string,
  options: RequestOptions = {},
): Promise<JsonObject[]> {
  const answer = await readAlerting(context, path, { list: true, ...options });
  if (answer === null) {
    return [];
  }
  if (!Array.isArray(answer) || !answer.every(isJsonObject)) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: the response is not a list`);
  }
  return answer;
}

/** Whether the org has alert rules, whose alerts go somewhere. */
export async function hasAlertRules(context: KindContext): Promise<boolean> {
  return (await readAlertingList(context, provisioningPath('alert-rules'), { keep: ['uid'] })).length > 0;
}

/**
 * One write after another within the org: all notification resources share one Alertmanager document, and concurrent
 * writers of it get 409 or, in older versions, a 500 that says nothing. Both are repeated, and so is a write whose
 * answer was lost; `send` must be safe to repeat.
 */
export async function writeAlerting<T>(context: KindContext, send: (attempt: number) => Promise<T>): Promise<T> {
  const oneByOne = await context.memo('alerting-writes', async () => pLimit(1));
  return oneByOne(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await whenReady(context, () => send(attempt));
      } catch (error) {
        if (attempt >= attemptsFor(error)) {
          throw error;
        }
        const pause = Math.min(COLLISION_PAUSE_MAX_MS, COLLISION_PAUSE_MS * 2 ** (attempt - 1));
        context.log.debug({ attempt, pause }, 'an alerting write conflicted or got no response; it is retried');
        await context.clock.sleep(pause, context.signal);
      }
    }
  });
}

function attemptsFor(error: unknown): number {
  if (!(error instanceof GrafanaError)) {
    return 1;
  }
  if (error.httpStatus === 0) {
    return LOST_ANSWER_ATTEMPTS;
  }
  const collided =
    error.httpStatus === 409
      ? COLLISION_REASONS.has(error.reason ?? '')
      : // oxlint-disable-next-line dashkeep/syntax -- Grafana answers 500 to both
        error.httpStatus === 500 && !LASTING_FAILURE.test(error.grafanaMessage);
  return collided ? COLLISION_ATTEMPTS : 1;
}

/** Sends again until the Alertmanager is there, or the time for that is over. */
async function whenReady<T>(context: KindContext, send: () => Promise<T>): Promise<T> {
  let waited = false;
  try {
    for (;;) {
      try {
        return await send();
      } catch (error) {
        if (!(await isNotReady(context, error))) {
          throw error;
        }
        if (context.clock.monotonic() >= readyBy(context)) {
          throw neverReady(context, error);
        }
        waited = true;
        const waitingFor = `waiting for Grafana to start alerting in organization '${context.org.name}'`;
        context.onWait?.(waitingFor);
        context.log.info({ org: context.org.id }, waitingFor);
        await context.clock.sleep(READY_PAUSE_MS, context.signal);
      }
    }
  } finally {
    if (waited) {
      context.onWait?.(undefined);
    }
  }
}

/** The same failure with its cause, which most routes do not name. */
function neverReady({ org }: KindContext, error: unknown): unknown {
  if (!(error instanceof GrafanaError)) {
    return error;
  }
  const message = `${error.grafanaMessage} (no Alertmanager in organization '${org.name}' yet)`;
  const answer = compact({ status: error.httpStatus, message, reason: error.reason });
  return new GrafanaError(error.code, error, answer, { cause: error });
}

/** One deadline for all kinds of a run and org, so that an org that never gets ready costs two minutes once. */
const deadlines = new WeakMap<Capabilities, Map<number, number>>();

function readyBy({ capabilities, clock, org }: KindContext): number {
  const ofRun = deadlines.get(capabilities) ?? new Map<number, number>();
  deadlines.set(capabilities, ofRun);
  const deadline = ofRun.get(org.id) ?? clock.monotonic() + READY_WITHIN_MS;
  ofRun.set(org.id, deadline);
  return deadline;
}

function saysNotReady(error: unknown): boolean {
  return (
    error instanceof GrafanaError &&
    // oxlint-disable-next-line dashkeep/syntax -- older releases of Grafana name no reason
    (NOT_READY_REASONS.has(error.reason ?? '') || NOT_READY_MESSAGE.test(error.grafanaMessage))
  );
}

/**
 * A new org also answers 403 for a while (terraform-provider-grafana). It is distinguished from a missing right by
 * asking for the caller's rights: anyone who has rights in alerting and gets a 403 all the same came too early.
 */
async function isNotReady(context: KindContext, error: unknown): Promise<boolean> {
  if (saysNotReady(error)) {
    return true;
  }
  if (!(error instanceof GrafanaError)) {
    return false;
  }
  if (error.httpStatus === 403) {
    // oxlint-disable-next-line dashkeep/syntax -- Grafana answers 403 to both
    const early = context.org.id > 1 && !LASTING_FAILURE.test(error.grafanaMessage);
    return early && (await hasProvisioningRights(context));
  }
  return MAY_BE_TOO_EARLY.has(error.httpStatus) && error.path !== POLICIES && !(await hasAlertmanager(context));
}

/** Asked each time, until it is there once. */
async function hasAlertmanager(context: KindContext): Promise<boolean> {
  const { grafana, org, signal } = context;
  const known = presentIn(context);
  if (known.has(org.id)) {
    return true;
  }
  try {
    await grafana.get(POLICIES, { signal });
  } catch (error) {
    if (saysNotReady(error)) {
      return false;
    }
    if (!(error instanceof GrafanaError)) {
      throw error;
    }
  }
  known.add(org.id);
  return true;
}

/** Orgs that have had their Alertmanager in this run. */
const present = new WeakMap<Capabilities, Set<number>>();

function presentIn({ capabilities }: KindContext): Set<number> {
  const known = present.get(capabilities) ?? new Set<number>();
  present.set(capabilities, known);
  return known;
}

function hasProvisioningRights(context: KindContext): Promise<boolean> {
  return context.memo('alerting-rights', async () => {
    const rights = await context.grafana
      .get('/api/access-control/user/permissions', { query: { reloadcache: true }, signal: context.signal })
      .catch(valueIf(isGrafanaError, undefined));
    return arrayAt(rights, 'alert.provisioning:read') !== undefined;
  });
}
