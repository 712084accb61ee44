import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const UNTIL = 'x-ms-immutability-policy-until-date';
const MODE = 'x-ms-immutability-policy-mode';

/** In front of Azurite, which has no immutability policies: the part of Azure's protocol that stores use of them. */
export async function startImmutable(upstream: string): Promise<{ origin: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(upstream);
  /** By path. A policy belongs to the version that is current, so a blob that is replaced has none. */
  const blobs = new Map<string, { until: Date; mode: string } | undefined>();
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) {
      parts.push(part as Buffer);
    }
    const { method, headers } = request;
    const { pathname: path, searchParams } = new URL(request.url ?? '', upstream);
    const until = headers[UNTIL] === undefined ? undefined : new Date(String(headers[UNTIL]));
    const asked = until && { until, mode: String(headers[MODE] ?? 'Unlocked') };
    const comp = searchParams.get('comp');
    if (comp === 'batch') {
      refuse(response, 501, 'NotImplemented');
      return;
    }
    if (comp === 'immutabilityPolicies') {
      const held = blobs.get(path);
      if (!blobs.has(path)) {
        refuse(response, 404, 'BlobNotFound');
      } else if (
        asked === undefined ||
        (held?.mode === 'Locked' && (asked.mode !== 'Locked' || asked.until < held.until))
      ) {
        refuse(response, 409, 'BlobImmutableDueToPolicy');
      } else {
        blobs.set(path, asked);
        response.writeHead(200, { [UNTIL]: asked.until.toUTCString(), [MODE]: asked.mode }).end();
      }
      return;
    }
    const onward = ask({ hostname, port, method, path: request.url, headers }).end(Buffer.concat(parts));
    const [reply] = (await once(onward, 'response')) as [IncomingMessage];
    const more: Record<string, string> = {};
    if (searchParams.get('restype') === 'container') {
      more['x-ms-immutable-storage-with-versioning-enabled'] = 'true';
    } else if (method === 'PUT' && reply.statusCode === 201) {
      blobs.set(path, asked);
    } else if (method === 'DELETE') {
      blobs.delete(path);
      more['x-ms-delete-type-permanent'] = 'false';
    }
    const held = blobs.get(path);
    if (held !== undefined && method !== 'PUT') {
      more[UNTIL] = held.until.toUTCString();
      more[MODE] = held.mode.toLowerCase();
    }
    response.writeHead(reply.statusCode ?? 502, { ...reply.headers, ...more });
    reply.pipe(response);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', 'x-ms-error-code': code }).end(body);
}
