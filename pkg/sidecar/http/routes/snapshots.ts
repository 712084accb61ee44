import { ResourceBody, SnapshotDeleted, SnapshotDetail, SnapshotPage } from '../../../contract/api/snapshots.ts';
import {
  DownloadQuery,
  ResourcePage,
  ResourceQuery,
  ResourcesQuery,
  SnapshotDeleteQuery,
  SnapshotsQuery,
  SnapshotTree,
} from '../../../contract/api/snapshots.ts';
import * as z from 'zod';
import { DashkeepError } from '../../../contract/errors.ts';
import { pageOfList } from '../../page.ts';
import { detailOf, entryOf, findEntry, matchesSnapshot, resourcesOf, rowOf } from '../../repository/browse.ts';
import { summaryOf } from '../../../repository/manifests.ts';
import { treeOf } from '../../repository/tree.ts';
import type { Service } from '../../service.ts';
import { answers, IdParameter } from '../answers.ts';
import { callerOf } from '../caller.ts';
import type { Api } from '../api.ts';

export function snapshotRoutes(api: Api, service: Service): void {
  const tags = ['snapshots'];
  const { library, signal } = service;

  api.get(
    '/snapshots',
    {
      schema: {
        summary: 'Snapshots, newest first',
        tags,
        querystring: SnapshotsQuery,
        response: answers(SnapshotPage),
      },
    },
    async ({ query }) => {
      // The first page opens at once; who goes on sees only what was looked for.
      const all = await library.snapshots(signal, query.cursor !== undefined);
      const found = all.filter((snapshot) => matchesSnapshot(snapshot, query));
      const page = pageOfList(found, ({ id }) => id, query);
      return { ...page, items: page.items.map(rowOf) };
    },
  );

  api.get(
    '/snapshots/:id',
    { schema: { summary: 'One snapshot', tags, params: IdParameter, response: answers(SnapshotDetail) } },
    async ({ params: { id } }) => {
      const manifest = await library.manifest(id, signal);
      const all = await library.snapshots(signal);
      const at = all.findIndex((one) => one.id === manifest.id);
      const [previous, next] = at < 0 ? [] : [all[at + 1]?.id, all[at - 1]?.id];
      const row = rowOf(summaryOf(manifest));
      const beside = { ...(previous === undefined ? {} : { previous }), ...(next === undefined ? {} : { next }) };
      return detailOf(manifest, row, beside, library.encrypted === true);
    },
  );

  api.delete(
    '/snapshots/:id',
    {
      schema: {
        summary: 'Forget one snapshot',
        tags,
        params: IdParameter,
        querystring: SnapshotDeleteQuery,
        response: answers(SnapshotDeleted),
      },
    },
    async (request) => {
      const { id } = await library.manifest(request.params.id, signal);
      if (request.query.confirm !== id) {
        throw new DashkeepError('DK_CONFIRMATION', `type '${id}' to delete it`);
      }
      await service.requests.assertIdle();
      await library.use(signal, (work) => work.deleteSnapshot(id, signal));
      service.changed();
      service.log.info({ snapshot: id, by: callerOf(request) }, 'a snapshot was deleted');
      return { deleted: id };
    },
  );

  api.get(
    '/snapshots/:id/tree',
    { schema: { summary: 'Its folders', tags, params: IdParameter, response: answers(SnapshotTree) } },
    async ({ params }) => treeOf(await library.manifest(params.id, signal)),
  );

  api.get(
    '/snapshots/:id/resources',
    {
      schema: {
        summary: 'Its resources, filtered',
        tags,
        params: IdParameter,
        querystring: ResourcesQuery,
        response: answers(ResourcePage),
      },
    },
    async ({ params, query }) => resourcesOf(await library.manifest(params.id, signal), query),
  );

  api.get(
    '/snapshots/:id/resource',
    {
      schema: {
        summary: 'One resource with its content',
        tags,
        params: IdParameter,
        querystring: ResourceQuery,
        response: answers(ResourceBody),
      },
    },
    async ({ params, query }, reply) => {
      const manifest = await library.manifest(params.id, signal);
      const entry = entryOf(manifest, query);
      const { text, references } = await library.use(signal, async (work) => {
        const body = await work.body(entry, signal);
        return { text: body, references: work.references(entry, body) };
      });
      const needed = references.map(({ kind, uid }) => {
        const held = findEntry(manifest, { org: entry.org, kind, uid });
        return { kind, uid, ...(held === undefined ? {} : { title: held.title }), held: held !== undefined };
      });
      // Put together as text: no number of the body goes through a JavaScript number.
      const answer = `{"entry":${JSON.stringify(entry)},"body":${text},"references":${JSON.stringify(needed)}}`;
      reply.serializer(() => answer);
      return { entry, body: null, references: needed };
    },
  );

  api.get(
    '/snapshots/:id/download',
    {
      schema: {
        summary: 'The JSON of one resource as a file',
        tags,
        params: IdParameter,
        querystring: DownloadQuery,
        response: answers(z.unknown()),
      },
    },
    async ({ params, query }, reply) => {
      const entry = entryOf(await library.manifest(params.id, signal), query);
      const text = await library.use(signal, async (work) => {
        const body = await work.body(entry, signal);
        return query.format === 'dashboard' ? work.importable(entry, body) : body;
      });
      if (text === undefined) {
        throw new DashkeepError('DK_USAGE', `a ${entry.kind} cannot be imported as a dashboard`);
      }
      const name = `${entry.kind}-${entry.uid}`.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 120);
      reply.header('content-disposition', `attachment; filename="${name}.json"`);
      reply.serializer(() => text);
      return {};
    },
  );
}
