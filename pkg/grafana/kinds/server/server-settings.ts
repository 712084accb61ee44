import { reason } from '../../../contract/reasons/catalogue.ts';
import { resourceIn } from '../../http/expected.ts';
import { objectAt, without } from '../../../lib/json/json.ts';
import type { Kind, KindContext } from '../kind.ts';
import type { Content } from '../content.ts';

const TITLE = 'Server settings';

/** What changes although nobody configured anything. */
const UNSTABLE = {
  // The host by default: in Kubernetes, the name of the pod.
  DEFAULT: 'instance_name',
  // It no longer has an effect: Grafana shows it only from its first start to its first restart.
  rbac: 'enabled',
};

/**
 * What `GET /api/admin/settings` shows of Grafana's configuration, archived only: it cannot be written, and Grafana
 * masks its secrets. One resource with uid `settings`.
 */
export const serverSettings: Kind = {
  name: 'server-settings',
  declaration: {
    plural: 'Server settings',
    scope: 'server',
    restored: 'no',
    identity: 'not restored, for reference only',
    lost: ['passwords and keys, which Grafana masks'],
    minimumVersion: '10.4',
    rights: ['settings:read on settings:*, as a server admin'],
  },
  dependsOn: [],
  writes: 'serial',

  async serves(context) {
    return context.serverAdmin ? { served: true } : { served: false, reason: reason('needs-server-admin') };
  },

  async *list(context) {
    yield { uid: 'settings', title: TITLE, content: await readSettings(context) };
  },

  read: readSettings,
  references: () => [],
};

async function readSettings(context: KindContext): Promise<Content> {
  const path = '/api/admin/settings';
  const body = resourceIn(await context.grafana.get(path, { signal: context.signal }), path, 'DEFAULT');
  const stable = Object.entries(UNSTABLE).flatMap(([section, field]) => {
    const settings = objectAt(body, section);
    return settings === undefined ? [] : [[section, without(settings, field)]];
  });
  return { body: { ...body, ...Object.fromEntries(stable) }, title: TITLE };
}
