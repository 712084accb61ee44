import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { Agent, request } from 'undici';
import type { Address, Counted } from './servers.ts';

const READS_AT_ONCE = 8;
const WRITES_AT_ONCE = 16;

/** The bucket by the stock client alone. */
export function bareBucket(address: Address): S3Client {
  return new S3Client({
    endpoint: address.s3['DASHKEEP_S3_ENDPOINT'],
    region: address.s3['AWS_REGION'],
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    credentials: {
      accessKeyId: address.s3['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: address.s3['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
}

/** Sizes of everything that lies in the bucket. */
export async function sizesIn(bucket: S3Client): Promise<number[]> {
  const sizes: number[] = [];
  for (let token: string | undefined; ;) {
    const page = await bucket.send(new ListObjectsV2Command({ Bucket: 'bench', ContinuationToken: token }));
    sizes.push(...(page.Contents ?? []).map(({ Size }) => Size ?? 0));
    token = page.NextContinuationToken;
    if (token === undefined) {
      return sizes;
    }
  }
}

/**
 * The lower bound: the same reads and the same puts by bare requests, side by side, at the concurrency that Dashkeep
 * uses. Nothing is parsed, hashed, compressed or checked. Seconds.
 */
export async function lowerBound(address: Address, counted: Counted, sizes: number[]): Promise<number> {
  const agent = new Agent({ connections: READS_AT_ONCE });
  const bucket = bareBucket(address);
  const [read, write] = [pLimit(READS_AT_ONCE), pLimit(WRITES_AT_ONCE)];
  const started = performance.now();
  await Promise.all([
    ...counted.requests
      .filter(({ method }) => method === 'GET')
      .map(({ path, query }) =>
        read(async () => {
          const url = address.grafana + path + (query === '' ? '' : `?${query}`);
          const answer = await request(url, {
            headers: { authorization: `Bearer ${address.token}` },
            dispatcher: agent,
          });
          await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
        }),
      ),
    ...sizes.map((size, index) => write(() => put(bucket, `bound/${index}`, Buffer.alloc(size, index)))),
  ]);
  const seconds = (performance.now() - started) / 1000;
  await agent.close();
  bucket.destroy();
  return seconds;
}

/** The classic script's way: list, then one dashboard after another, read and copied, nothing at the same time. Seconds. */
export async function oneAfterAnother(address: Address, limit: number): Promise<number> {
  const agent = new Agent({ connections: 1 });
  const bucket = bareBucket(address);
  const get = async (path: string): Promise<string> => {
    const headers = { authorization: `Bearer ${address.token}` };
    return (await request(address.grafana + path, { headers, dispatcher: agent })).body.text();
  };
  const started = performance.now();
  const found = JSON.parse(await get('/api/search?type=dash-db&limit=5000')) as { uid: string }[];
  for (const { uid } of found.slice(0, limit)) {
    await put(bucket, `classic/dashboard-${uid}.json`, Buffer.from(await get(`/api/dashboards/uid/${uid}`)));
  }
  const seconds = (performance.now() - started) / 1000;
  await agent.close();
  bucket.destroy();
  return seconds;
}

async function put(bucket: S3Client, key: string, body: Buffer): Promise<void> {
  await bucket.send(new PutObjectCommand({ Bucket: 'bench', Key: key, Body: body }));
}
