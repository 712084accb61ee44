import { compact } from '../../../contract/compact.ts';
import type { SnapshotMarks } from '../../../contract/api/snapshots.ts';
import type { FastifyRequest, FastifyReply } from 'fastify';
import { DashkeepError } from '../../../contract/errors.ts';
import { runForgetOne } from '../../../operations/forget.ts';
import { recordRun } from '../../../operations/run.ts';
import { holdSnapshot, noteSnapshot, releaseSnapshot } from '../../../repository/holds/holds.ts';
import type { Repository } from '../../../repository/repository.ts';
import { assertDeletable } from '../../../repository/snapshots/forget.ts';
import { importableText, referencesOf } from '../../repository/content.ts';
import { detailOf, findEntry, resourcesOf, storedText } from '../../repository/browse.ts';
import { annotationsFor } from '../../organizations/snapshot-view.ts';
import { treeOf } from '../../repository/tree.ts';
import type { DiffOrigin } from '../../../contract/api/diff.ts';
import type { ServiceParts } from '../../parts.ts';
import { nameOf } from '../caller.ts';
import { route, type Api } from '../api.ts';

type Parts = Pick<
  ServiceParts,
  'authors' | 'repositoryCache' | 'snapshots' | 'requests' | 'freshness' | 'randomness' | 'log' | 'signal'
>;

/** Registers the routes that list, show and delete snapshots. */
export function snapshotRoutes(api: Api, parts: Parts): void {
  const config = { access: 'organization', uses: ['repository'] } as const;
  const { authors, repositoryCache, snapshots, requests, freshness, randomness, log, signal } = parts;

  route(api, 'GET /snapshots', config, ({ query, caller }) => snapshots.page(query, caller, signal));

  route(api, 'GET /snapshots/:id', config, async ({ params: { id }, caller }) => {
    const manifest = await snapshots.manifest(id, caller, signal);
    const [row, beside, whole] = await Promise.all([
      snapshots.row(manifest.id, caller, signal),
      snapshots.beside(manifest.id, caller, signal),
      repositoryCache.snapshot(manifest.id, signal),
    ]);
    const others = whole.manifest.orgs.filter(({ id }) => id !== caller.org).length;
    return {
      ...detailOf(manifest, row, beside, whole.encrypted),
      ...(caller.home ? { otherOrganizations: others } : {}),
    };
  });

  route(api, 'DELETE /snapshots/:id', { access: 'home', uses: ['repository', 'runs'] }, async (request) => {
    const { id } = await repositoryCache.manifest(request.params.id, signal);
    if (request.query.confirm !== id) {
      throw new DashkeepError('DK_CONFIRMATION', `type '${id}' to delete it`);
    }
    await requests.assertIdle(request.caller);
    const run = { kind: 'forget' as const, trigger: 'manual', ...compact({ by: nameOf(request) }), signal };
    await repositoryCache.use(signal, async (target) => {
      const session = await target.session(signal);
      // What is refused is no run.
      await assertDeletable(session.repository, id, { signal });
      return recordRun(session, run, (one) => runForgetOne(session, { id, evenNewest: false }, one));
    });
    freshness.runsChanged();
    log.info({ snapshot: id, by: nameOf(request) }, 'a snapshot was deleted');
    return { deleted: id };
  });

  /** What people change about a snapshot, without a run. */
  const mark = async (
    request: FastifyRequest,
    start: string,
    change: (repository: Repository, id: string, by: string | undefined) => Promise<string>,
  ): Promise<SnapshotMarks> => {
    const by = nameOf(request);
    const snapshot = await repositoryCache.read(signal, (repository) => change(repository, start, by));
    freshness.snapshotsChanged();
    const annotations = annotationsFor(await repositoryCache.annotations(snapshot, signal), request.caller);
    log.info({ snapshot, by, hold: annotations.hold !== null }, 'a hold or note of a snapshot was changed');
    return { snapshot, ...annotations };
  };
  const homeOnly = { access: 'home', uses: ['repository'] } as const;

  route(api, 'PUT /snapshots/:id/hold', homeOnly, (request) => {
    const { note, until } = request.body;
    const end = until === undefined ? undefined : new Date(until);
    return mark(request, request.params.id, (repository, id, by) =>
      holdSnapshot(repository, id, { note, by, until: end }, { randomness, signal }),
    );
  });

  route(api, 'DELETE /snapshots/:id/hold', homeOnly, (request) =>
    mark(request, request.params.id, (repository, id, by) => releaseSnapshot(repository, id, { by, signal })),
  );

  route(api, 'PUT /snapshots/:id/note', homeOnly, (request) => {
    const { note } = request.body;
    return mark(request, request.params.id, (repository, id, by) =>
      noteSnapshot(repository, id, { note, by }, { signal }),
    );
  });

  route(api, 'GET /snapshots/:id/tree', config, async ({ params, caller }) =>
    treeOf(await snapshots.manifest(params.id, caller, signal)),
  );

  route(api, 'GET /snapshots/:id/resources', config, async ({ params, query, caller }) =>
    resourcesOf(await snapshots.manifest(params.id, caller, signal), query),
  );

  route(api, 'GET /snapshots/:id/resource', config, async ({ params, query, caller }, reply) => {
    const shown = await snapshots.shown(params.id, caller, signal);
    const { manifest, signature } = shown;
    const found = await storedText(manifest, query, (one) => snapshots.body(shown, one, caller, signal));
    const { entry, text, content, rule } = found;
    const needed = referencesOf(entry, content, log).map(({ kind, uid }) => {
      const held = findEntry(manifest, { org: entry.org, kind, uid });
      return compact({ kind, uid, title: held?.title, held: held !== undefined });
    });
    const people: DiffOrigin[] = [entry.facts?.['createdBy'], entry.facts?.['updatedBy']].map((who) =>
      typeof who === 'string' ? { updatedBy: who } : {},
    );
    const [created, updated] = await authors.named(people, caller);
    const known = compact({
      entry,
      rule,
      createdBy: created?.by,
      updatedBy: updated?.by,
      references: needed,
      foreign: signature.foreign,
    });
    sendJson(reply, `{"body":${text},${JSON.stringify(known).slice(1)}`);
    return { ...known, body: null };
  });

  route(api, 'GET /snapshots/:id/download', config, async ({ params, query, caller }, reply) => {
    const { kind, uid } = query;
    const shown = await snapshots.shown(params.id, caller, signal);
    const found = await storedText(shown.manifest, query, (one) => snapshots.body(shown, one, caller, signal));
    const text = query.format === 'dashboard' ? importableText(found.entry, found.text) : found.text;
    if (text === undefined) {
      throw new DashkeepError('DK_USAGE', `a ${kind} cannot be imported as a dashboard`);
    }
    const name = `${kind}-${uid}`.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 120);
    reply.header('content-disposition', `attachment; filename="${name}.json"`);
    sendJson(reply, text);
    return {};
  });
}

/** Answers with what is JSON already, so that no number in it goes through a JavaScript number. */
function sendJson(reply: FastifyReply, text: string): void {
  reply.type('application/json; charset=utf-8').serializer(() => text);
}
