import { objectAt } from '../../../contract/json.ts';
import { apisPath, createOrReplace } from '../../apis.ts';
import { placement } from '../folder.ts';
import type { Restorable, WriteContext } from '../kind.ts';
import { GROUP, isV2Version } from './content.ts';

/** Writes a dashboard through `/apis` in the version it was stored in, so that nothing is converted. */
export async function writeApis(context: WriteContext, item: Restorable, version: string): Promise<void> {
  const body = objectAt(item.content.body) ?? {};
  const { uid: _, ...classic } = body;
  const spec = isV2Version(version) ? (objectAt(body, 'spec') ?? {}) : classic;
  const exists = item.live !== undefined;
  await createOrReplace(
    context.grafana,
    apisPath(GROUP, version, context.namespace, 'dashboards'),
    {
      apiVersion: `${GROUP}/${version}`,
      kind: 'Dashboard',
      metadata: {
        name: item.uid,
        annotations: { ...placement(item.content, exists), 'grafana.app/message': 'Restored by Dashkeep' },
      },
      spec,
    },
    exists,
    context.signal,
    item.live?.liveVersion,
  );
}
