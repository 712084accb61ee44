import { compact } from '../../../contract/compact.ts';
import {
  canonicalJson,
  numberAt,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
  without,
} from '../../../lib/json/json.ts';
import { ifFound, isNotFound } from '../../http/errors.ts';
import { valueIf } from '../../../lib/expected-errors.ts';
import { listAt } from '../../http/pagination/lists.ts';
import { listNumbered } from '../../http/pagination/numbered.ts';
import { naturalKey, Occurrences } from '../../natural-key.ts';
import { addressesIn } from '../security/addresses.ts';
import { differences, securityChange } from '../security/change.ts';
import type { KindDefinition } from '../definition.ts';
import type { KindContext, Listed, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';

const PATH = '/api/datasources/correlations';

/** The most that Grafana returns in one response. */
const PAGE = 1000;

/**
 * Correlations. Creating takes no uid (correlations/models.go CreateCorrelationCommand has none), so they are known by
 * source, target, type and label. `type` stood in `config` before 11.x: the body has it at the top, and writing sends
 * it in both places. Without any, older releases answer the list with 404. Nobody can write `provisioned`. The list's
 * `totalCount` is of all orgs and counts those whose data source is gone, which no list shows: it says nothing of this
 * one.
 */
export const correlation: KindDefinition = {
  name: 'correlation',
  declaration: {
    plural: 'Correlations',
    scope: 'org',
    restored: 'yes',
    identity: 'identified by data sources, type and label; new UID',
    lost: ['UID'],
    minimumVersion: '10.4',
    rights: ['datasources:read on datasources:*'],
  },
  dependsOn: ['data-source'],
  writes: 'serial',

  async *list(context) {
    yield* (await readAll(context)).map(({ listed }) => listed);
  },

  async read(context, listed) {
    return (await readAll(context)).find((one) => one.listed.uid === listed.uid)?.listed.content;
  },

  // Those that lead to it stay: deleting by target asks for the source as well (correlations/database.go).
  deletedAlong: {
    owner: 'data-source',
    async *of(context, source) {
      const all = await readAll(context);
      yield* all.flatMap(({ listed }) => (stringAt(listed.content.body, 'sourceUID') === source ? [listed] : []));
    },
  },

  references(content) {
    const uids = ['sourceUID', 'targetUID'].map((name) => stringAt(content.body, name) ?? '');
    return uids.filter((uid) => uid !== '').map((uid) => ({ kind: 'data-source', uid }));
  },

  rename(content, renamed) {
    const body = { ...objectAt(content.body) };
    for (const name of ['sourceUID', 'targetUID']) {
      const uid = stringAt(body, name);
      if (uid !== undefined) {
        body[name] = renamed({ kind: 'data-source', uid });
      }
    }
    return { ...content, body };
  },

  uidOf: (content) => naturalKey(identityOf(content.body)),

  /**
   * Where the values of a live data source lead: its uid distinguishes targets, so a new target is a new correlation.
   */
  securityChanges({ content, live }, { creates }) {
    const source = stringAt(content.body, 'sourceUID') ?? '';
    if (live === undefined && creates({ kind: 'data-source', uid: source })) {
      return [];
    }
    const [before, after] = [live?.body, content.body].map((body) => leadsTo(body));
    return differences(before ?? new Map(), after ?? new Map()).map((one) => securityChange('link', one));
  },

  write,

  async remove(context, uid) {
    const live = (await readAll(context)).find((one) => one.listed.uid === uid);
    if (live !== undefined) {
      await ifFound(context.grafana.delete(live.path, { signal: context.signal }));
    }
  },
};

function leadsTo(body: Json | undefined): Map<string, string> {
  const found = new Map(addressesIn(objectAt(body, 'config', 'target'), 'config.target').requests);
  const target = stringAt(body, 'targetUID') ?? '';
  return target === '' ? found : found.set('targetUID', target);
}

interface Live {
  listed: Listed & { content: Content };
  /** Where this Grafana keeps it. */
  path: string;
}

/** Any proxy can answer 404, only Grafana with these words. */
function saysNone(error: unknown): boolean {
  // oxlint-disable-next-line dashkeep/syntax -- Grafana says it nowhere else
  return isNotFound(error) && error.grafanaMessage === 'No correlation found';
}

async function readAll(context: KindContext): Promise<Live[]> {
  const all = await listNumbered(
    context.grafana,
    {
      path: PATH,
      size: PAGE,
      sizeName: 'limit',
      items: (answer) => listAt(answer, 'correlations'),
      pageSize: (answer) => numberAt(answer, 'limit'),
      key: (item) => `${stringAt(item, 'sourceUID') ?? ''}/${stringAt(item, 'uid') ?? ''}`,
    },
    context.signal,
  ).catch(valueIf(saysNone, []));
  const occurrences = new Occurrences();
  return all
    .map((item) => ({ content: correlationContent(item), path: pathOf(item) }))
    .sort((a, b) => (canonicalJson(a.content.body) < canonicalJson(b.content.body) ? -1 : 1))
    .map(({ content, path }): Live => {
      const uid = occurrences.next(naturalKey(identityOf(content.body)));
      return { listed: { uid, title: content.title, content }, path };
    });
}

function pathOf(item: JsonObject): string {
  const source = encodeURIComponent(stringAt(item, 'sourceUID') ?? '');
  return `/api/datasources/uid/${source}/correlations/${encodeURIComponent(stringAt(item, 'uid') ?? '')}`;
}

function identityOf(body: Json): Json {
  const [source, target, type, label] = ['sourceUID', 'targetUID', 'type', 'label'].map((name) => stringAt(body, name));
  return [source ?? '', target ?? '', type ?? '', label ?? ''];
}

/** What the API returns of a correlation, as content. */
export function correlationContent(item: JsonObject): Content {
  const config = objectAt(item, 'config') ?? {};
  const type = stringAt(item, 'type') ?? stringAt(config, 'type') ?? 'query';
  const target = stringAt(item, 'targetUID') ?? '';
  const own = without(item, 'uid', 'orgId', 'provisioned', 'targetUID');
  const uid = stringAt(item, 'uid');
  return {
    body: { ...own, ...(target === '' ? {} : { targetUID: target }), type, config: without(config, 'type') },
    title: stringAt(item, 'label') ?? '',
    ...(item['provisioned'] === true ? { managedBy: { manager: 'file' } } : {}),
    ...compact({ facts: uid === undefined ? undefined : { uid } }),
  };
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const body = objectAt(item.content.body) ?? {};
  const config = objectAt(body, 'config') ?? {};
  // Before 11 Grafana reads the type inside the config; from then on it refuses any other than `query` there.
  const isQuery = (body['type'] ?? 'query') === 'query';
  // A list that is not sent stays, and one without members is left out when it is read.
  const whole = { transformations: [], ...config };
  const words = { ...without(body, 'sourceUID'), config: isQuery ? { ...whole, type: 'query' } : whole };
  const live = (await readAll(context)).find((one) => one.listed.uid === item.uid);
  if (live === undefined) {
    const source = encodeURIComponent(stringAt(body, 'sourceUID') ?? '');
    await grafana.post(`/api/datasources/uid/${source}/correlations`, words, { signal });
  } else {
    await grafana.patch(live.path, without(words, 'targetUID'), { signal });
  }
  return { uid: item.uid, losses: [] };
}
