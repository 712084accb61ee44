import { expect, test } from 'vitest';
import { servedClient } from './served-client.ts';

test('there are no more connections than concurrent requests', async () => {
  let connections = 0;
  const { client, server } = await servedClient((_request, response) => response.end('{"some":"answer"}'), 3);
  server.on('connection', () => connections++);

  await Promise.all(Array.from({ length: 60 }, (_, index) => client.get(`/api/${index}`)));

  expect(connections).toBeLessThanOrEqual(3);
});
