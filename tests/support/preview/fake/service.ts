import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PreviewRequest } from '../../../../pkg/contract/api/previews.ts';
import type { RestoreRequest } from '../../../../pkg/contract/api/restores.ts';
import type { KindName } from '../../../../pkg/contract/kinds.ts';
import { reason } from '../../../../pkg/contract/reasons/catalogue.ts';
import { parseMapping } from '../../../../pkg/engine/restore/mapping/mapping-file.ts';
import { listening } from '../../servers/listening.ts';
import * as answers from './answers.ts';
import { FakeError } from './errors.ts';
import { confirmReadiness, periodReport, readiness, recoveryKit } from './readiness.ts';
import * as runs from './runs.ts';
import { makeState, type FakeOptions, type FakeState } from './state.ts';
import { search } from './search.ts';
import { recentChanges, versions } from './versions.ts';
import { sorted } from './world.ts';
import { among, paged, type Call } from './call.ts';
import { check, retentionPreview, saveSettings, schedulePreview } from './settings.ts';

export interface FakeService {
  url: string;
  token: string;
  /** Another one is that of another service: what still runs goes on in the former. */
  state: FakeState;
  close(): Promise<void>;
}

/**
 * A service made up for looking at pages: the real one's contract, believable data, and states that are hard to
 * bring about for real (ten thousand snapshots, a refused token). Nothing is backed up by it.
 */
export async function startFakeService(options: FakeOptions = {}): Promise<FakeService> {
  const token = 'preview-token';
  const server = await listening((request, response) => {
    void respond(service.state, token, request, response);
  });
  const service = { ...server, token, state: makeState(options) };
  return service;
}

async function respond(state: FakeState, token: string, request: IncomingMessage, response: ServerResponse) {
  try {
    const url = new URL(request.url ?? '/', 'http://service');
    if (request.headers.authorization !== `Bearer ${token}`) {
      throw new FakeError(401, 'DK_UNAUTHORIZED', 'The token is missing or wrong.', 'Connect the app again.');
    }
    const path = url.pathname.replace(/^\/api\/v1/, '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    for (const [pattern, handle] of ROUTES) {
      const found = pattern.exec(`${request.method} ${path}`);
      if (found !== null) {
        const answer = handle({ state, query: url.searchParams, body, id: decodeURIComponent(found[1] ?? '') });
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
        return;
      }
    }
    throw new FakeError(404, 'DK_NOT_FOUND', `No such call: ${request.method} ${path}`, '');
  } catch (error) {
    const known = error instanceof FakeError ? error : new FakeError(500, 'DK_INTERNAL', String(error), '');
    response.writeHead(known.status, { 'content-type': 'application/json' }).end(JSON.stringify(known.body));
  }
}

function mentions(query: URLSearchParams, ...texts: (string | undefined)[]): boolean {
  const search = (query.get('search') ?? '').toLowerCase();
  return search === '' || texts.some((text) => text?.toLowerCase().includes(search));
}

function withinTime(query: URLSearchParams, time: string): boolean {
  return time >= (query.get('from') ?? '') && time < (query.get('to') ?? '9');
}

function findRun(state: FakeState, id: string) {
  const run = state.runs.find((candidate) => candidate.id === id);
  if (run === undefined) {
    throw new FakeError(404, 'DK_NOT_FOUND', `There is no run ${id}.`, '');
  }
  return run;
}

function findRestore(state: FakeState, id: string) {
  const restore = state.restores.get(id);
  if (restore === undefined) {
    throw new FakeError(404, 'DK_NOT_FOUND', `There is no plan ${id}.`, '', { advice: reason('plan-again') });
  }
  return restore;
}

function resources({ state, query, id }: Call) {
  const world = answers.worldOf(state, id);
  const under = query.get('under');
  const folder = query.get('folder');
  const list = sorted(world)
    .map((made) => made.entry)
    .filter(
      (entry) =>
        among(query, 'kind', entry.kind) &&
        mentions(query, entry.title, entry.uid, entry.folder) &&
        (folder === null || (entry.folderUid ?? '') === folder) &&
        (under === null || answers.isUnder(world, entry.folderUid, under)),
    );
  return paged(list, query);
}

function diff({ state, query }: Call) {
  const from = query.get('from') ?? '';
  const to = query.get('to') ?? '';
  const all = answers.diffEntries(answers.worldOf(state, from), answers.worldOf(state, to));
  const list = all.filter(
    (entry) =>
      among(query, 'change', entry.change) &&
      among(query, 'kind', entry.kind) &&
      mentions(query, entry.title, entry.uid, entry.folder),
  );
  return {
    ...paged(list, query),
    from,
    to,
    read: new Date().toISOString(),
    foreign: [],
    counts: answers.diffCounts(all),
    errors: [],
  };
}

function removeSnapshot({ state, query, id }: Call) {
  if (query.get('confirm') !== id) {
    throw new FakeError(400, 'DK_CONFIRMATION', 'The typed id is another one.', 'Type the id of the snapshot.');
  }
  state.snapshots = state.snapshots.filter((row) => row.id !== id);
  return { deleted: id };
}

function startRun({ state, body }: Call) {
  const { kind } = body as { kind: 'backup' | 'verify' | 'forget' | 'prune' | 'drill' };
  return kind === 'backup' ? runs.startBackup(state) : runs.startOther(state, kind);
}

function oneResource({ state, query, id }: Call) {
  const made = answers.worldOf(state, id).get(`${query.get('kind')}/${query.get('uid')}`);
  if (made === undefined) {
    throw new FakeError(404, 'DK_NOT_FOUND', 'The snapshot does not hold it.', '');
  }
  const reference = { kind: 'data-source' as const, uid: 'prometheus-main', title: 'Prometheus', held: true };
  return { entry: made.entry, body: made.body, references: made.entry.kind === 'dashboard' ? [reference] : [] };
}

const ROUTES: [RegExp, (call: Call) => unknown][] = [
  [/^GET \/status$/, ({ state }) => answers.status(state)],
  [/^GET \/trends$/, ({ state, query }) => answers.trends(state, Number(query.get('points') ?? 60))],
  [/^GET \/readiness$/, ({ state }) => readiness(state)],
  [/^POST \/readiness\/confirmations$/, confirmReadiness],
  [/^GET \/readiness\/report$/, ({ query }) => periodReport(query)],
  [/^GET \/recovery-kit$/, recoveryKit],
  [/^GET \/settings$/, ({ state }) => state.settings],
  [/^PUT \/settings$/, saveSettings],
  [/^POST \/settings\/check$/, check],
  [/^POST \/notifications\/test$/, () => ({ delivered: true, status: 200, milliseconds: 84 })],
  [/^GET \/schedule\/preview$/, schedulePreview],
  [/^POST \/retention\/preview$/, retentionPreview],
  [
    /^GET \/runs$/,
    ({ state, query }) =>
      paged(
        state.runs.filter(
          (run) =>
            among(query, 'kind', run.kind) &&
            among(query, 'status', run.status) &&
            among(query, 'trigger', run.trigger) &&
            withinTime(query, run.started) &&
            mentions(query, run.id, run.by, run.failure?.message),
        ),
        query,
      ),
  ],
  [/^POST \/runs$/, startRun],
  [/^GET \/runs\/([^/]+)$/, ({ state, id }) => findRun(state, id)],
  [/^POST \/runs\/([^/]+)\/cancel$/, ({ state, id }) => runs.cancel(findRun(state, id))],
  [/^POST \/runs\/([^/]+)\/undo$/, ({ state, id }) => runs.planUndo(state, findRun(state, id))],
  [
    /^GET \/snapshots$/,
    ({ state, query }) =>
      paged(
        state.snapshots.filter(
          (row) =>
            among(query, 'status', row.status) &&
            among(query, 'trigger', row.trigger) &&
            withinTime(query, row.time) &&
            mentions(query, row.id, row.by),
        ),
        query,
      ),
  ],
  [/^GET \/snapshots\/([^/]+)$/, ({ state, id }) => answers.snapshotDetail(state, id)],
  [/^DELETE \/snapshots\/([^/]+)$/, removeSnapshot],
  [/^GET \/snapshots\/([^/]+)\/tree$/, ({ state, id }) => answers.tree(answers.worldOf(state, id))],
  [/^GET \/snapshots\/([^/]+)\/resources$/, resources],
  [/^GET \/snapshots\/([^/]+)\/resource$/, oneResource],
  [/^GET \/snapshots\/([^/]+)\/download$/, (call) => oneResource(call).body],
  [/^GET \/diff$/, diff],
  [
    /^GET \/diff\/resource$/,
    ({ state, query }) => {
      const [kind, uid] = [query.get('kind') as KindName, query.get('uid') ?? ''];
      const to = answers.worldOf(state, query.get('to') ?? '');
      const objectIn = (world: typeof to) => world.get(`${kind}/${uid}`)?.entry.object;
      const isSame = ({ id }: { id: string }) => objectIn(answers.worldOf(state, id)) === objectIn(to);
      const sameAs = query.get('to') === 'live' && objectIn(to) !== undefined && state.snapshots.find(isSame)?.id;
      const diff = answers.resourceDiff(answers.worldOf(state, query.get('from') ?? ''), to, kind, uid);
      return { ...diff, ...(sameAs && { sameAs }) };
    },
  ],
  [/^GET \/connections$/, ({ state }) => ({ connections: state.connections })],
  [/^GET \/fleet$/, ({ state }) => ({ installations: state.installations })],
  [/^GET \/mappings$/, ({ state }) => ({ mappings: state.mappings })],
  [
    /^PUT \/mappings\/([^/]+)$/,
    ({ state, id, body }) => {
      const { text } = body as { text: string };
      const others = state.mappings.filter(({ name }) => name !== id);
      state.mappings = [...others, { name: id, mapping: parseMapping(text) }];
      return { mappings: state.mappings };
    },
  ],
  [
    /^DELETE \/mappings\/([^/]+)$/,
    ({ state, id }) => {
      state.mappings = state.mappings.filter(({ name }) => name !== id);
      return { mappings: state.mappings };
    },
  ],
  [/^GET \/folders$/, ({ state }) => ({ folders: answers.liveFolders(state) })],
  [/^POST \/restores$/, ({ state, body }) => runs.plan(state, body as RestoreRequest)],
  [/^GET \/restores\/([^/]+)$/, ({ state, id }) => findRestore(state, id).plan],
  [
    /^GET \/restores\/([^/]+)\/items$/,
    ({ state, query, id }) =>
      paged(
        findRestore(state, id).items.filter(
          (item) =>
            among(query, 'action', item.action) &&
            among(query, 'kind', item.kind) &&
            mentions(query, item.title, item.uid, item.folder),
        ),
        query,
      ),
  ],
  [
    /^GET \/restores\/([^/]+)\/changes$/,
    ({ state, query, id }) => {
      const { snapshot } = findRestore(state, id).plan;
      const kind = query.get('kind') as KindName;
      return answers.resourceDiff(state.elsewhere, answers.worldOf(state, snapshot), kind, query.get('uid') ?? '');
    },
  ],
  [
    /^POST \/restores\/([^/]+)\/apply$/,
    ({ state, body, id }) => runs.apply(state, id, (body as { confirm?: string } | undefined)?.confirm),
  ],
  [/^GET \/changes$/, recentChanges],
  [/^GET \/search$/, ({ state, query }) => search(state, query)],
  [/^GET (\/resources\/.+\/versions)$/, ({ state, id }) => versions(state, id)],
  [/^GET \/previews$/, ({ state }) => ({ previews: state.previews })],
  [/^POST \/previews$/, ({ state, body }) => answers.preview(state, body as PreviewRequest)],
  [
    /^DELETE \/previews\/([^/]+)$/,
    ({ state, id }) => {
      state.previews = state.previews.filter(({ uid }) => uid !== id);
      return { removed: id };
    },
  ],
  [/^GET \/restores\/([^/]+)\/results$/, ({ state, query, id }) => paged(findRestore(state, id).results, query)],
];
