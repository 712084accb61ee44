import { ancestors } from './access.ts';
import { removeDashboard } from './dashboards.ts';
import type { Folder, Org } from './model/model.ts';
import type { Manager, AclEntry } from './model/stored.ts';
import type { GrafanaState } from './state.ts';

export function addFolder(
  state: GrafanaState,
  org: Org,
  given: {
    uid?: string;
    title: string;
    description?: string;
    parentUid?: string;
    by: string;
    acl: AclEntry[];
    managedBy?: Manager;
  },
): Folder {
  const uid = given.uid ?? state.newUid();
  const folder: Folder = {
    ...state.stored(uid, given.by, 'folders'),
    managedBy: given.managedBy,
    title: given.title,
    description: given.description,
    parentUid: given.parentUid ?? '',
    acl: given.acl,
  };
  org.folders.set(uid, folder);
  org.index.put({ type: 'dash-folder', uid });
  return folder;
}

/** Why a folder may not be put there; undefined when it may. */
export function placeProblem(
  org: Org,
  maxDepth: number,
  uid: string,
  parentUid: string,
): 'no-parent' | 'too-deep' | 'circular' | undefined {
  if (parentUid === '') {
    return undefined;
  }
  const chain = ancestors(org, parentUid);
  if (chain.length === 0) {
    return 'no-parent';
  }
  if (parentUid === uid || chain.some((folder) => folder.uid === uid)) {
    return 'circular';
  }
  return chain.length + height(org, uid) > maxDepth ? 'too-deep' : undefined;
}

/** Levels of a folder's own tree: 1 without children. */
function height(org: Org, uid: string): number {
  return 1 + Math.max(0, ...childrenOf(org, uid).map((child) => height(org, child.uid)));
}

export function childrenOf(org: Org, parentUid: string): Folder[] {
  return [...org.folders.values()].filter((folder) => folder.parentUid === parentUid);
}

/** A folder and every folder below it. */
export function treeOf(org: Org, uid: string): string[] {
  return [uid, ...childrenOf(org, uid).flatMap((child) => treeOf(org, child.uid))];
}

/** What is in a folder and below it, by kind. */
export function countsBelow(org: Org, uid: string): Record<string, number> {
  const tree = new Set(treeOf(org, uid));
  const inTree = <T>(items: Iterable<T>, folderOf: (item: T) => string) =>
    [...items].filter((item) => tree.has(folderOf(item))).length;
  return {
    folder: tree.size - 1,
    dashboard: inTree(org.dashboards.values(), (dashboard) => dashboard.folderUid),
    alertrule: inTree(org.alerting.rules.values(), (rule) => rule.folderUid),
    librarypanel: inTree(org.libraryPanels.values(), (panel) => panel.folderUid),
  };
}

/** Removes a folder with everything in it. */
export function removeFolder(state: GrafanaState, org: Org, uid: string, by: string): void {
  const tree = new Set(treeOf(org, uid));
  for (const dashboard of [...org.dashboards.values()]) {
    if (tree.has(dashboard.folderUid)) {
      removeDashboard(state, org, dashboard.uid, by);
    }
  }
  for (const panel of [...org.libraryPanels.values()]) {
    if (tree.has(panel.folderUid)) {
      org.libraryPanels.delete(panel.uid);
    }
  }
  for (const rule of [...org.alerting.rules.values()]) {
    if (tree.has(rule.folderUid)) {
      org.alerting.rules.delete(rule.uid);
    }
  }
  // A folder goes after those in it.
  for (const below of [...tree].reverse()) {
    state.keepDeleted(org, 'folders', org.folders.get(below), by);
    org.folders.delete(below);
    org.index.remove({ type: 'dash-folder', uid: below });
  }
}

/** Whether a dashboard outside the folder uses a library panel inside it. */
export function libraryPanelsInUse(org: Org, uid: string): boolean {
  const tree = new Set(treeOf(org, uid));
  const inside = new Set(
    [...org.libraryPanels.values()].filter((panel) => tree.has(panel.folderUid)).map((panel) => panel.uid),
  );
  return [...org.dashboards.values()].some(
    (dashboard) => !tree.has(dashboard.folderUid) && dashboard.libraryPanels.some((panel) => inside.has(panel)),
  );
}
