import { canonicalJson, type Json } from '../../../pkg/lib/json/json.ts';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../../pkg/contract/manifest.ts';
import { search, type FoundPage, type SearchQuestion } from '../../../pkg/engine/search/search.ts';
import { newTimedId } from '../../../pkg/repository/layout.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import type { SeededRandomness, TestClock } from './repository.ts';

/** Bodies by org and `kind/uid`; the title of each is that in the body. */
export type Bodies = Record<number, Record<string, Json>>;

export function titleOf(body: Json): string {
  const { title, name } = body as { title?: string; name?: string };
  return title ?? name ?? '';
}

/** A dashboard with panels, each with a query. */
export function board(title: string, panels: Record<string, string>, more: Record<string, Json> = {}): Json {
  return {
    title,
    panels: Object.entries(panels).map(([name, expr]) => ({ title: name, targets: [{ refId: 'A', expr }] })),
    ...more,
  };
}

/** Stores these bodies and publishes a snapshot of them. */
export async function publishBodies(
  repository: Repository,
  world: { clock: TestClock; randomness: SeededRandomness },
  bodies: Bodies,
): Promise<Manifest> {
  const resources: ManifestEntry[] = [];
  for (const [org, things] of Object.entries(bodies)) {
    for (const [name, body] of Object.entries(things)) {
      const [kind, uid] = name.split('/') as [KindName, string];
      const text = canonicalJson(body);
      const object = repository.objectId(text);
      await repository.putObject(object, text);
      resources.push({ org: Number(org), kind, uid, title: titleOf(body), folder: '', object, bytes: text.length });
    }
  }
  const now = world.clock.now();
  const kinds: KindName[] = ['dashboard', 'folder', 'data-source', 'alert-rule-group', 'library-panel'];
  const nothing = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
  return repository.publish({
    id: newTimedId(now, world.randomness),
    started: now.toISOString(),
    finished: now.toISOString(),
    status: 'complete',
    trigger: 'scheduled',
    dashkeep: '1.0.0',
    grafana: { version: '13.2.0', url: 'http://grafana.test' },
    orgs: Object.keys(bodies).map((id) => ({ id: Number(id), name: `Org ${id}` })),
    sinceFullRead: 0,
    kinds: Object.fromEntries(kinds.map((kind) => [kind, nothing])),
    errors: [],
    skipped: [],
    resources: resources.sort((a, b) => (`${a.org}/${a.kind}/${a.uid}` < `${b.org}/${b.kind}/${b.uid}` ? -1 : 1)),
  });
}

/** Searches as somebody who may see everything, unless the question says otherwise. */
export function searchFor(
  repository: Repository,
  text: string,
  question: Partial<SearchQuestion> = {},
): Promise<FoundPage> {
  return search(() => repository.searchable(), {
    text,
    deleted: false,
    isVisible: () => true,
    serverOrg: 1,
    limit: 100,
    ...question,
  });
}
