import { describe, expect, it } from 'vitest';
import type { Json } from '../../../pkg/lib/json/json.ts';
import type { Fault } from '../../support/grafana/http/faults.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { type Bench, DASHBOARDS, start } from '../harness.ts';

const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

type Listing = { kind: string; items: { metadata: { name: string } }[] } & Record<string, Json>;

/** Lets lists of dashboards lack one that is there. */
async function hide(grafana: Bench['grafana'], uid: string, ...faults: Fault[]): Promise<void> {
  const { index } = grafana.state.org(1);
  index.remove({ type: 'dash-db', uid });
  index.flush();
  for (const version of ['v1', 'v1beta1', 'v0alpha1']) {
    const path = `/apis/dashboard.grafana.app/${version}/namespaces/default/dashboards`;
    const answer = await fetch(grafana.url + path, {
      headers: { authorization: `Basic ${btoa('admin:admin')}`, accept: METADATA_LIST },
    });
    if (!answer.ok) {
      continue;
    }
    const list = (await answer.json()) as Listing;
    const items = list.items.filter(({ metadata }) => metadata.name !== uid);
    // Something was written since the last snapshot, or that would replace the list.
    const metadata = { resourceVersion: '9999999999999999' };
    faults.push({
      match: new RegExp(`GET ${path.replaceAll('.', '\\.')}\\?`),
      action: { kind: 'status', status: 200, body: { ...list, metadata, items } as unknown as Json },
    });
  }
  grafana.setFaults(...faults);
}

describe.each(ENGINE_PROFILES)('what the last snapshot had and the list of Grafana %s lacks', (profile) => {
  it('is stored if it is there all the same', async () => {
    const { grafana, backup } = await start({ profile });
    const { dashboards } = grafana.seedDashboards({ count: 30, folders: 2, bytes: 600 });
    const [uid = ''] = dashboards;
    const before = await backup({ kinds: DASHBOARDS });
    await hide(grafana, uid);

    const after = await backup({ kinds: DASHBOARDS });

    expect(after.status).toBe('complete');
    const object = (manifest: typeof after): unknown => manifest.resources.find((entry) => entry.uid === uid)?.object;
    expect(object(before)).toBeTypeOf('string');
    expect(object(after)).toBe(object(before));
    expect(after.resources).toHaveLength(before.resources.length);
  });

  it('is gone if Grafana says so', async () => {
    const { grafana, backup } = await start({ profile });
    const { dashboards } = grafana.seedDashboards({ count: 30, folders: 2, bytes: 600 });
    const gone = dashboards.slice(0, 3);
    const before = await backup({ kinds: DASHBOARDS });
    for (const uid of gone) {
      await fetch(`${grafana.url}/api/dashboards/uid/${uid}`, {
        method: 'DELETE',
        headers: { authorization: `Basic ${btoa('admin:admin')}` },
      });
    }
    grafana.state.org(1).index.flush();

    const after = await backup({ kinds: DASHBOARDS });

    expect(after.status).toBe('complete');
    const uids = before.resources.map(({ uid }) => uid).filter((uid) => !gone.includes(uid));
    expect(after.resources.map(({ uid }) => uid)).toEqual(uids);
  });

  it('is named where Grafana does not say', async () => {
    const { grafana, backup } = await start({ profile });
    const { dashboards } = grafana.seedDashboards({ count: 30, folders: 2, bytes: 600 });
    const [uid = ''] = dashboards;
    await backup({ kinds: DASHBOARDS });
    await hide(grafana, uid, {
      match: new RegExp(`GET .*/${uid}$`),
      action: { kind: 'status', status: 500, body: { message: 'database is locked' } },
    });

    const after = await backup({ kinds: DASHBOARDS });

    expect(after.status).toBe('partial');
    expect(after.errors).toEqual([expect.objectContaining({ kind: 'dashboard', uid })]);
  });
});
