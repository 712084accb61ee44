import { objectAt, type Json } from '../../../../lib/json/json.ts';
import { apisPath, createOrReplace } from '../../../apis.ts';
import { placement } from '../folder/content.ts';
import type { Restorable, WriteContext } from '../../kind.ts';
import { textOf } from '../../text-content.ts';
import { GROUP, isV2Version } from './content.ts';
import { withoutUid } from '../../../../lib/json/patch-text.ts';

/** Writes a dashboard through `/apis` in the version it was stored in, so that nothing is converted. */
export async function writeApis(context: WriteContext, item: Restorable, version: string): Promise<void> {
  const exists = item.live !== undefined;
  await createOrReplace(
    context.grafana,
    apisPath(GROUP, version, context.namespace, 'dashboards'),
    {
      apiVersion: `${GROUP}/${version}`,
      kind: 'Dashboard',
      metadata: {
        name: item.uid,
        annotations: { ...placement(item.content, exists), 'grafana.app/message': context.message },
      },
      spec: specOf(item, version),
    },
    exists,
    context.signal,
    item.live?.liveVersion,
  );
}

function specOf({ uid, content }: Restorable, version: string): Json {
  const text = isV2Version(version) ? undefined : textOf(content);
  const asStored = text === undefined ? undefined : withoutUid(text, uid);
  if (asStored !== undefined) {
    return asStored;
  }
  const body = objectAt(content.body) ?? {};
  const { uid: _, ...classic } = body;
  return isV2Version(version) ? (objectAt(body, 'spec') ?? {}) : classic;
}
