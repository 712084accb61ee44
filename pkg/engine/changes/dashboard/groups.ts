import type { ReadableChange } from '../../../contract/api/diff.ts';
import { leavesOf, namesOf } from '../leaves.ts';
import { longestRun, pairUp } from '../named-lists.ts';
import { change } from '../change.ts';
import type { DashboardModel, Group, Panel } from './model.ts';
import { groupName } from './names.ts';

/** Rows and tabs of both sides that are the same one: keys of the later side by those of the earlier. */
export interface GroupPairs {
  keys: Map<string, string>;
  changes: ReadableChange[];
  /** Whether panels got other neighbours or heights by it without being moved themselves. */
  shifting: boolean;
}

/** What happened to rows and tabs. A row is known by its id, its title, or the panels in it. */
export function groupChanges(
  before: DashboardModel,
  after: DashboardModel,
  panels: readonly (readonly [Panel, Panel])[],
): GroupPairs {
  const [olds, news] = [before.groups.slice(1), after.groups.slice(1)];
  const pairs = pairUp(olds, news, (group) => [
    group.id === undefined ? undefined : `${group.id} ${group.title}`,
    group.title === '' ? undefined : group.title,
    group.id === undefined ? undefined : String(group.id),
  ]);
  const open = sharingPanels(pairs.removed, pairs.added, panels);
  const both = [...pairs.both, ...open];
  const gone = pairs.removed.filter((group) => !open.some(([one]) => one === group));
  const made = pairs.added.filter((group) => !open.some(([, other]) => other === group));
  const changes = [
    ...made.map((group) => whole(group, 'added')),
    ...gone.map((group) => whole(group, 'removed')),
    ...both.flatMap(([one, other]) => changesOf(one, other)),
    ...(pairs.reordered ? moved(pairs.both) : []),
  ];
  const root = ['', ''] as const;
  return {
    keys: new Map([root, ...both.map(([one, other]) => [one.key, other.key] as const)]),
    changes,
    shifting: changes.length > 0,
  };
}

/** Rows without a common name that hold the same panels: they were renamed. */
function sharingPanels(
  removed: readonly Group[],
  added: readonly Group[],
  panels: readonly (readonly [Panel, Panel])[],
): [Group, Group][] {
  const left = new Set(added);
  return removed.flatMap((group): [Group, Group][] => {
    const inside = panels.filter(([one]) => one.place.group === group.key);
    const other = [...left].find(
      ({ key }) =>
        inside.length > 0 && inside.filter(([, panel]) => panel.place.group === key).length * 2 > inside.length,
    );
    if (other === undefined) {
      return [];
    }
    left.delete(other);
    return [[group, other]];
  });
}

function whole(group: Group, what: 'added' | 'removed'): ReadableChange {
  const params = { row: groupName(group) };
  return group.type === 'tab' ? change(`tab-${what}`, params) : change(`row-${what}`, params);
}

function changesOf(before: Group, after: Group): ReadableChange[] {
  const row = groupName(after);
  const settings = leavesOf(before.settings, after.settings);
  const found: ReadableChange[] = [];
  if (before.title !== after.title) {
    const params = { before: groupName(before), after: row };
    found.push(after.type === 'tab' ? change('tab-title', params) : change('row-title', params));
  }
  if (before.collapsed !== after.collapsed && before.type === after.type) {
    found.push(change(after.collapsed ? 'row-collapsed' : 'row-expanded', { row }));
  }
  if (before.repeat !== after.repeat) {
    found.push(change('row-repeat', { row, before: before.repeat, after: after.repeat }));
  }
  if (settings.length > 0 && before.type === after.type) {
    const params = { row, names: namesOf(settings) };
    const evidence = { before: before.settings, after: after.settings };
    found.push(
      after.type === 'tab' ? change('tab-settings', params, evidence) : change('row-settings', params, evidence),
    );
  }
  return found;
}

/** The fewest rows that must have been moved to get from the one order to the other. */
function moved(both: readonly (readonly [Group, Group])[]): ReadableChange[] {
  const order = new Map([...both.map(([, after]) => after)].sort(byKey).map((group, at) => [group, at]));
  const places = both.map(([, after]) => order.get(after) ?? 0);
  const staying = longestRun(places);
  return both.flatMap(([, group], at) => {
    const params = { row: groupName(group) };
    return staying.has(at) ? [] : [group.type === 'tab' ? change('tab-moved', params) : change('row-moved', params)];
  });
}

function byKey(a: Group, b: Group): number {
  return Number(a.key.split(' ').at(-1)) - Number(b.key.split(' ').at(-1));
}
