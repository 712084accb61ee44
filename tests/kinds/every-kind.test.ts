import { afterEach, describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';
import { KIND_NAMES, type KindName } from '../../pkg/contract/kinds.ts';
import type { Content } from '../../pkg/grafana/kinds/content.ts';
import { kindOf } from '../../pkg/grafana/kinds/registry.ts';
import { PROFILES, type ProfileName } from '../support/grafana/profiles/profiles.ts';
import { restore, take, takeAll, testGrafana, type TestGrafana } from './harness.ts';

const profiles = Object.keys(PROFILES) as ProfileName[];

/** Kinds that a version of Grafana does not have, and since when it has them. */
const SINCE: Partial<Record<KindName, ProfileName>> = {
  // Its API exists from 13.1 on.
  'inhibition-rule': '13.2',
};
/** Of these, every Grafana has one, whatever the uid. */
const ALWAYS_THERE: readonly KindName[] = ['server-settings', 'org-preferences'];

function isThere(name: KindName, profile: ProfileName): boolean {
  return profiles.indexOf(profile) >= profiles.indexOf(SINCE[name] ?? profiles[0]!);
}

let grafana: TestGrafana;
afterEach(() => grafana.close());

/** The demo company, and an app that somebody configured. */
async function seed(): Promise<void> {
  grafana.sim.demoSeed();
  const id = 'grafana-oncall-app';
  grafana.sim.state.plugins.set(id, { id, name: 'OnCall', type: 'app', version: '1.9.0', autoEnabled: false });
  const { grafana: client } = await grafana.admin();
  await client.post(`/api/plugins/${id}/settings`, { enabled: true, jsonData: { url: 'http://oncall' } });
}

function stored({ body, folderUid }: Content): string {
  return canonicalJson([body, folderUid ?? ''] as Json);
}

describe.each(profiles)('every kind on %s', (profile) => {
  const names = KIND_NAMES.filter((name) => isThere(name, profile));

  it('is there, or left out for a reason that is true', async () => {
    grafana = await testGrafana({ profile, enterprise: true });
    const context = await grafana.admin();
    for (const name of KIND_NAMES) {
      expect([name, (await kindOf(name).serves(context)).served]).toEqual([name, names.includes(name)]);
    }
  });

  it('gives the same bytes by listing, by uid alone, and the next time', async () => {
    grafana = await testGrafana({ profile, enterprise: true });
    await seed();
    const empty: string[] = [];
    for (const name of names) {
      const taken = await take(name, await grafana.admin());
      const again = await take(name, await grafana.admin());
      const context = await grafana.admin();
      expect([...again.keys()]).toEqual([...taken.keys()]);
      for (const [uid, content] of taken) {
        const single = await kindOf(name).read(context, { uid, title: uid });
        expect(`${name}/${uid} ${single && stored(single)}`).toBe(`${name}/${uid} ${stored(content)}`);
        expect(stored(again.get(uid)!)).toBe(stored(content));
        // What belongs to something is named after that in a snapshot.
        if (kindOf(name).owner === undefined && kindOf(name).deletedWith === undefined) {
          expect(single?.title).toBe(content.title);
        }
      }
      empty.push(...(taken.size === 0 ? [name] : []));
    }
    expect(empty).toEqual([]);
  });

  it('says undefined of what is not there', async () => {
    grafana = await testGrafana({ profile, enterprise: true });
    const context = await grafana.admin();
    for (const name of names.filter((one) => !ALWAYS_THERE.includes(one))) {
      expect(await kindOf(name).read(context, { uid: 'nothing-like-it', title: '' })).toBeUndefined();
    }
    expect(await kindOf('org-preferences').read(context, { uid: 'team:none', title: '' })).toBeUndefined();
  });

  it('sends no write while reading and looking ahead', async () => {
    grafana = await testGrafana({ profile, enterprise: true });
    await seed();
    grafana.sim.clearRequests();
    for (const name of names) {
      const context = await grafana.admin();
      for (const [uid, content] of await take(name, context)) {
        await kindOf(name).forecast?.(context, { uid, content });
        await kindOf(name).forecast?.(context, { uid, content, live: content });
      }
    }
    expect(grafana.sim.writes()).toEqual([]);
  });

  it('comes back to an emptied Grafana as it was', async () => {
    grafana = await testGrafana({ profile, enterprise: true });
    await seed();
    const before = await takeAll(grafana, names);
    grafana.sim.wipe();
    for (const name of names.filter((one) => kindOf(one).write !== undefined)) {
      await restore(name, await grafana.admin({ includeManaged: true }), before.get(name)!);
    }
    const after = await takeAll(grafana, names);
    for (const name of names) {
      const kind = kindOf(name);
      const part = ({ body, folderUid }: Content, other: Json): string =>
        `${folderUid ?? ''} ${canonicalJson(kind.comparable?.(body, other) ?? body)}`;
      const legacyPlaylists = name === 'playlist' && PROFILES[profile].groups.length === 0;
      const contents = [before, after].map((all) =>
        [...all.get(name)!]
          .map(([uid, content]) => `${legacyPlaylists ? '' : uid} ${part(content, content.body)}`)
          .sort(),
      );
      expect({ name, contents: contents[1] }).toEqual({ name, contents: contents[0] });
    }
  });
});
