import { DashkeepError } from '../../../../contract/errors.ts';
import { reason } from '../../../../contract/reasons/catalogue.ts';
import { objectAt, stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import { apisPath } from '../../../apis.ts';
import { servedVersions } from '../../../capabilities.ts';
import { ifFound } from '../../../http/errors.ts';
import { resourceIn } from '../../../http/expected.ts';
import type { KindContext, Listed } from '../../kind.ts';
import type { Content } from '../../content.ts';
import { contentOfObject, GROUP, LEAVE_SPEC } from './content.ts';

/** Versions whose specs we know, in the order in which one is chosen to list with when nothing is known yet. */
const VERSIONS = ['v1', 'v1beta1', 'v0alpha1', 'v2', 'v2beta1', 'v2alpha1'];

/** Versions of the dashboard API that this Grafana serves and we know, ours first. Empty = use the legacy API. */
export function usableVersions(context: KindContext): string[] {
  const served = servedVersions(context.capabilities, GROUP);
  return VERSIONS.filter((version) => served.includes(version));
}

/** @returns the path of the dashboards of an organization in one version of the API */
export function dashboardsPath(context: KindContext, version: string): string {
  return apisPath(GROUP, version, context.namespace, 'dashboards');
}

/**
 * The version that an object names as the one it is stored in; when the server doesn't say, it was not converted. Not
 * always true of an object in its own version: Grafana keeps the status of the state that an update converted.
 */
export function storedVersion(object: JsonObject, askedFor: string): string {
  const stored = stringAt(object, 'status', 'conversion', 'storedVersion');
  return stored === undefined || stored === '' ? askedFor : (stored.split('/').at(-1) ?? askedFor);
}

/** One dashboard at the version it is stored in. @throws DK_GRAFANA_ANSWER if Grafana does not return it */
export async function readApis(
  context: KindContext,
  { uid, storedVersion: listed }: Listed,
): Promise<Content | undefined> {
  const usable = usableVersions(context);
  const asked = listed !== undefined && usable.includes(listed) ? listed : (usable[0] ?? 'v1');
  const object = await getObject(context, uid, asked);
  if (object === undefined) {
    return undefined;
  }
  const stored = storedVersion(object, asked);
  if (stored === asked) {
    return contentOfObject(object);
  }
  const faithful = await getObject(context, uid, stored);
  if (faithful !== undefined) {
    const isStale =
      storedVersion(faithful, stored) === asked && (await thirdSays(context, uid, [asked, stored])) === asked;
    return contentOfObject(isStale ? object : faithful);
  }
  // Not there at that version may mean gone, or that Grafana does not serve what it stores: never mistake one for the
  // other.
  if ((await getObject(context, uid, asked)) === undefined) {
    return undefined;
  }
  throw new DashkeepError('DK_GRAFANA_ANSWER', `it is stored as ${stored}, which this Grafana does not return`, {
    advice: reason('enable-dashboard-version'),
  });
}

/** What is stored, where two versions each name the other: in a third one it is surely converted, and says of what. */
async function thirdSays(context: KindContext, uid: string, two: readonly string[]): Promise<string | undefined> {
  const third = usableVersions(context).find((version) => !two.includes(version));
  const object = third === undefined ? undefined : await getObject(context, uid, third);
  return third === undefined || object === undefined ? undefined : storedVersion(object, third);
}

/** @throws DK_GRAFANA_ANSWER if it is another one */
export async function getObjectAt(
  { grafana, signal }: KindContext,
  path: string,
  uid: string,
): Promise<JsonObject | undefined> {
  const object = await ifFound(grafana.get(path, { leave: LEAVE_SPEC, signal }));
  if (object !== undefined) {
    resourceIn(objectAt(object, 'metadata'), path, 'name', uid);
  }
  return objectAt(object);
}

function getObject(context: KindContext, uid: string, version: string): Promise<JsonObject | undefined> {
  return getObjectAt(context, `${dashboardsPath(context, version)}/${encodeURIComponent(uid)}`, uid);
}
