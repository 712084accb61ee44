import * as z from 'zod';
import { ManifestEntry, type Manifest } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import { canonicalOf } from '../../grafana/kinds/text-content.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { prettyJson } from '../../lib/json/pretty.ts';
import { INDEX } from './directory.ts';
import type { Exporting } from './format.ts';
import { TitlePaths } from './names.ts';

const READS_AT_ONCE = 16;

/** A resource in the index of a tree: what its file does not hold, so that it can be imported exactly. */
export const JsonResource = ManifestEntry.omit({ object: true, bytes: true }).extend({ path: z.string() });

/** A tree of JSON files by titles, and an index. */
export async function exportJson({ manifest, entries, read, write, lacks }: Exporting): Promise<object> {
  const paths = new TitlePaths(manifest, [INDEX]).pathsOf(entries, '.json');
  const resources: object[] = [];
  await forEachConcurrently(READS_AT_ONCE, entries, async (entry, index) => {
    const { content, secrets } = await read(entry);
    const path = paths.get(entry) ?? '';
    await write(path, jsonFile(content));
    if (secrets.length > 0) {
      lacks(entry, reason('export-secrets', { fields: secrets.join(', ') }));
    }
    const { object: _, bytes: __, revision: ___, readAt: ____, ...known } = entry;
    resources[index] = { path, ...known, ...(content.facts === undefined ? {} : { facts: content.facts }) };
  });
  return { ...wholeOf(manifest, entries.length === manifest.resources.length), resources };
}

/** The file of a resource. */
export function jsonFile(content: Content): string {
  return prettyJson(canonicalOf(content).toString('utf8'));
}

/** What an index says of a snapshot all of which is in the tree; nothing of a part. */
export function wholeOf({ status, scope, kinds, errors, skipped }: Manifest, isWhole: boolean): object {
  return isWhole ? { whole: { status, scope, kinds, errors, skipped } } : {};
}
