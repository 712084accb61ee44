import { apisPath } from '../../../apis.ts';
import { servedVersions } from '../../../capabilities.ts';
import type { KindContext } from '../../kind.ts';

/** The group of the API that serves folders. */
export const GROUP = 'folder.grafana.app';

/** Preferred first; both have the same spec. */
const VERSIONS = ['v1', 'v1beta1'];
/** The version of the API to use; undefined where this Grafana has none that serves folders. */
export function usableVersion(context: KindContext): string | undefined {
  const served = servedVersions(context.capabilities, GROUP);
  return VERSIONS.find((version) => served.includes(version));
}

/** The path of all folders in that version of the API. */
export function foldersPath(context: KindContext, version: string): string {
  return apisPath(GROUP, version, context.namespace, 'folders');
}
