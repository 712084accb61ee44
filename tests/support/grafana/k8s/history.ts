import type { Call } from '../http/call.ts';
import type { Stored } from '../model/stored.ts';
import { k8sStatus } from '../http/problems.ts';
import type { K8sKind } from './kind.ts';
import type { Page } from './pages.ts';

/**
 * One page of a history in unified storage in SQL, from one write on and oldest first. A name is asked for, and an
 * empty one is that of every object (toListRequest in pkg/storage/unified/apistore/util.go of 12.4).
 */
export function historyPage<T extends Stored>(call: Call, kind: K8sKind<T>, visible: (item: T) => boolean): Page<T> {
  const [, name] = /^metadata\.name=(.*)$/.exec(call.query.get('fieldSelector') ?? '') ?? [];
  if (name === undefined) {
    throw k8sStatus(400, 'BadRequest', 'metadata.name field selector required for history requests');
  }
  const { versions } = call.state;
  const resourceVersion = versions.of(call.tuning.listStorage, kind.resource, kind.items(call.org).values());
  const from = call.number('resourceVersion', 0);
  if (from > Number(resourceVersion)) {
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    const message = `Timeout: Too large resource version: ${from}, current: ${resourceVersion}`;
    throw k8sStatus(504, 'Timeout', message, {}, { causes });
  }
  const written = (kind.history?.(call.org) ?? []).filter(
    (item) => Number(item.resourceVersion) >= from && (name === '' || item.uid === name) && visible(item),
  );
  const items: T[] = [];
  let bytes = 0;
  for (const item of written) {
    if (items.length >= call.number('limit', written.length) || bytes >= call.tuning.pageBytes) {
      break;
    }
    items.push(item);
    bytes += kind.size(item);
  }
  // Its token leaves out what was written before the last deletion: no test goes on with it.
  return { items, next: items.length < written.length ? 'not-followed' : '', resourceVersion };
}
