import { numberAt, objectAt, stringAt, type JsonObject } from '../../../lib/json/json.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { accountDirectoryOf } from '../../account-directory.ts';
import { GrafanaError, ifFound } from '../../http/errors.ts';
import { securityChange } from '../security/change.ts';
import type { KindDefinition } from '../definition.ts';
import type { Forecast, KindContext, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';

const PATH = '/api/serviceaccounts';

/** Names that a service gives its accounts, with a number if another account already has the name. */
const OWN_NAME = /^dashkeep(-org-\d+)?(-\d+)?$/;

/**
 * Service accounts by name, with role and whether they are disabled; Grafana makes up login, id and uid, and never
 * shows a token again. Creating several concurrently is not safe, and a 500 may have made it anyway
 * (terraform-provider-grafana, resource_service_account.go), so they are written one after another and looked for after
 * a failure. Those that a plugin owns are left to the plugin.
 */
export const serviceAccount: KindDefinition = {
  name: 'service-account',
  declaration: {
    plural: 'Service accounts',
    scope: 'org',
    restored: 'partly',
    identity: 'name kept; new numeric ID, UID and login',
    lost: ['tokens (create new ones)'],
    minimumVersion: '10.4',
    rights: ['serviceaccounts:read on serviceaccounts:*'],
  },
  dependsOn: ['org'],
  writes: 'serial',
  isPermitted: true,
  leftOutOfDrills: reason('drill-no-accounts'),

  async *list(context) {
    const directory = await accountDirectoryOf(context);
    directory.forget('serviceAccounts');
    for (const item of await directory.serviceAccounts()) {
      const content = contentOf(item);
      yield { uid: content.title, title: content.title, content };
    }
  },

  async read(context, listed) {
    const found = await findAccount(context, listed.uid);
    return found === undefined ? undefined : contentOf(found);
  },

  references: () => [],
  forecast,

  /** Its tokens go on working with whatever role it has. A new one has none. */
  securityChanges({ content, live }) {
    if (live === undefined) {
      return [];
    }
    const [before, after] = [live.body, content.body].map((body) => stringAt(body, 'role') ?? 'None');
    const wasOff = objectAt(live.body)?.['isDisabled'] === true && objectAt(content.body)?.['isDisabled'] !== true;
    return [
      ...(isHigher(after, before) ? [securityChange('role', { before, after })] : []),
      ...(wasOff ? [securityChange('enabled', { before: 'no', after: 'yes' })] : []),
    ];
  },

  write,

  async remove(context, uid) {
    const id = numberAt(await findAccount(context, uid), 'id');
    if (id !== undefined) {
      await ifFound(context.grafana.delete(`${PATH}/${id}`, { signal: context.signal }));
      (await accountDirectoryOf(context)).forget('serviceAccounts');
    }
  },
};

/** From the lowest to the highest. */
const ROLES = ['None', 'Viewer', 'Editor', 'Admin'];

function isHigher(role: string | undefined, than: string | undefined): boolean {
  return ROLES.indexOf(role ?? '') > ROLES.indexOf(than ?? '');
}

async function findAccount(context: KindContext, name: string): Promise<JsonObject | undefined> {
  const directory = await accountDirectoryOf(context);
  return (await directory.serviceAccounts()).find((candidate) => stringAt(candidate, 'name') === name);
}

function contentOf(item: JsonObject): Content {
  const name = stringAt(item, 'name') ?? '';
  const tokens = numberAt(item, 'tokens') ?? 0;
  return {
    body: { name, role: stringAt(item, 'role') ?? 'None', isDisabled: item['isDisabled'] === true },
    title: name,
    ...(item['isExternal'] === true ? { managedBy: { manager: 'plugin' } } : {}),
    facts: { tokens },
  };
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  const managed = item.content.managedBy ?? item.live?.managedBy;
  if (managed !== undefined && !context.includeManaged) {
    return { losses: [], blocked: reason('plugin-makes') };
  }
  return { losses: item.live === undefined ? [tokensLost(item)] : [] };
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const directory = await accountDirectoryOf(context);
  const body = objectAt(item.content.body) ?? {};
  const found = await findAccount(context, item.uid);
  directory.forget('serviceAccounts');
  if (found !== undefined) {
    await grafana.patch(`${PATH}/${numberAt(found, 'id') ?? 0}`, body, { signal });
    return { uid: item.uid, losses: [] };
  }
  try {
    await grafana.post(PATH, body, { signal });
  } catch (error) {
    const failed = error instanceof GrafanaError && (error.httpStatus >= 500 || error.httpStatus === 0);
    if (!failed || (await findAccount(context, item.uid)) === undefined) {
      throw error;
    }
  }
  return { uid: item.uid, losses: [tokensLost(item)] };
}

/** A service takes over an account of an earlier one only if no token of it is in use, so nobody should make any. */
function tokensLost({ uid }: Restorable): KnownReason {
  return reason(OWN_NAME.test(uid) ? 'own-tokens-lost' : 'tokens-lost');
}
