import { compact } from '../../../contract/compact.ts';
import { numberAt, objectAt, stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import { orgNamed, orgsOfRun, UNREAD_NAME } from '../../orgs.ts';
import { withoutEmpty } from '../../natural-key.ts';
import type { Kind, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';

/**
 * Organizations, by name: Grafana hands out numeric ids. An org of the same name is the same org; nothing is ever
 * deleted.
 */
export const org: Kind = {
  name: 'org',
  declaration: {
    plural: 'Organizations',
    scope: 'server',
    restored: 'yes',
    identity: 'name kept; new numeric ID',
    lost: ['numeric ID (and with it the namespace org-N)'],
    minimumVersion: '10.4',
    rights: ['a server admin with basic authentication'],
  },
  dependsOn: [],
  writes: 'serial',
  // An organization is a tenant, not a resource that went missing, and without --everything its content stays out.
  createdOnRequest: true,

  async serves(context) {
    return context.serverAdmin ? { served: true } : { served: false, reason: reason('needs-server-admin') };
  },

  async *list(context) {
    for (const item of await orgsOfRun(context)) {
      const name = stringAt(item, 'name') ?? '';
      yield { uid: name, title: name };
    }
  },

  async read(context, listed) {
    if (listed.uid === UNREAD_NAME) {
      throw refusal('DK_GRAFANA_TOO_LARGE', reason('name-too-long'));
    }
    const answer = await orgNamed(context.grafana, listed.uid, context.signal);
    return answer === undefined ? undefined : orgContent(answer);
  },

  references: () => [],
  write,
};

/** What the API returns of an organization, as content. */
export function orgContent(answer: Json): Content {
  const name = stringAt(answer, 'name') ?? '';
  const id = numberAt(answer, 'id');
  const address = withoutEmpty(objectAt(answer, 'address') ?? {});
  return {
    body: { name, ...withoutEmpty({ address }) },
    title: name,
    // Most have no address, and then there is nothing that could be lost.
    ...(Object.keys(address).length === 0 ? { pristine: true } : {}),
    ...compact({ facts: id === undefined ? undefined : { id } }),
  };
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  if (item.live === undefined) {
    await grafana.post('/api/orgs', { name: item.uid }, { signal });
  }
  const address = objectAt(item.content.body, 'address');
  if (address !== undefined) {
    const id = numberAt(await orgNamed(grafana, item.uid, signal), 'id') ?? 0;
    const fields: JsonObject = { address1: '', address2: '', city: '', zipCode: '', state: '', country: '' };
    await grafana.put(`/api/orgs/${id}/address`, { ...fields, ...address }, { signal });
  }
  return { uid: item.uid, losses: [] };
}
