import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import { ApiError } from '../../contract/api/common.ts';

/** The responses of a route: its success, and the errors that every call can meet. */
export function responses<S extends z.ZodType, Status extends number = 200>(
  success: S,
  status: Status = 200 as Status,
): Record<Status, S> & { '4xx': typeof ApiError; '5xx': typeof ApiError } {
  return { [status]: success, '4xx': ApiError, '5xx': ApiError } as Record<Status, S> & {
    '4xx': typeof ApiError;
    '5xx': typeof ApiError;
  };
}

/** Answers with what is JSON already, so that no number in it goes through a JavaScript number. */
export function sendJson(reply: FastifyReply, text: string): void {
  reply.type('application/json; charset=utf-8').serializer(() => text);
}

export const IdParameter = z.object({ id: z.string().min(1).max(120) });
