import { ancestors, defaultAcl } from '../access.ts';
import { spliceMembers, type Body } from '../http/body.ts';
import { convertSpec, isV2 } from '../k8s/convert.ts';
import { addDashboard, changeDashboard } from '../dashboards.ts';
import { addFolder } from '../folders.ts';
import { servedVersions } from '../profiles/profiles.ts';
import { Random } from '../random.ts';
import type { GrafanaState } from '../state.ts';
import { classicText } from './panels.ts';
import { AWKWARD_TITLES, TAGS, titleOf } from './titles.ts';

export interface SeedDashboards {
  count: number;
  /** How many folders they are spread over; every tenth dashboard stays at the root. None by default. */
  folders?: number;
  /** About how big each dashboard is, in characters; 3 000 by default. */
  bytes?: number;
  seed?: number;
  orgId?: number;
  /** Share of dashboards stored as v2 where the profile has it; 0.1 by default. */
  v2Share?: number;
  /** Whether titles that have broken tools are among them; yes by default. */
  awkward?: boolean;
}

export interface Seeded {
  folders: string[];
  dashboards: string[];
}

/** Fills an org with dashboards whose texts are made when they are read, always the same ones. */
export function seedDashboards(state: GrafanaState, given: SeedDashboards, nested: boolean): Seeded {
  const seed = given.seed ?? 1;
  const random = new Random(seed);
  const org = state.org(given.orgId ?? 1);
  const folders = seedFolders(state, given, nested, random);
  const versions = storedVersions(state, given.v2Share ?? 0.1);
  const awkward = given.awkward ?? true;
  const dashboards: string[] = [];
  for (let index = 0; index < given.count; index++) {
    const folderUid = index % 10 === 9 || folders.length === 0 ? '' : (folders[index % folders.length] as string);
    const trouble = awkward && index % 7 === 3 ? AWKWARD_TITLES[(index - 3) / 7] : undefined;
    // A pair of one title in one folder, where this Grafana allows it.
    const twin = awkward && index === folders.length * 2 + 5 && !state.profile.uniqueDashboardTitles;
    const title = twin ? 'twin' : (trouble ?? titleOf(random, index));
    const tags = [random.pick(TAGS), random.pick(TAGS)].filter((tag, at, all) => all.indexOf(tag) === at);
    const apiVersion = versions[random.below(versions.length)] as string;
    const old = apiVersion === 'v0alpha1' && index % 13 === 0;
    const uid = random.id(14);
    const given_ = {
      seed: seed * 1_000_003 + index,
      bytes: given.bytes ?? 3_000,
      title,
      tags,
      schemaVersion: old ? 36 : state.profile.schemaVersion,
    };
    const by = 'user:seed';
    const acl = folderUid === '' ? defaultAcl(() => state.nextId(), undefined, true) : [];
    const content = { apiVersion, title, tags, body: lazyBody(given_, apiVersion), libraryPanels: [] };
    addDashboard(state, org, { ...content, uid, folderUid, by, acl });
    dashboards.push(uid);
    if (twin) {
      const other = { ...content, body: lazyBody({ ...given_, seed: given_.seed + 7 }, apiVersion) };
      addDashboard(state, org, { ...other, uid: random.id(14), folderUid, by, acl });
    }
  }
  org.index.flush();
  return { folders, dashboards };
}

/** Edits that many dashboards, spread evenly over the org. */
export function touchDashboards(state: GrafanaState, count: number, seed: number): string[] {
  const org = state.org(1);
  const all = [...org.dashboards.values()];
  const step = Math.max(1, Math.floor(all.length / Math.max(1, count)));
  return all
    .filter((_, index) => index % step === seed % step)
    .slice(0, count)
    .map((dashboard) => {
      const before = dashboard.body;
      const note = `"description":"edited, round ${seed}"`;
      const body: Body = {
        size: before.size + note.length,
        text: () => spliceMembers(before.text().replace(/,"description":"edited, round \d+"/, ''), note),
      };
      const change = { ...dashboard, body, by: 'user:editor', message: 'Edited' };
      changeDashboard(state, org, dashboard, change);
      org.index.flush();
      return dashboard.uid;
    });
}

/** Characters of v2 texts that are kept after they were first made: they are costly, and not many. */
const KEPT_BUDGET = 40_000_000;
let keptCharacters = 0;

function lazyBody(given: Parameters<typeof classicText>[0], apiVersion: string): Body {
  if (!isV2(apiVersion)) {
    return { size: given.bytes, text: () => classicText(given) };
  }
  let kept: string | undefined;
  return {
    size: given.bytes,
    text() {
      if (kept !== undefined) {
        return kept;
      }
      const text = withTabs(convertSpec(classicText(given), 'v1', apiVersion, given.schemaVersion));
      if (keptCharacters + text.length <= KEPT_BUDGET) {
        keptCharacters += text.length;
        kept = text;
      }
      return text;
    },
  };
}

/** Puts the grid into two tabs: what a classic dashboard cannot hold. */
function withTabs(text: string): string {
  const spec = JSON.parse(text) as { layout: { spec: { items: unknown[] } } };
  const { items } = spec.layout.spec;
  const middle = items.length >> 1;
  const tab = (title: string, part: unknown[]) => ({
    kind: 'TabsLayoutTab',
    spec: { title, layout: { kind: 'GridLayout', spec: { items: part } } },
  });
  const layout = {
    kind: 'TabsLayout',
    spec: { tabs: [tab('Overview', items.slice(0, middle)), tab('Details', items.slice(middle))] },
  };
  return JSON.stringify({ ...spec, layout });
}

/** The versions dashboards are stored as, in the proportions that a Grafana with a past has. */
function storedVersions(state: GrafanaState, v2Share: number): string[] {
  const served = servedVersions(state.profile, 'dashboard.grafana.app');
  if (served.length === 0) {
    return ['v0alpha1'];
  }
  const classic = served.filter((version) => !isV2(version));
  const v2 = served.filter((version) => isV2(version) && version !== 'v2alpha1');
  const slots = 40;
  const modern = Math.round(slots * v2Share);
  return Array.from({ length: slots }, (_, index) =>
    index < modern ? v2[index % v2.length] : index % 2 === 0 ? 'v0alpha1' : classic[index % classic.length],
  ).map((version) => version ?? 'v0alpha1');
}

function seedFolders(state: GrafanaState, given: SeedDashboards, nested: boolean, random: Random): string[] {
  const org = state.org(given.orgId ?? 1);
  const uids: string[] = [];
  const depthLimit = Math.min(4, state.profile.maxFolderDepth);
  for (let index = 0; index < (given.folders ?? 0); index++) {
    const parent = index % 3 === 0 ? '' : (uids[(index - 1) >> 1] ?? '');
    const fits = nested && ancestors(org, parent).length < depthLimit;
    const folder = addFolder(state, org, {
      uid: random.id(14),
      title: index === 5 ? 'Ops / 夜間 🌙' : `Team ${index}`,
      parentUid: fits ? parent : '',
      by: 'user:seed',
      acl: fits && parent !== '' ? [] : defaultAcl(() => state.nextId(), undefined, true),
    });
    uids.push(folder.uid);
  }
  return uids;
}
