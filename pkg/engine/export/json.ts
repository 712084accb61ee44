import { canonicalOf } from '../../grafana/kinds/text-content.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { prettyJson } from '../../lib/json/pretty.ts';
import { INDEX } from './directory.ts';
import type { Exporting } from './format.ts';
import { TitlePaths } from './names.ts';

const READS_AT_ONCE = 16;

/** A tree of JSON files by titles. Its index holds what the files do not, so that the tree can be imported exactly. */
export async function exportJson({ manifest, entries, read, write, lacks }: Exporting): Promise<object> {
  const paths = new TitlePaths(manifest, [INDEX]).pathsOf(entries, '.json');
  const resources: object[] = [];
  await forEachConcurrently(READS_AT_ONCE, entries, async (entry, index) => {
    const { content, secrets } = await read(entry);
    const path = paths.get(entry) ?? '';
    await write(path, prettyJson(canonicalOf(content).toString('utf8')));
    if (secrets.length > 0) {
      lacks(entry, reason('export-secrets', { fields: secrets.join(', ') }));
    }
    const { object: _, bytes: __, revision: ___, readAt: ____, ...known } = entry;
    resources[index] = { path, ...known, ...(content.facts === undefined ? {} : { facts: content.facts }) };
  });
  const isWhole = entries.length === manifest.resources.length;
  const { status, scope, kinds, errors, skipped } = manifest;
  return { ...(isWhole ? { whole: { status, scope, kinds, errors, skipped } } : {}), resources };
}
