import { reason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import { OMITTED } from '../../../lib/json/list-items.ts';
import { numberAt, objectAt, stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { servedVersions } from '../../capabilities.ts';
import { ifFound } from '../../http/errors.ts';
import { servedWhole } from '../../rights.ts';
import { naturalKey, Occurrences, withoutEmpty } from '../../natural-key.ts';
import { liveDashboards } from './dashboard/live.ts';
import { readAnnotations, readOfOrganization, type Unproven } from './annotation/every.ts';
import { canTakeOver, notShown } from './annotation/taken-over.ts';
import { ownerOf, placeOf, revisionOf } from './annotation/revision.ts';
import { readAnnotation, readAnnotationsOn, type Place } from './annotation/windows.ts';
import type { KindDefinition } from '../definition.ts';
import type { KindContext, Listed, Restorable, WriteContext, Written } from '../kind.ts';
import { ABOUT_A_DAY } from '../stale-after.ts';
import type { Content } from '../content.ts';

const PATH = '/api/annotations';

/**
 * Annotations that people and tools made, of dashboards and of the org. Those of alert states are history, not content,
 * and left out (`type=annotation`). Grafana hands out new ids, so an annotation is known by a hash of what it says; the
 * same one twice counts twice. The body is `{dashboardUID?, panelId?, time, timeEnd, tags, text, data?}`.
 */
export const annotation: KindDefinition = {
  name: 'annotation',
  declaration: {
    plural: 'Annotations',
    scope: 'org',
    restored: 'yes',
    identity: 'identified by content; new numeric ID',
    lost: ['numeric ID', 'author (the restoring account)', 'history of alert states'],
    minimumVersion: '10.4',
    rights: ['annotations:read on annotations:type:*', 'dashboards:read on dashboards:*'],
  },
  dependsOn: ['dashboard'],
  writes: 'parallel',

  staleAfter: ABOUT_A_DAY,
  readsTogether: true,

  // Grafana shows none of a dashboard that the account may not see.
  serves: (context) => servedWhole(context, 'dashboards:read', 'dashboards', 'folders'),

  async *list(context, known) {
    const places = await livePlaces(context);
    places.clear();
    const occurrences = new Occurrences();
    const unproven: Unproven[] = [];
    const seen = new Set<number>();
    const cheap = canTakeOver(known)
      ? { since: known.lastComplete.at, leave: unproven.push.bind(unproven) }
      : undefined;
    for await (const item of readAnnotations(context, cheap)) {
      const content = annotationContent(item);
      const place = placeOf(numberAt(item, 'id') ?? 0, content);
      seen.add(place.id);
      if (isCut(item)) {
        const uid = `too-large-${place.id}`;
        places.set(uid, place);
        yield { uid, title: `${content.title} (id ${place.id})` };
        continue;
      }
      const uid = occurrences.next(naturalKey(content.body));
      places.set(uid, place);
      yield { uid, title: content.title, revision: revisionOf(place, content), content };
    }
    if (unproven.length > 0) {
      const live = new Set((await liveDashboards(context)).map(({ uid }) => uid));
      const isSettled = (uid: string, { id, dashboardUID = '' }: Place): boolean =>
        places.has(uid) || seen.has(id) || !live.has(dashboardUID);
      yield* notShown(known, unproven, isSettled);
    }
  },

  async read(context, listed) {
    const { place, content } = (await livePlace(context, listed)) ?? {};
    if (content !== undefined) {
      return content;
    }
    const item = place === undefined ? undefined : await readAnnotation(context, place);
    if (item !== undefined && isCut(item)) {
      throw refusal('DK_GRAFANA_TOO_LARGE', reason('annotation-too-large'));
    }
    return item === undefined ? undefined : annotationContent(item);
  },

  async revisionOf(context, uid, content) {
    const place = (await livePlaces(context)).get(uid);
    return place && revisionOf(place, content);
  },

  deletedAlong: {
    owner: 'dashboard',
    fact: 'of',
    async *of(context, dashboard) {
      for (const [uid, { place }] of await shownOn(context, dashboard)) {
        if (uid.startsWith('too-large-')) {
          throw refusal('DK_GRAFANA_TOO_LARGE', reason('annotation-too-large'));
        }
        (await livePlaces(context)).set(uid, place);
        yield { uid, title: uid };
      }
    },
  },

  references(content) {
    const uid = stringAt(content.body, 'dashboardUID');
    return uid === undefined ? [] : [{ kind: 'dashboard', uid, owner: true }];
  },

  rename(content, renamed) {
    const uid = stringAt(content.body, 'dashboardUID');
    return uid === undefined
      ? content
      : { ...content, body: { ...objectAt(content.body), dashboardUID: renamed({ kind: 'dashboard', uid }) } };
  },

  uidOf: (content) => naturalKey(content.body),
  write,

  async remove(context, uid) {
    const place = (await livePlaces(context)).get(uid);
    if (place !== undefined) {
      await ifFound(context.grafana.delete(`${PATH}/${place.id}`, { signal: context.signal }));
    }
  },
};

/** Where this Grafana keeps what our uids name, as the last listing and the writes since met it. */
function livePlaces(context: KindContext): Promise<Map<string, Place>> {
  return context.memo('annotation-places', () => Promise.resolve(new Map<string, Place>()));
}

/** Where an annotation is, and its content as first read in this run, unless that is large. */
interface Shown {
  place: Place;
  content?: Content;
}

/** Maximum size of content that is kept in memory, in characters. */
const KEPT = 1_000;

async function livePlace(context: KindContext, { uid, revision }: Listed): Promise<Shown | undefined> {
  const places = await livePlaces(context);
  const owner = ownerOf(revision);
  if (!places.has(uid) && owner !== undefined) {
    const shown = (await shownOn(context, owner)).get(uid);
    if (shown !== undefined) {
      places.set(uid, shown.place);
    }
    return shown;
  }
  if (!places.has(uid)) {
    // Listing to the end is what finds out where each of them is.
    await context.memo('all annotations', async () => {
      for await (const _ of annotation.list(context, { revision: () => undefined, size: 0 }));
    });
  }
  const place = places.get(uid);
  return place && { place };
}

/** Whether a member is missing because it is too large. */
function isCut(item: JsonObject): boolean {
  return Object.values(item).includes(OMITTED);
}

/** What the API returns of an annotation, as content. */
export function annotationContent(item: JsonObject): Content {
  const time = numberAt(item, 'time') ?? 0;
  const end = numberAt(item, 'timeEnd') ?? 0;
  const panelId = numberAt(item, 'panelId') ?? 0;
  const text = stringAt(item, 'text') ?? '';
  const body: JsonObject = {
    ...withoutEmpty({ dashboardUID: stringAt(item, 'dashboardUID') ?? '', data: objectAt(item, 'data') ?? {} }),
    ...(panelId === 0 ? {} : { panelId }),
    time,
    timeEnd: end === 0 ? time : end,
    tags: item['tags'] ?? [],
    text,
  };
  return { body, title: titleOf(text, time), facts: factsOf(item) };
}

const TITLE_LENGTH = 80;

function titleOf(text: string, time: number): string {
  const line = text.replace(/\s+/g, ' ').trim().slice(0, TITLE_LENGTH);
  return line === '' ? new Date(time).toISOString() : line;
}

function factsOf(item: JsonObject): Record<string, string | number> {
  const login = stringAt(item, 'login') ?? '';
  const updated = numberAt(item, 'updated');
  // So that a manifest alone says what belongs to a dashboard; empty for those of the organization.
  const of = stringAt(item, 'dashboardUID') ?? '';
  return { of, ...(login === '' ? {} : { login }), ...(updated === undefined ? {} : { updated }) };
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  if (item.live === undefined && !(await isBackAlready(context, item))) {
    const body: Json = item.content.body;
    const id = numberAt(await context.grafana.post(PATH, body, { signal: context.signal }), 'id');
    if (id !== undefined) {
      (await livePlaces(context)).set(item.uid, placeOf(id, item.content));
    }
  }
  return { uid: item.uid, losses: [] };
}

/**
 * Whether it came back with its dashboard. From 12 on Grafana removes annotations up to half a minute after their
 * dashboard: one that is made again sooner has them again (dashboard_service.go cleanupK8sDashboardResources).
 */
async function isBackAlready(context: WriteContext, { uid, content }: Restorable): Promise<boolean> {
  const dashboardUID = stringAt(content.body, 'dashboardUID');
  if (dashboardUID === undefined || servedVersions(context.capabilities, 'dashboard.grafana.app').length === 0) {
    return false;
  }
  const place = (await shownOn(context, dashboardUID)).get(uid)?.place;
  if (place !== undefined) {
    (await livePlaces(context)).set(uid, place);
  }
  return place !== undefined;
}

/** The annotations of one dashboard, or of the organization itself (''), as first read in this run. */
function shownOn(context: KindContext, owner: string): Promise<ReadonlyMap<string, Shown>> {
  return context.memo(`annotations of ${owner}`, async () => {
    const all = new Map<string, Shown>();
    const occurrences = new Occurrences();
    for await (const item of owner === '' ? readOfOrganization(context) : readAnnotationsOn(context, owner)) {
      const content = annotationContent(item);
      const place = placeOf(numberAt(item, 'id') ?? 0, content);
      if (isCut(item)) {
        all.set(`too-large-${place.id}`, { place });
        continue;
      }
      const isSmall = JSON.stringify(content.body).length <= KEPT;
      all.set(occurrences.next(naturalKey(content.body)), isSmall ? { place, content } : { place });
    }
    return all;
  });
}
