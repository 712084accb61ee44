import * as z from 'zod';
import { Uid } from '../../../contract/api/common.ts';
import { OpenedPreview, PreviewRemoved, PreviewRequest, Previews } from '../../../contract/api/previews.ts';
import type { Service } from '../../service.ts';
import { answers } from '../answers.ts';
import type { Heavy } from '../heavy.ts';
import type { Api } from '../api.ts';

/** Dashboards as they were: temporary copies in Grafana. */
export function previewRoutes(api: Api, { previews }: Service, heavy: Heavy): void {
  const tags = ['previews'];

  api.get(
    '/previews',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'heavy'] },
      schema: { summary: 'Temporary copies of dashboards that are live', tags, response: answers(Previews) },
    },
    ({ caller }) => heavy.run(async () => ({ previews: await previews.list(caller) })),
  );

  api.post(
    '/previews',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'heavy'] },
      schema: {
        summary: 'Show a dashboard as it was, in a temporary copy',
        tags,
        body: PreviewRequest,
        response: answers(OpenedPreview, 201),
      },
    },
    async ({ body, caller }, reply) => {
      const opened = await heavy.run(() => previews.open(body, caller));
      reply.code(201);
      return opened;
    },
  );

  api.delete(
    '/previews/:uid',
    {
      config: { access: 'organization', uses: ['repository', 'grafana', 'heavy'] },
      schema: {
        summary: 'Remove a temporary copy',
        tags,
        params: z.object({ uid: Uid }),
        response: answers(PreviewRemoved),
      },
    },
    ({ params: { uid }, caller }) =>
      heavy.run(async () => {
        await previews.remove(uid, caller);
        return { removed: uid };
      }),
  );
}
