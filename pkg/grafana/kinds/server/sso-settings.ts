import { atLeast } from '../../capabilities.ts';
import { stringAt, type Json, type JsonObject, without } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { ifFound, isNotFound } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import { objectsOf } from '../../http/pagination/lists.ts';
import type { Kind, Serving } from '../kind.ts';
import type { Content } from '../content.ts';
import { valueIf } from '../../../lib/expected-errors.ts';

const PATH = '/api/v1/sso-settings';

/**
 * Single sign-on settings per provider, archived only: Grafana shows secrets as a mask (`*********`), and writing the
 * mask back would store it. `settings:read` is given to server admins; before Grafana 12 the API can be turned off, and
 * answers 404: the settings then don't name its toggle.
 */
export const ssoSettings: Kind = {
  name: 'sso-settings',
  declaration: {
    plural: 'Single sign-on settings',
    scope: 'server',
    restored: 'no',
    identity: 'not restored, for reference only',
    lost: ['client secrets, which Grafana masks'],
    minimumVersion: '10.4',
    rights: ['settings:read on settings:auth.*:*, as a server admin'],
  },
  dependsOn: [],
  writes: 'serial',

  async serves(context): Promise<Serving> {
    if (!context.serverAdmin) {
      return { served: false, reason: reason('needs-server-admin') };
    }
    const found = context.grafana.get(PATH, { signal: context.signal }).then(() => ({ served: true }) as const);
    const { capabilities } = context;
    const hasIt = atLeast(capabilities, 12) || capabilities.turnedOn?.includes('ssoSettingsApi') === true;
    const mayLack = (error: unknown): boolean => isNotFound(error) && !hasIt;
    return found.catch(valueIf(mayLack, { served: false, reason: reason('no-sso-api') }));
  },

  async *list(context) {
    for (const item of objectsOf(await context.grafana.get(PATH, { signal: context.signal }), PATH)) {
      const content = contentOf(item);
      yield { uid: content.title, title: content.title, content };
    }
  },

  async read(context, listed) {
    const path = `${PATH}/${encodeURIComponent(listed.uid)}`;
    const answer: Json | undefined = await ifFound(context.grafana.get(path, { signal: context.signal }));
    return answer === undefined ? undefined : contentOf(resourceIn(answer, path, 'provider', listed.uid));
  },

  references: () => [],
};

function contentOf(item: JsonObject): Content {
  return { body: without(item, 'id'), title: stringAt(item, 'provider') ?? '' };
}
