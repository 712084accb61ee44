import { compact } from '../contract/compact.ts';
import { arrayAt, objectAt, stringAt, type Json } from '../lib/json/json.ts';
import { DashkeepError } from '../contract/errors.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import type { GrafanaClient } from './http/client.ts';
import { valueIf } from '../lib/expected-errors.ts';
import { GrafanaError, isForbidden } from './http/errors.ts';

const FEATURES = ['unifiedAlertingEnabled', 'publicDashboardsEnabled', 'snapshotEnabled'] as const;

/** What Grafana can be configured to lack, as its settings for the browser name it. */
export type Feature = (typeof FEATURES)[number];

/** Where those settings name what is turned on. */
const NAMED_IF_ON = {
  ssoSettingsApi: ['featureToggles'],
  'dspermissions.enforcement': ['licenseInfo', 'enabledFeatures'],
} as const;

/** What one Grafana is and serves, found by asking it. */
export interface Capabilities {
  /** As Grafana says it; empty when it hides its version. */
  version: string;
  edition?: string;
  /** Whether people without an account may look around (`[auth.anonymous]`). */
  anonymous?: true;
  /** Where people open it (`root_url`). */
  appUrl?: string;
  /** What its configuration turns off. */
  turnedOff: readonly Feature[];
  /** What its configuration or license says that it has. */
  turnedOn?: readonly (keyof typeof NAMED_IF_ON)[];
  /** Major and minor; undefined when the version is hidden or not of that form. */
  major?: number;
  minor?: number;
  /** Kubernetes-style groups under `/apis` with their versions, the server's preferred one first. */
  groups: ReadonlyMap<string, readonly string[]>;
  /** Whether these were refused: an account without a role in the organization may not ask for them. */
  groupsRefused?: true;
}

/** Whether the version is known to be at least major.minor; false when it is hidden. */
export function atLeast(capabilities: Capabilities, major: number, minor = 0): boolean {
  const { major: have, minor: haveMinor = 0 } = capabilities;
  return have !== undefined && (have > major || (have === major && haveMinor >= minor));
}

/**
 * The versions of a group that may be used: `/apis` is for production from Grafana 12 on; 10 and 11 only have
 * experimental remains of it (its documentation: "available in Grafana 12 and later").
 */
export function servedVersions(capabilities: Capabilities, group: string): readonly string[] {
  const tooOld = capabilities.major !== undefined && capabilities.major < 12;
  return tooOld ? [] : (capabilities.groups.get(group) ?? []);
}

/**
 * Asks a Grafana what it is.
 * @throws DK_GRAFANA_VERSION below 10.4, DK_GRAFANA_FAILED while its database is down, or what the requests throw.
 */
export async function discover(grafana: GrafanaClient, signal?: AbortSignal): Promise<Capabilities> {
  const asked = { build: buildInfo(grafana, signal), groups: groupsOf(grafana, signal) };
  const health = await firstOf(healthOf(grafana, signal), asked.build, asked.groups);
  if (objectAt(health) === undefined) {
    throw notGrafana(grafana.url);
  }
  const build = await asked.build;
  const version = stringAt(health, 'version') ?? build.version ?? '';
  const numbers = /^v?(\d+)\.(\d+)/.exec(version);
  const major = numbers === null ? undefined : Number(numbers[1]);
  const minor = numbers === null ? undefined : Number(numbers[2]);
  if (major !== undefined && minor !== undefined && (major < 10 || (major === 10 && minor < 4))) {
    throw new DashkeepError('DK_GRAFANA_VERSION', `Grafana ${version} is older than 10.4`);
  }
  return {
    ...build,
    version,
    ...(major === undefined ? {} : { major, minor }),
    ...(await asked.groups),
  };
}

const HEALTH = '/api/health';

/** Everyone may read it: a refusal comes from something else than Grafana. */
async function healthOf(grafana: GrafanaClient, signal?: AbortSignal): Promise<Json> {
  try {
    return await grafana.get(HEALTH, { signal });
  } catch (error) {
    const { code, httpStatus } = error instanceof GrafanaError ? error : { code: undefined, httpStatus: 0 };
    if (
      code === 'DK_GRAFANA_ANSWER' ||
      (httpStatus >= 300 && httpStatus < 500 && ![401, 408, 429].includes(httpStatus))
    ) {
      throw notGrafana(grafana.url, httpStatus);
    }
    if (error instanceof GrafanaError && httpStatus === 401 && error.path === HEALTH) {
      const answer = { status: httpStatus, message: error.grafanaMessage };
      throw new GrafanaError(error.code, error, answer, { cause: error, advice: reason('check-credentials-or-proxy') });
    }
    throw error;
  }
}

/** @param status - of the response to `/api/health`, where it is not 200 */
export function notGrafana(url: string, status = 0): DashkeepError {
  const said = status === 0 ? '' : ` (HTTP ${status})`;
  return new DashkeepError('DK_GRAFANA_ANSWER', `${url} does not respond like Grafana${said}`, {
    advice: reason('check-grafana-address'),
  });
}

/**
 * Awaits what counts first; what goes wrong with the others is thrown when they are awaited in their turn, or never.
 */
export async function firstOf<T>(first: Promise<T>, ...others: Promise<unknown>[]): Promise<T> {
  for (const other of others) {
    other.catch(() => undefined);
  }
  return first;
}

/** Needs a signed-in caller; some installations hide the version from `/api/health`. */
async function buildInfo(
  grafana: GrafanaClient,
  signal?: AbortSignal,
): Promise<Pick<Capabilities, 'edition' | 'anonymous' | 'appUrl' | 'turnedOff' | 'turnedOn'> & { version?: string }> {
  const settings = await optional(grafana.get('/api/frontend/settings', { signal }));
  const [version, edition] = [stringAt(settings, 'buildInfo', 'version'), stringAt(settings, 'buildInfo', 'edition')];
  const anonymous = objectAt(settings)?.['anonymousEnabled'] === true ? true : undefined;
  const turnedOff = FEATURES.filter((name) => objectAt(settings)?.[name] === false);
  const turnedOn = (Object.keys(NAMED_IF_ON) as (keyof typeof NAMED_IF_ON)[]).filter(
    (name) => objectAt(settings, ...NAMED_IF_ON[name])?.[name] === true,
  );
  return compact({ version, edition, anonymous, appUrl: stringAt(settings, 'appUrl'), turnedOff, turnedOn });
}

async function groupsOf(
  grafana: GrafanaClient,
  signal?: AbortSignal,
): Promise<Pick<Capabilities, 'groups' | 'groupsRefused'>> {
  const answer = await optional(grafana.get('/apis', { signal }).catch(valueIf(isForbidden, 'refused' as const)));
  if (answer === 'refused') {
    return { groups: new Map(), groupsRefused: true };
  }
  const groups = new Map<string, string[]>();
  for (const group of arrayAt(answer, 'groups') ?? []) {
    const name = stringAt(group, 'name');
    const preferred = stringAt(group, 'preferredVersion', 'version');
    const versions = (arrayAt(group, 'versions') ?? []).flatMap((version) => stringAt(version, 'version') ?? []);
    if (name !== undefined) {
      const rest = versions.filter((version) => version !== preferred);
      groups.set(name, preferred === undefined ? rest : [preferred, ...rest]);
    }
  }
  return { groups };
}

/** Discovery answers that may be absent (404), forbidden or, behind a proxy, not JSON at all. */
async function optional<T>(value: Promise<T>): Promise<T | undefined> {
  try {
    return await value;
  } catch (error) {
    const absent = error instanceof GrafanaError && [403, 404, 405, 406].includes(error.httpStatus);
    if (absent || (error instanceof GrafanaError && error.code === 'DK_GRAFANA_ANSWER')) {
      return undefined;
    }
    throw error;
  }
}
