import { startS3Server } from '../../tests/support/s3/server.ts';
import type { BucketReply, BucketOrder } from './bucket.ts';

const [directory = '', latency = '0', port = '0'] = process.argv.slice(2);
const server = await startS3Server({
  buckets: ['bench'],
  directory,
  port: Number(port),
  latencyMilliseconds: Number(latency),
  record: false,
});

process.on('message', (order: BucketOrder) => {
  if (order === 'clear') {
    server.counts.clear();
  }
  process.send?.({ counts: Object.fromEntries(server.counts) } satisfies BucketReply);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: server.port, environment: { ...server.environment } });
