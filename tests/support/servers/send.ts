import { request, type Dispatcher } from 'undici';

/**
 * Sends a request as fetch does, but without redirects, and for a third of the processor's time: tests send tens of
 * thousands.
 */
export async function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; headers: Headers; text: string }> {
  const answer = await request(url, { method: method as Dispatcher.HttpMethod, headers, body });
  const fields = Object.entries(answer.headers).flatMap(([name, values = []]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return { status: answer.statusCode, headers: new Headers(fields), text: await answer.body.text() };
}
