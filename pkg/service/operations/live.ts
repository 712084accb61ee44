import { compact } from '../../contract/compact.ts';
import type { LiveFolder } from '../../contract/api/restores.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { canonicalJson } from '../../lib/json/json.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Diff } from '../../contract/plan.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { diffLive, type LiveDiffOptions } from '../../engine/live-diff.ts';
import { recentOf } from '../../engine/recent.ts';
import { readAuthors, type Authors } from '../../engine/versions/authors.ts';
import { kindContext, type Instance } from '../../grafana/instance.ts';
import type { KindContext, Known } from '../../grafana/kinds/kind.ts';
import { lastSaved } from '../../repository/index/versions/files.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';

export interface LiveOptions {
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

const NOTHING_KNOWN: Known = { revision: () => undefined, size: 0 };

/** What is live now: its JSON as it would be stored, and the folder that it is in. */
export interface LiveBody {
  text: string;
  folderUid: string | undefined;
  /** When and by whom it was saved last, as Grafana says. */
  saved: ReturnType<typeof lastSaved>;
}

/**
 * What is live now; undefined when there is nothing.
 * @throws DK_NOT_FOUND for an org that is out of reach
 */
export async function liveBody(
  instance: Instance,
  { org, kind, uid }: ResourceRef,
  options: LiveOptions & { decryptSecrets: boolean },
): Promise<LiveBody | undefined> {
  const content = await kindOf(kind).read(contextIn(instance, org, options), { uid, title: uid });
  return content === undefined
    ? undefined
    : { text: canonicalJson(content.body), folderUid: content.folderUid, saved: lastSaved(content.facts) };
}

/** What changed from a snapshot to what is live now. */
export async function liveDiff(
  instance: Instance,
  manifest: Manifest,
  options: Omit<LiveDiffOptions, 'manifest' | 'instance' | 'recent'> & { version: string },
): Promise<Diff> {
  return diffLive(compact({ ...options, instance, manifest, recent: await recentOf({ ...options, instance }) }));
}

/** The folders that are live in an org. @throws DK_NOT_FOUND for an org that is out of reach */
export async function liveFolders(instance: Instance, org: number, options: LiveOptions): Promise<LiveFolder[]> {
  const context = contextIn(instance, org, { ...options, decryptSecrets: false });
  const found: LiveFolder[] = [];
  for await (const { uid, title, folderUid } of kindOf('folder').list(context, NOTHING_KNOWN)) {
    found.push(compact({ uid, title, parentUid: folderUid }));
  }
  return found;
}

/** The accounts of an org. @throws DK_NOT_FOUND for an org that is out of reach */
export function liveAuthors(instance: Instance, org: number, options: LiveOptions): Promise<Authors> {
  return readAuthors(contextIn(instance, org, { ...options, decryptSecrets: false }));
}

function contextIn(instance: Instance, org: number, options: LiveOptions & { decryptSecrets: boolean }): KindContext {
  const home = instance.orgs.find(({ id }) => id === org);
  if (home === undefined) {
    throw new DashkeepError('DK_NOT_FOUND', `org ${org} is not among the orgs that can be read`);
  }
  return kindContext(instance, home, options);
}
