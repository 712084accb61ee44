import type {
  FastifyBaseLogger,
  FastifyContextConfig,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HTTPMethods,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type * as z from 'zod';
import { ApiError } from '../../contract/api/common.ts';
import { API_ROUTES, type ApiRoute, type PartOf } from '../../contract/api/routes.ts';
import { compact } from '../../contract/compact.ts';

/** A server whose routes are typed by their schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** A request of a route, as its schemas read it. */
type RequestOf<R extends ApiRoute> = FastifyRequest<{
  Params: z.output<PartOf<R, 'params'>>;
  Querystring: z.output<PartOf<R, 'query'>>;
  Body: z.output<PartOf<R, 'body'>>;
}>;

interface AnyCall {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  status?: number;
}

/** Registers a route of the contract; `work` gives its response. */
export function route<R extends ApiRoute>(
  api: Api,
  name: R,
  config: FastifyContextConfig,
  work: (request: RequestOf<R>, reply: FastifyReply) => Promise<z.input<PartOf<R, 'response'>>>,
): void {
  const [method, url = ''] = name.split(' ') as [HTTPMethods, string];
  const { summary, tag, response, ...call } = API_ROUTES[name];
  const { params, query, body, status = 200 }: AnyCall = call;
  api.route({
    method,
    url,
    config,
    schema: {
      ...{ summary, tags: [tag] },
      ...compact({ params, querystring: query, body }),
      response: { [status]: response, '4xx': ApiError, '5xx': ApiError },
    },
    handler: async (request, reply) => {
      const answer = await work(request as RequestOf<R>, reply as unknown as FastifyReply);
      reply.code(status as 200);
      return answer as never;
    },
  });
}
