import { objectAt, without } from '../../../lib/json/json.ts';
import { provisioningPath } from '../../alerting.ts';
import { namedKind } from './named.ts';

const PATH = 'templates';

/**
 * Notification templates; the name is the identity. One PUT creates and updates. The `version` that newer Grafana gives
 * out is an optional lock: left out, the write is unconditional (ngalert templates.go checkOptimisticConcurrency).
 */
export const notificationTemplate = namedKind({
  name: 'notification-template',
  plural: 'Notification templates',
  path: PATH,

  send({ grafana, signal }, { item, headers }) {
    const body = without(objectAt(item.content.body) ?? {}, 'name');
    return grafana.put(provisioningPath(PATH, item.uid), body, { headers, signal });
  },
});
