import type { Simulator } from '../support/grafana/simulator.ts';
import { send } from '../support/servers/send.ts';

export interface HttpResponse {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; tests look into it freely. */
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

/** Calls the simulator as curl would. `as` is a token, or `user:password`. */
export async function call(
  grafana: Simulator,
  as: string,
  route: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<HttpResponse> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const authorization = as.startsWith('glsa_') || as.startsWith('eyJ') ? `Bearer ${as}` : `Basic ${btoa(as)}`;
  const answer = await send(
    `${grafana.url}${path}`,
    method,
    { ...(as === '' ? {} : { authorization }), 'content-type': 'application/json', ...headers },
    body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  );
  let parsed: unknown;
  try {
    parsed = JSON.parse(answer.text);
  } catch {
    parsed = undefined;
  }
  return { ...answer, body: parsed };
}
