import * as z from 'zod';
import { ManifestEntry, Manifest } from '../../contract/manifest.ts';
import { compact } from '../../contract/compact.ts';
import { canonicalJson } from '../../lib/json/json.ts';
import { contentOfText } from '../../grafana/kinds/text-content.ts';
import { INDEX } from '../export/directory.ts';
import { outlineOf } from '../restore/content.ts';
import type { ArchiveReader } from './archive.ts';
import { invalid, readJson } from './files.ts';

const Index = z.object({
  dashkeepExport: z.literal(1),
  as: z.literal('json'),
  snapshot: z.object({ id: z.string(), started: z.iso.datetime() }),
  grafana: Manifest.shape.grafana,
  orgs: Manifest.shape.orgs,
  whole: Manifest.pick({ status: true, scope: true, kinds: true, errors: true, skipped: true }).optional(),
  resources: z.array(ManifestEntry.omit({ object: true, bytes: true }).extend({ path: z.string() })),
});

/** The tree that `dashkeep export` writes as JSON. Only files in its index count. */
export const jsonTree: ArchiveReader = {
  // Exports in other formats have an index too; their other files identify them.
  reads: ({ paths }) => paths.includes(INDEX) && !paths.some((path) => /\.(ya?ml|tf\.json)$/.test(path)),

  async read(files) {
    const index = Index.safeParse(await readJson(files, INDEX));
    if (!index.success) {
      const [issue] = index.error.issues;
      throw invalid(
        `${INDEX} is not the index of an export as JSON: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      );
    }
    const { snapshot, grafana, orgs, whole, resources } = index.data;
    const known = new Set(orgs.map(({ id }) => id));
    const paths = new Set(files.paths);
    for (const { path, org } of resources) {
      if (!paths.has(path)) {
        throw invalid(`${path} is missing, and the index names it`);
      }
      if (!known.has(org)) {
        throw invalid(`the index names no organization ${org}, and ${path} is of it`);
      }
    }
    const { errors, ...covered } = whole ?? { errors: [] };
    return compact({
      time: snapshot.started,
      grafana,
      orgs,
      resources: resources.map(({ path, org, kind, uid, ...entry }) => ({
        org,
        kind,
        uid,
        title: entry.title,
        async read() {
          const { body: _, ...outline } = outlineOf({ ...entry, org, kind, uid, object: '', bytes: 0 });
          return contentOfText(outline, canonicalJson(await readJson(files, path)));
        },
      })),
      errors,
      whole: 'kinds' in covered ? covered : undefined,
    });
  },
};
