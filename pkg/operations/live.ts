import type { LiveFolder } from '../contract/api/restores.ts';
import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';
import type { ResourceRef } from '../contract/kinds.ts';
import type { Manifest } from '../contract/manifest.ts';
import type { Diff } from '../contract/plan.ts';
import { diffLive, type LiveDiffOptions } from '../engine/live-diff.ts';
import { recentOf } from '../engine/recent.ts';
import { readAuthors, type Authors } from '../engine/versions/authors.ts';
import { readDeletions, type Deletions } from '../engine/versions/deletions.ts';
import { kindContext, type Instance, type Org } from '../grafana/instance.ts';
import type { KindContext, Known } from '../grafana/kinds/kind.ts';
import { kindOf } from '../grafana/kinds/registry.ts';
import { canonicalJson } from '../lib/json/json.ts';
import { lastSavedOrCreated } from '../repository/index/versions/files.ts';
import { withInstance, type GrafanaLink } from './grafana.ts';
import type { Session } from './session.ts';

const NOTHING_KNOWN: Known = { revision: () => undefined, size: 0 };

/** What is live now: its JSON as it would be stored, and the folder that it is in. */
export interface LiveBody {
  text: string;
  folderUid: string | undefined;
  /** When and by whom it was saved last, as Grafana says. */
  saved: ReturnType<typeof lastSavedOrCreated>;
}

/**
 * What is live now; undefined when there is nothing.
 * @throws DK_NOT_FOUND for an org that is out of reach
 */
export function liveBody(
  { grafana, repository }: Pick<Session, 'grafana' | 'repository'>,
  { org, kind, uid }: ResourceRef,
  signal: AbortSignal,
): Promise<LiveBody | undefined> {
  return inOrg(grafana(), org, signal, repository.encrypted, async (context) => {
    const content = await kindOf(kind).read(context, { uid, title: uid });
    return content === undefined
      ? undefined
      : { text: canonicalJson(content.body), folderUid: content.folderUid, saved: lastSavedOrCreated(content.facts) };
  });
}

/** What changed from a snapshot to what is live now, by what the last backup knows. */
export function liveDiff(
  { repository, grafana, version, clock, log }: Session,
  manifest: Manifest,
  { signal, ...watch }: Pick<LiveDiffOptions, 'signal' | 'onProgress' | 'onPart'>,
): Promise<Diff> {
  const options = { ...watch, manifest, repository, version, clock, log, signal };
  return withInstance(grafana(), signal, async (instance) =>
    diffLive(compact({ ...options, instance, recent: await recentOf({ ...options, instance }) })),
  );
}

/** The folders that are live in an org. @throws DK_NOT_FOUND for an org that is out of reach */
export function liveFolders(link: GrafanaLink, org: number, signal: AbortSignal): Promise<LiveFolder[]> {
  return inOrg(link, org, signal, false, async (context) => {
    const found: LiveFolder[] = [];
    for await (const { uid, title, folderUid } of kindOf('folder').list(context, NOTHING_KNOWN)) {
      found.push(compact({ uid, title, parentUid: folderUid }));
    }
    return found;
  });
}

/** The accounts of an org. @throws DK_NOT_FOUND for an org that is out of reach */
export function liveAuthors(link: GrafanaLink, org: number, signal: AbortSignal): Promise<Authors> {
  return inOrg(link, org, signal, false, readAuthors);
}

/** What was deleted from an org, and by whom. @throws DK_NOT_FOUND for an org that is out of reach */
export function liveDeletions(link: GrafanaLink, org: number, signal: AbortSignal): Promise<Deletions> {
  return inOrg(link, org, signal, false, readDeletions);
}

function inOrg<T>(
  link: GrafanaLink,
  org: number,
  signal: AbortSignal,
  decryptSecrets: boolean,
  read: (context: KindContext) => Promise<T>,
): Promise<T> {
  const { clock, log } = link;
  return withInstance(link, signal, (instance) =>
    read(kindContext(instance, orgIn(instance, org), { clock, log, signal, decryptSecrets })),
  );
}

/** @throws DK_NOT_FOUND for an org that is out of reach */
export function orgIn({ orgs }: Instance, org: number): Org {
  const found = orgs.find(({ id }) => id === org);
  if (found === undefined) {
    throw new DashkeepError('DK_NOT_FOUND', `organization ${org} is not among those that can be read`);
  }
  return found;
}
