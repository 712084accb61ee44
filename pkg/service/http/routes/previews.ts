import * as z from 'zod';
import { Uid } from '../../../contract/api/common.ts';
import { OpenedPreview, PreviewRemoved, PreviewRequest, Previews } from '../../../contract/api/previews.ts';
import type { ServiceParts } from '../../parts.ts';
import { nameOf } from '../caller.ts';
import { responses } from '../responses.ts';
import type { Api } from '../api.ts';

/** Dashboards as they were: temporary copies in Grafana. */
export function previewRoutes(api: Api, { previews, guard }: Pick<ServiceParts, 'previews' | 'guard'>): void {
  const tags = ['previews'];

  api.get(
    '/previews',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'concurrency'] },
      schema: { summary: 'Existing temporary copies of dashboards', tags, response: responses(Previews) },
    },
    (request) => guard.run(request, async () => ({ previews: await previews.list(request.caller) })),
  );

  api.post(
    '/previews',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'concurrency'] },
      schema: {
        summary: 'Show a dashboard as it was, in a temporary copy',
        tags,
        body: PreviewRequest,
        response: responses(OpenedPreview, 201),
      },
    },
    async (request, reply) => {
      const opened = await guard.run(request, () => previews.open(request.body, nameOf(request), request.caller));
      reply.code(201);
      return opened;
    },
  );

  api.delete(
    '/previews/:uid',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'concurrency'] },
      schema: {
        summary: 'Remove a temporary copy',
        tags,
        params: z.object({ uid: Uid }),
        response: responses(PreviewRemoved),
      },
    },
    (request) =>
      guard.run(request, async () => {
        const { uid } = request.params;
        await previews.remove(uid, request.caller);
        return { removed: uid };
      }),
  );
}
