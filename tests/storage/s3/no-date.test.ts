import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { openTestStore } from '../../support/s3/open-store.ts';
import { startS3Server } from '../../support/s3/server.ts';

it('a server whose responses have no date is named with what may remove it', async () => {
  const s3 = await startS3Server();
  const proxy = createServer(({ method, url: path, headers }, response) => {
    const forwarded = request({ port: s3.port, host: '127.0.0.1', method, path, headers }, (answer) => {
      delete answer.headers.date;
      response.sendDate = false;
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    forwarded.end();
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const store = await openTestStore(s3, { environment: { DASHKEEP_S3_ENDPOINT: endpoint } });

  const asked = store.clock();

  await expect(asked).rejects.toMatchObject({
    code: 'DK_STORE_FAILED',
    message: expect.stringContaining('responses without a date'),
    hint: expect.stringContaining('a proxy in front of the storage removes the Date header'),
  });
  await store.close();
  proxy.closeAllConnections();
  proxy.close();
  await s3.close();
});
