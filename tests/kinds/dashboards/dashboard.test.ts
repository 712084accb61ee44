import { expect, test } from 'vitest';
import { dashboard } from '../../../pkg/grafana/kinds/dashboards/dashboard.ts';
import type { Known, Listed } from '../../../pkg/grafana/kinds/kind.ts';
import { canonicalOf, formOf, releaseForm } from '../../../pkg/grafana/kinds/text-content.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { listed, testGrafana, type TestGrafana } from '../harness.ts';

const NOTHING_KNOWN: Known = { revision: () => undefined, size: 0 };

/** That many dashboards, each stored in the version that its place among the names has. @returns the names, sorted */
function storedAs({ sim }: TestGrafana, count: number, version: (index: number) => string): string[] {
  sim.seedDashboards({ count, folders: 3, bytes: 2000, v2Share: 0 });
  const { dashboards } = sim.state.org(1);
  const names = [...dashboards.keys()].sort();
  for (const [index, uid] of names.entries()) {
    const held = dashboards.get(uid);
    if (held !== undefined) {
      held.apiVersion = version(index);
    }
  }
  return names;
}

function pagesAsked({ sim }: TestGrafana): number {
  return sim.requests.filter(({ path }) => path.endsWith('/dashboards')).length;
}

test.each(TRIED_PROFILES)(
  'thousands of dashboards and folders are listed to the last one: Grafana %s',
  async (profile) => {
    const grafana = await testGrafana({ profile });
    try {
      // More than a page of what the version has: of searches before 12.
      const [count, asFolders] = profile < '12' ? [5_100, 1_100] : [1_100, 550];
      const { folders } = grafana.sim.seedDashboards({ count, folders: asFolders, bytes: 600 });
      const uids = async (kind: 'folder' | 'dashboard'): Promise<Set<string>> =>
        new Set((await listed(kind, await grafana.admin())).map(({ uid }) => uid));
      expect(await uids('folder')).toEqual(new Set(folders));
      expect(await uids('dashboard')).toEqual(new Set(grafana.sim.state.org(1).dashboards.keys()));
    } finally {
      await grafana.close();
    }
  },
);

test('what the list had to convert is read by one request each, in the version it is stored in', async () => {
  const grafana = await testGrafana({ profile: '13.2' });
  try {
    grafana.sim.seedDashboards({ count: 400, folders: 3, bytes: 2000 });
    const context = await grafana.account();
    const converted: Listed[] = [];
    for await (const listed of dashboard.list(context, NOTHING_KNOWN)) {
      if (listed.content === undefined) {
        converted.push(listed);
      }
    }
    expect(converted.length).toBeGreaterThan(0);
    grafana.sim.clearRequests();
    for (const listed of converted) {
      const content = await dashboard.read(context, listed);
      expect(content?.apiVersion?.split('/')[1]).toBe(grafana.sim.state.org(1).dashboards.get(listed.uid)?.apiVersion);
    }
    expect(grafana.sim.requests).toHaveLength(converted.length);
  } finally {
    await grafana.close();
  }
});

test.each([
  ['v0alpha1', 'v2beta1'],
  ['v2beta1', 'v0alpha1'],
])('a dashboard that was stored as %s and is now stored as %s is read as it is now', async (before, now) => {
  const grafana = await testGrafana({ profile: '12.4' });
  try {
    const [uid = ''] = storedAs(grafana, 4, () => now);
    const held = grafana.sim.state.org(1).dashboards.get(uid)!;
    held.convertedFrom = before;
    const context = await grafana.account();
    const shown: Listed[] = [{ uid, title: uid }];
    for await (const one of dashboard.list(context, NOTHING_KNOWN)) {
      shown.push(...(one.uid === uid ? [one] : []));
    }
    expect(shown).toHaveLength(2);
    for (const storedVersion of [before, now, undefined]) {
      shown.push({ uid, title: uid, ...(storedVersion === undefined ? {} : { storedVersion }) });
    }
    for (const one of shown) {
      const content = one.content ?? (await dashboard.read(context, one));
      expect(content?.apiVersion).toBe(`dashboard.grafana.app/${now}`);
    }
  } finally {
    await grafana.close();
  }
});

test('a long list is read once, however the first few dashboards are stored', async () => {
  const grafana = await testGrafana({ profile: '13.2' });
  try {
    const names = storedAs(grafana, 400, (index) => (index < 5 ? 'v1' : 'v0alpha1'));
    const found = new Set<string>();
    for await (const { uid } of dashboard.list(await grafana.account(), NOTHING_KNOWN)) {
      found.add(uid);
    }

    expect([...found].sort()).toEqual(names);
    // Of fifty each, and at most two in the version that it began with.
    expect(pagesAsked(grafana)).toBeLessThanOrEqual(Math.ceil(names.length / 50) + 2);
  } finally {
    await grafana.close();
  }
});

test('what a list surely has little of is given out to be read while the list goes on', async () => {
  const grafana = await testGrafana({ profile: '13.2' });
  try {
    const names = storedAs(grafana, 400, (index) => (index % 10 === 3 ? 'v2' : 'v0alpha1'));
    const found: string[] = [];
    let pages: number | undefined;
    for await (const { uid, content } of dashboard.list(await grafana.account(), NOTHING_KNOWN)) {
      found.push(uid);
      pages ??= content === undefined ? pagesAsked(grafana) : undefined;
    }

    expect(found.sort()).toEqual(names);
    // One to learn the version, the first one in that version, and of both lists the one ahead.
    expect(pages).toBeLessThanOrEqual(4);
  } finally {
    await grafana.close();
  }
});

test('what turns out to be much after all is listed, not read one by one', async () => {
  const grafana = await testGrafana({ profile: '13.2' });
  try {
    const names = storedAs(grafana, 600, (index) => (index < 100 && index % 10 !== 3 ? 'v0alpha1' : 'v1'));
    const found: string[] = [];
    let single = 0;
    for await (const { uid, content } of dashboard.list(await grafana.account(), NOTHING_KNOWN)) {
      found.push(uid);
      single += content === undefined ? 1 : 0;
    }

    expect(found.sort()).toEqual(names);
    expect(single).toBeLessThanOrEqual(50);
    expect(pagesAsked(grafana)).toBeLessThanOrEqual(3 * Math.ceil(names.length / 50));
  } finally {
    await grafana.close();
  }
});

test('a stored version that Grafana does not give out is a failure, not a deleted dashboard', async () => {
  const grafana = await testGrafana({ profile: '13.2' });
  try {
    const { dashboards } = grafana.sim.seedDashboards({ count: 3, folders: 1, bytes: 2000, v2Share: 0 });
    const [uid = ''] = dashboards;
    const held = grafana.sim.state.org(1).dashboards.get(uid);
    const asked = held?.apiVersion === 'v1' ? 'v1beta1' : 'v1';
    grafana.sim.setFaults({
      match: new RegExp(`/${held?.apiVersion}/namespaces/default/dashboards/${uid}`),
      action: { kind: 'status', status: 404, body: { kind: 'Status', code: 404, message: 'not found' } },
    });

    const read = dashboard.read(await grafana.account(), { uid, title: uid, storedVersion: asked });

    await expect(read).rejects.toThrow(/stored as/);
  } finally {
    await grafana.close();
  }
});

test('the bytes of a body are freed when it is released, and it cannot be stored by mistake afterwards', async () => {
  const grafana = await testGrafana({ profile: '13.2' });
  try {
    const [uid] = storedAs(grafana, 1, () => 'v1');
    const content = await dashboard.read(await grafana.account(), { uid: uid ?? '', title: '' });
    const form = content && formOf(content);
    expect(form?.bytes.length).toBe(form?.bytes.buffer.byteLength);

    releaseForm(content!);

    expect(form?.bytes.length).toBe(0);
    expect(() => canonicalOf(content!)).toThrow(/not valid JSON/);
  } finally {
    await grafana.close();
  }
});
