import { request, type Dispatcher } from 'undici';
import { directServer, type DirectServer } from './direct/direct.ts';
import type { DirectRequest } from './direct/exchange.ts';

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * Sends a request as fetch does, but without redirects, and for a third of the processor's time: tests send tens of
 * thousands.
 */
export async function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answer> {
  const { origin, pathname, search } = new URL(url);
  const server = directServer(origin);
  const direct = server && sendDirectly(server, { method, path: pathname + search, headers, body: body ?? null });
  if (direct !== undefined) {
    return direct;
  }
  const answer = await request(url, { method: method as Dispatcher.HttpMethod, headers, body });
  const fields = Object.entries(answer.headers).flatMap(([name, values = []]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return { status: answer.statusCode, headers: new Headers(fields), text: await answer.body.text() };
}

/** @returns undefined if the request needs a connection */
function sendDirectly(server: DirectServer, given: DirectRequest): Promise<Answer> | undefined {
  const parts: Buffer[] = [];
  let [status, headers] = [0, new Headers()];
  let isSent = false;
  const answer = new Promise<Answer>((resolve, reject) => {
    isSent = server.send(given, {
      onRequestStart: () => undefined,
      onResponseStart(_, code, fields) {
        status = code;
        headers = new Headers(fields as Record<string, string>);
      },
      onResponseData: (_, part) => void parts.push(part),
      onResponseEnd: () => resolve({ status, headers, text: Buffer.concat(parts).toString() }),
      onResponseError: (_, error) => reject(error),
    });
  });
  return isSent ? answer : undefined;
}
