import { once } from 'node:events';
import { request as ask, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listening } from '../servers/listening.ts';

/** In front of a stand-in: the part of a service that it lacks. */
export interface Front {
  origin: string;
  /** How far its clock is ahead, in milliseconds. */
  ahead: number;
  /** The paths of objects that were deleted or replaced while they were held, and stay as versions. */
  kept: string[];
  /** Whether deleted and replaced objects stay as versions. Without it, what is held can be neither. */
  keepsVersions: boolean;
  /** Whether it refuses to say how the container or bucket is set up. */
  hidesSetup: boolean;
  close(): Promise<void>;
}

/** What was asked for. */
export interface Asked {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders | Record<string, string>;
  body: Buffer | string;
}

/** @param respond - is given a way to the stand-in */
export async function startFront(
  upstream: string,
  respond: (asked: Asked, onward: (asked: Asked) => Promise<Reply>, front: Front) => Promise<Reply>,
): Promise<Front> {
  const { hostname, port } = new URL(upstream);
  const onward = async ({ method, url, headers, body }: Asked): Promise<Reply> => {
    const { 'transfer-encoding': _, ...rest } = headers;
    const more = { ...rest, 'content-length': String(body.length) };
    const sent = ask({ hostname, port, method, path: url.pathname + url.search, headers: more }).end(body);
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: reply.statusCode ?? 502, headers: reply.headers, body: await buffer(reply) };
  };
  const server = await listening(async (request, response) => {
    const { method = '', headers } = request;
    const asked = { method, url: new URL(request.url ?? '', upstream), headers, body: await buffer(request) };
    const { status, headers: more, body } = await respond(asked, onward, front);
    const date = new Date(Date.now() + front.ahead).toUTCString();
    response.writeHead(status, { ...more, date }).end(body);
  });
  const front: Front = {
    origin: server.url,
    ahead: 0,
    kept: [],
    keepsVersions: true,
    hidesSetup: false,
    close: () => server.close(),
  };
  return front;
}

/** The objects that are there, by path, with what holds them. What is replaced or deleted is held as a version. */
export class Holds<T extends { until: Date }> extends Map<string, T | undefined> {
  /** Before an object is replaced or deleted. @returns false if it is held, and no version would keep it */
  release(path: string, front: Front): boolean {
    const until = this.get(path)?.until.getTime() ?? 0;
    if (until > Date.now() + front.ahead) {
      if (!front.keepsVersions) {
        return false;
      }
      front.kept.push(path);
    }
    this.delete(path);
    return true;
  }
}
