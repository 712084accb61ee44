import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { tokenCredentials } from '../../pkg/grafana/http/credentials.ts';
import { portOf } from '../support/servers/listening.ts';
import { realClock, realRandomness } from '../support/ports.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

/** A client of a server that answers as it is told; both are closed after the test. */
export async function servedClient(
  answer: RequestListener,
  concurrency?: number,
): Promise<{ client: GrafanaClient; server: Server }> {
  const server = createServer(answer);
  const client = GrafanaClient.open({
    url: `http://127.0.0.1:${await portOf(server)}`,
    credentials: tokenCredentials(async () => 'token'),
    clock: realClock,
    randomness: realRandomness,
    log: silentLog,
    concurrency,
  });
  closing.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => client.close(),
  );
  return { client, server };
}
