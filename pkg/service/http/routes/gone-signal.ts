import type { FastifyReply } from 'fastify';

/** Aborted when the caller has closed the connection, or got the response. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
