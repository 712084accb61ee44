import { objectAt } from '../../contract/json.ts';
import { alertingServed, provisioningPath, readAlerting, readAlertingList, writeAlerting } from '../alerting.ts';
import { ifFound } from '../errors.ts';
import {
  copyNamed,
  forecastByProvenance,
  namedContent,
  provenanceHeaders,
  requiredString,
  without,
} from '../provenance.ts';
import type { Content, Kind, KindContext } from './kind.ts';

/**
 * Notification templates; the name is the identity. One PUT creates and updates. The `version` that newer Grafana gives
 * out is an optional lock: left out, the write is unconditional (ngalert templates.go checkOptimisticConcurrency).
 */
export const notificationTemplate: Kind = {
  name: 'notification-template',
  declaration: {
    plural: 'Notification templates',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: [],
    minimumVersion: '10.4',
    rights: ['alert.provisioning:read'],
  },
  dependsOn: [],
  writes: 'serial',
  serves: alertingServed,

  async *list(context) {
    const path = provisioningPath('templates');
    for (const template of await readAlertingList(context, path)) {
      const name = requiredString(template, 'name', path);
      yield { uid: name, title: name, content: namedContent(template, name) };
    }
  },

  read: (context, { uid }) => readTemplate(context, uid),

  references: () => [],
  copy: copyNamed,
  forecast: forecastByProvenance,

  async write(context, item) {
    const body = without(objectAt(item.content.body) ?? {}, 'name');
    const headers = provenanceHeaders(item.live?.provenance);
    await writeAlerting(context, () =>
      context.grafana.put(provisioningPath('templates', item.uid), body, { headers, signal: context.signal }),
    );
    return { uid: item.uid, losses: [] };
  },

  async remove(context, uid) {
    const headers = provenanceHeaders((await readTemplate(context, uid))?.provenance);
    await writeAlerting(context, () =>
      ifFound(context.grafana.delete(provisioningPath('templates', uid), { headers, signal: context.signal })),
    );
  },
};

async function readTemplate(context: KindContext, name: string): Promise<Content | undefined> {
  const found = await ifFound(readAlerting(context, provisioningPath('templates', name)));
  return found === undefined ? undefined : namedContent(objectAt(found) ?? {}, name);
}
