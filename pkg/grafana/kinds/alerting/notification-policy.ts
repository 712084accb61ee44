import { objectAt, stringAt, without, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import {
  NOTIFICATION_RIGHT,
  alertingServed,
  hasAlertRules,
  provisioningPath,
  readAlerting,
  writeAlerting,
} from '../../alerting.ts';
import { annotationOf, apisPath, createOrReplace, factsOf, lacksResource, nameOf, usableVersions } from '../../apis.ts';
import { listPages } from '../../http/pagination/pages.ts';
import { ifFound, isGrafanaError, isNotFound } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import { LOST_PROVENANCE, forecastByProvenance, originOf, provenanceHeaders } from '../../provenance.ts';
import { addedReceivers, receiversOfNew } from '../security/receivers.ts';
import { widerRoutes } from '../security/routes.ts';
import type { Kind, KindContext, Listed, Reference } from '../kind.ts';
import type { Content } from '../content.ts';
import { mapMembers } from '../../../lib/json/map.ts';

const GROUP = 'notifications.alerting.grafana.app';

/** Both have the same spec. */
const VERSIONS = ['v1beta1', 'v0alpha1'];
const RESOURCE = 'routingtrees';
const PAGE = 500;

/** Uid of the tree that every org has. */
const DEFAULT_TREE = 'default';

/** What `/apis` calls it; the second is the name of older releases. */
const NAMES_OF_DEFAULT = new Set([DEFAULT_TREE, 'user-defined']);

/** Receivers of the tree that Grafana makes for a new org: from 12.4, before, and long before that. */
const FACTORY_RECEIVERS = new Set(['empty', 'grafana-default-email', 'email receiver']);

/** Fact of a tree that is written by resetting the live one. */
const RESET = 'reset';

const POLICIES = provisioningPath('policies');

/**
 * Notification policies: the org's default tree, as a whole (the provisioning API knows no parts of it and only this
 * tree), and where Grafana serves them (13.1 on, behind a toggle before) the further routing trees, which exist under
 * `/apis` only. Without the feature writing one answers 501 `alerting.notifications.routes.multipleNotSupported`.
 * A tree that names an unknown contact point or mute timing is refused as a whole.
 */
export const notificationPolicy: Kind = {
  name: 'notification-policy',
  declaration: {
    plural: 'Notification policies',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: [LOST_PROVENANCE],
    minimumVersion: '10.4; additional routing trees 13.1',
    rights: [NOTIFICATION_RIGHT, 'alert.notifications.routes:read for additional routing trees'],
  },
  dependsOn: ['contact-point', 'mute-timing'],
  writes: 'serial',
  deletable: true,
  needs: { feature: 'unifiedAlertingEnabled' },
  serves: alertingServed,
  isInUse: hasAlertRules,

  async *list(context) {
    yield { uid: DEFAULT_TREE, title: titleOf(DEFAULT_TREE), content: await readDefault(context) };
    yield* listTrees(context);
  },

  async read(context, { uid }) {
    if (uid === DEFAULT_TREE) {
      return readDefault(context);
    }
    const version = treeVersion(context);
    const found =
      version === undefined ? undefined : await ifFound(readAlerting(context, treePath(context, version, uid)));
    return found === undefined ? undefined : treeContent(found);
  },

  /** What Grafana made itself comes back with its contact point, which no request can create, when it is reset. */
  exactly(content) {
    return isFactoryTree(objectAt(content.body) ?? {})
      ? { ...content, facts: { ...content.facts, [RESET]: 1 } }
      : content;
  },

  references(content) {
    if (content.facts?.[RESET] !== undefined) {
      return [];
    }
    const found = new Map<string, Reference>();
    const factory = isFactoryTree(objectAt(content.body) ?? {}) ? { factory: true as const } : {};
    renameIn(content.body, (reference) => {
      found.set(`${reference.kind}/${reference.uid}`, { ...reference, ...factory });
      return reference.uid;
    });
    return [...found.values()];
  },

  rename(content, renamed) {
    return { ...content, body: renameIn(content.body, renamed) };
  },

  async forecast(context, item) {
    if (item.uid !== DEFAULT_TREE && treeVersion(context) === undefined) {
      const { version } = context.capabilities;
      return { losses: [], blocked: reason('one-policy-tree', { version }) };
    }
    return forecastByProvenance(context, item);
  },

  /** Against what Grafana made by itself, only contact points that people have already count. */
  securityChanges({ content, live }, { creates }) {
    return live === undefined
      ? receiversOfNew(notificationPolicy, content).filter(
          ({ params: { after = '' } }) =>
            !FACTORY_RECEIVERS.has(after) && !creates({ kind: 'contact-point', uid: after }),
        )
      : [...addedReceivers(notificationPolicy, content, live), ...widerRoutes(live.body, content.body)];
  },

  async write(context, item) {
    const { grafana, signal } = context;
    const body = objectAt(item.content.body) ?? {};
    if (item.content.facts?.[RESET] !== undefined) {
      await writeAlerting(context, () => grafana.delete(POLICIES, { signal }));
      return { uid: item.uid, losses: [] };
    }
    if (item.uid === DEFAULT_TREE) {
      const headers = provenanceHeaders(item.live?.provenance);
      await writeAlerting(context, () => grafana.put(POLICIES, body, { headers, signal }));
      return { uid: item.uid, losses: [] };
    }
    const version = treeVersion(context) ?? 'v1beta1';
    const object = {
      apiVersion: `${GROUP}/${version}`,
      kind: 'RoutingTree',
      metadata: { name: item.uid },
      spec: objectAt(body, 'spec') ?? {},
    };
    await writeAlerting(context, async (attempt) => {
      const path = treePath(context, version);
      const stored =
        item.live !== undefined ||
        (attempt > 1 && (await ifFound(grafana.get(treePath(context, version, item.uid), { signal }))) !== undefined);
      await createOrReplace(grafana, path, object, stored, signal);
    });
    return { uid: item.uid, losses: [] };
  },

  onlyResets: (uid) => uid === DEFAULT_TREE,

  /** Resets the default tree, which undoing does in an organization that the restore created. */
  async remove(context, uid) {
    const version = treeVersion(context);
    if (uid === DEFAULT_TREE) {
      await writeAlerting(context, () => context.grafana.delete(POLICIES, { signal: context.signal }));
    } else if (version !== undefined) {
      const path = treePath(context, version, uid);
      await writeAlerting(context, () => ifFound(context.grafana.delete(path, { signal: context.signal })));
    }
  },
};

function titleOf(name: string): string {
  return name === DEFAULT_TREE ? 'Default policy' : name;
}

async function readDefault(context: KindContext): Promise<Content> {
  const answer = resourceIn(await readAlerting(context, POLICIES), POLICIES, 'receiver');
  const body = without(answer, 'provenance', 'version');
  const origin = originOf(stringAt(answer, 'provenance'));
  return {
    body,
    title: titleOf(DEFAULT_TREE),
    ...origin,
    ...(isFactoryTree(body) && origin.provenance === undefined ? { pristine: true } : {}),
  };
}

/** No routes, and everything goes to the contact point that Grafana made itself. */
function isFactoryTree(body: JsonObject): boolean {
  const routes = body['routes'];
  const branches = Array.isArray(routes) ? routes.length : 0;
  return branches === 0 && FACTORY_RECEIVERS.has(stringAt(body, 'receiver') ?? '');
}

function treeVersion(context: KindContext): string | undefined {
  const served = usableVersions(context, GROUP, ['v1beta1', 13, 1]);
  return VERSIONS.find((version) => served.includes(version));
}

function treePath(context: KindContext, version: string, name?: string): string {
  const path = apisPath(GROUP, version, context.namespace, RESOURCE);
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}

async function* listTrees(context: KindContext): AsyncGenerator<Listed> {
  const version = treeVersion(context);
  if (version === undefined) {
    return;
  }
  try {
    const pages = listPages(context.grafana, treePath(context, version), { limit: PAGE, signal: context.signal });
    for await (const { items } of pages) {
      for (const item of items.filter((tree) => !NAMES_OF_DEFAULT.has(nameOf(tree)))) {
        const content = treeContent(item);
        yield { uid: content.title, title: content.title, content };
      }
    }
  } catch (error) {
    // One without the feature answers 501.
    const hasNone =
      (isGrafanaError(error) && error.httpStatus === 501) ||
      (isNotFound(error) && (await lacksResource(context, GROUP, version, RESOURCE)));
    if (!hasNone) {
      throw error;
    }
  }
}

function treeContent(object: Json): Content {
  const name = nameOf(object);
  return {
    body: { spec: objectAt(object, 'spec') ?? {} },
    title: name,
    apiVersion: stringAt(object, 'apiVersion') ?? `${GROUP}/v1beta1`,
    ...originOf(annotationOf(object, 'grafana.com/provenance')),
    facts: factsOf(object),
  };
}

/** Walks a tree of either API: contact points are in `receiver`, mute timings in the two lists of intervals. */
function renameIn(value: Json, renamed: (reference: Reference) => string): Json {
  return mapMembers(value, (name, member) => {
    if (name === 'receiver' && typeof member === 'string' && member !== '') {
      return renamed({ kind: 'contact-point', uid: member, required: true, held: true });
    }
    return (name === 'mute_time_intervals' || name === 'active_time_intervals') && Array.isArray(member)
      ? member.map((one) =>
          typeof one === 'string' ? renamed({ kind: 'mute-timing', uid: one, required: true }) : one,
        )
      : undefined;
  });
}
