import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { GrafanaClient } from '../../pkg/grafana/client.ts';
import { tokenCredentials } from '../../pkg/grafana/credentials.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { realClock, realRandomness } from '../support/ports.ts';

test('there are no more connections than requests at once', async () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end('{"some":"answer"}'));
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = GrafanaClient.open({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: tokenCredentials(async () => 'token'),
    clock: realClock,
    randomness: realRandomness,
    log: silentLog,
    concurrency: 3,
  });
  try {
    await Promise.all(Array.from({ length: 60 }, (_, index) => client.get(`/api/${index}`)));
  } finally {
    await client.close();
    server.close();
  }

  expect(connections).toBeLessThanOrEqual(3);
});
