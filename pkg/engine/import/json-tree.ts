import * as z from 'zod';
import { Manifest } from '../../contract/manifest.ts';
import { compact } from '../../contract/compact.ts';
import { append } from '../../lib/append.ts';
import { canonicalJson } from '../../lib/json/json.ts';
import { contentOfText } from '../../grafana/kinds/text-content.ts';
import { INDEX, PART } from '../export/directory.ts';
import { JsonResource } from '../export/json.ts';
import { outlineOf } from '../restore/content.ts';
import type { ArchiveReader } from './archive.ts';
import { invalid, readJson, type Files } from './files.ts';

const Index = z.object({
  dashkeepExport: z.literal(1),
  as: z.literal('json'),
  snapshot: z.object({ id: z.string(), started: z.iso.datetime() }),
  grafana: Manifest.shape.grafana,
  orgs: Manifest.shape.orgs,
  whole: Manifest.pick({ status: true, scope: true, kinds: true, errors: true, skipped: true }).optional(),
  resources: z.array(JsonResource).optional(),
  /** In place of the resources: the files that name them. */
  parts: z.array(z.string()).optional(),
});
const Part = z.object({ resources: z.array(JsonResource) });

/** The tree that `dashkeep export` writes as JSON, or that a Git mirror holds. Only files in its index count. */
export const jsonTree: ArchiveReader = {
  // Exports in other formats have an index too; their other files identify them.
  reads: ({ paths }) =>
    paths.includes(INDEX) &&
    (paths.some((path) => path.endsWith(`/${PART}`)) || !paths.some((path) => /\.(ya?ml|tf\.json)$/.test(path))),

  async read(files) {
    const index = Index.safeParse(await readJson(files, INDEX));
    if (!index.success) {
      const [issue] = index.error.issues;
      throw invalid(
        `${INDEX} is not the index of an export as JSON: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      );
    }
    const { snapshot, grafana, orgs, whole } = index.data;
    const resources = index.data.resources ?? (await resourcesIn(files, index.data.parts ?? []));
    const known = new Set(orgs.map(({ id }) => id));
    const paths = new Set(files.paths);
    for (const { path, org } of resources) {
      if (!paths.has(path)) {
        throw invalid(`${path} is listed in the index, but is missing`);
      }
      if (!known.has(org)) {
        throw invalid(`${path} belongs to organization ${org}, which the index does not list`);
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

async function resourcesIn(files: Files, parts: readonly string[]): Promise<z.infer<typeof JsonResource>[]> {
  const resources: z.infer<typeof JsonResource>[] = [];
  for (const path of parts) {
    const part = Part.safeParse(files.paths.includes(path) ? await readJson(files, path) : undefined);
    if (!part.success) {
      throw invalid(`${path} is listed in the index, but is missing or damaged`);
    }
    append(resources, part.data.resources);
  }
  return resources;
}
