import type { ServerResponse } from 'node:http';
import { listening } from './servers/listening.ts';
import { eventually } from './ports.ts';

/** How a receiver takes what it is sent: with a status, or not at all. */
export type Manner = number | 'hang';

/** A webhook receiver on a free port of the loopback address. */
export interface Webhook {
  url: string;
  /** Bodies that were answered with 200. */
  taken: Record<string, unknown>[];
  /** Headers and body of everything that came in, whatever was answered. */
  heard: string[];
  /** How the next ones are taken, one each; then all with 200. */
  next(...manners: Manner[]): void;
  /** How all are taken from now on. */
  always(manner: Manner): void;
  /** Waits until that many were taken. */
  took(count: number): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function startWebhook(path = '/hook'): Promise<Webhook> {
  const taken: Record<string, unknown>[] = [];
  const heard: string[] = [];
  let usual: Manner = 200;
  let queue: Manner[] = [];
  const answer = (response: ServerResponse, text: string): void => {
    heard.push(`${response.req.rawHeaders.join('\n')}\n\n${text}`);
    const manner = queue.shift() ?? usual;
    if (manner === 'hang') {
      return;
    }
    if (manner === 200) {
      taken.push(JSON.parse(text) as Record<string, unknown>);
    }
    response.writeHead(manner).end();
  };
  const server = await listening((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => answer(response, text));
  });
  return {
    url: server.url + path,
    taken,
    heard,
    next: (...manners) => (queue = manners),
    always: (manner) => (usual = manner),
    took: (count) => eventually(`${count} notices`, () => (taken.length >= count ? taken : undefined)),
    close: () => server.close(),
  };
}
