import { Agent, request } from 'undici';
import { send, signPut } from '../target/signed.ts';
import type { World } from './world.ts';

/** After this number of requests of each sort the servers' code is translated as well as it gets: 300 were too few. */
const REQUESTS = 2000;
const AT_ONCE = 4;

/** Lists in each: what is stored in the other one is converted. */
const VERSIONS = ['v1beta1', 'v2beta1'];

/**
 * Has Grafana and the bucket do some of everything before it counts, for every tool alike: a simulated server answers
 * its first requests several times slower, which no Grafana that people use does.
 */
export async function warmUp(world: World): Promise<void> {
  const [grafana, bucket] = [new Agent({ connections: AT_ONCE }), new Agent({ connections: AT_ONCE })];
  const uids = await world.uids();
  const read = async (path: string): Promise<void> => {
    const headers = { authorization: `Bearer ${world.grafana.token}` };
    const answer = await request(world.grafana.url + path, { headers, dispatcher: grafana });
    await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
  };
  await world.meanwhile(async () => {
    for (let index = 0; index < REQUESTS; index += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, offset) => uids[(index + offset) % uids.length] ?? '');
      await Promise.all(
        some.flatMap((uid, offset) => [
          read(`/api/dashboards/uid/${uid}`),
          read(`${dashboards('v1beta1')}/${uid}`),
          send(signPut(world.bucket.environment, `warm-up/${index + offset}`, Buffer.alloc(5000, index)), bucket),
        ]),
      );
      if (index % 20 === 0) {
        await read('/api/search?limit=100');
        await Promise.all(VERSIONS.map((version) => read(`${dashboards(version)}?limit=50`)));
      }
    }
  });
  await Promise.all([grafana.close(), bucket.close()]);
  world.bucket.remove('warm-up');
}

/** Older versions of Grafana don't know it, and say so. */
function dashboards(version: string): string {
  return `/apis/dashboard.grafana.app/${version}/namespaces/default/dashboards`;
}
