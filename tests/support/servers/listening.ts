import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

/** An HTTP server on a free port of the loopback address. */
export interface Listening {
  url: string;
  /** Ends it, and cuts what is still connected. */
  close(): Promise<void>;
}

/** Starts one that answers so. */
export async function listening(answer: RequestListener): Promise<Listening> {
  const server = createServer(answer);
  const port = await portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Lets a server listen on a free port of the loopback address. @returns the port */
export async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port of the loopback address that nobody listens on, for programs that need one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}
