import { stringifyJson, type Json } from '../../../../pkg/lib/json/json.ts';
import { Raw, Reply } from './call.ts';
import type { Problem } from './problems.ts';
import { k8sStatus, problem } from './problems.ts';
import type { RequestRecord } from './record.ts';

/** A response before it is sent. */
export interface HttpResponse {
  status: number;
  parts: string[];
  headers: Record<string, string>;
}

/** Encoded part by part: one emoji in a page would make the whole page's text slow to encode. */
export function bytesOf(answer: HttpResponse): Buffer {
  return answer.parts.length === 1
    ? Buffer.from(answer.parts[0] ?? '', 'utf8')
    : Buffer.concat(answer.parts.map((part) => Buffer.from(part, 'utf8')));
}

/** About how many bytes; exact where all is ASCII. */
export function sizeOf({ parts }: HttpResponse): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** What a handler gave, as a response. */
export function rendered(result: unknown): HttpResponse {
  if (result instanceof Raw) {
    return { status: result.status, parts: result.parts, headers: {} };
  }
  if (result instanceof Reply) {
    return json(result.status, result.body, result.headers);
  }
  return json(200, result);
}

/** A response with a JSON body. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  const text = body === undefined ? '' : stringifyJson(plain(body));
  return { status, parts: [text], headers };
}

/** Maps, dates and undefined members are left to the handlers: only JSON values come here. */
function plain(body: unknown): Json {
  return body as Json;
}

/** A 429 that says in how many seconds to come again. */
export function tooMany(seconds: number): HttpResponse {
  return json(429, { message: 'Too many requests' }, { 'retry-after': String(seconds) });
}

/** What Grafana answers where it has no such route. */
export function notServed(record: RequestRecord, route: 'method' | undefined): Problem {
  if (!record.path.startsWith('/apis')) {
    return problem(404, 'Not found');
  }
  return route === 'method'
    ? k8sStatus(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
    : k8sStatus(404, 'NotFound', 'the server could not find the requested resource');
}
