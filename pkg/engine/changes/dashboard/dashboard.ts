import type { ReadableChange } from '../../../contract/api/diff.ts';
import { panelNames } from '../../../contract/dashboards/panel-names.ts';
import { v2SpecOf } from '../../../contract/dashboards/v2.ts';
import type { JsonObject } from '../../../lib/json/json.ts';
import { leavesOf, type Leaf } from '../leaves.ts';
import { change, inWords } from '../change.ts';
import { classicModel } from './classic.ts';
import { groupChanges } from './groups.ts';
import { annotationChanges, linkChanges, variableChanges } from './lists.ts';
import { migrationOf, SOURCES_BY_UID, type Migration } from './migrations.ts';
import type { DashboardModel } from './model.ts';
import { plainName } from './names.ts';
import { pairPanels } from './panels/pairing.ts';
import { panelChanges } from './panels/panels.ts';
import { placeChanges } from './places.ts';
import { v2Model } from './v2.ts';
import { without } from '../../../lib/json/json.ts';

/**
 * What somebody did to a dashboard, and what Grafana did to its form. Either side may be of the classic schema or v2.
 */
export function dashboardChanges(before: JsonObject, after: JsonObject): ReadableChange[] {
  const [old, fresh] = [modelOf(before), modelOf(after)];
  const migration = migrationOf(old, fresh);
  return [
    ...(migration.change === undefined ? [] : [migration.change]),
    ...headChanges(old, fresh),
    ...contentChanges(old, fresh, migration),
    ...listChanges(old, fresh, migration),
  ];
}

function modelOf(body: JsonObject): DashboardModel {
  const v2 = v2SpecOf(body);
  return v2 === undefined ? classicModel(body) : v2Model(v2.api, v2.spec as JsonObject);
}

function headChanges(before: DashboardModel, after: DashboardModel): ReadableChange[] {
  const found: ReadableChange[] = [];
  if (before.title !== after.title) {
    found.push(change('title', { before: before.title, after: after.title }));
  }
  if (before.description !== after.description) {
    found.push(change('description', {}, { before: before.description, after: after.description }));
  }
  const [left, came] = [missingFrom(before.tags, after.tags), missingFrom(after.tags, before.tags)];
  if (left.length + came.length > 0) {
    const tags = [...came.map((tag) => `+${tag}`), ...left.map((tag) => `−${tag}`)].join(', ');
    found.push(change('tags', { tags }, { before: before.tags, after: after.tags }));
  }
  const [time, newTime] = [before, after].map(({ time: { from, to } }) => `${from} – ${to}`);
  if (time !== newTime) {
    found.push(change('time-range', { before: time ?? '', after: newTime ?? '' }));
  }
  if (before.refresh !== after.refresh) {
    found.push(change('refresh', { before: before.refresh, after: after.refresh }));
  }
  if (before.timezone !== after.timezone) {
    found.push(change('timezone', { before: before.timezone, after: after.timezone }));
  }
  return [...found, ...leavesOf(before.settings, after.settings).map(settingChange)];
}

function missingFrom(list: readonly string[], others: readonly string[]): string[] {
  return list.filter((one) => !others.includes(one));
}

function settingChange({ path, before, after }: Leaf): ReadableChange {
  const name = path.join('.');
  return [before, after].some((value) => typeof value === 'object' && value !== null)
    ? change('setting', { name }, { path: name, before, after })
    : change('setting-values', { name, before: inWords(before), after: inWords(after) });
}

function contentChanges(before: DashboardModel, after: DashboardModel, migration: Migration): ReadableChange[] {
  const { both, added, removed } = pairPanels(before.panels, after.panels);
  const [names, newNames] = [panelNames(before.panels, plainName), panelNames(after.panels, plainName)];
  const groups = groupChanges(before, after, both);
  const others = { names: newNames, countChanged: added.length + removed.length > 0 };
  const rearranged = before.arrangement !== after.arrangement && !isOnlyRows(before, after);
  return [
    ...added.map((panel) => change('panel-added', { panel: newNames.get(panel) ?? '' })),
    ...removed.map((panel) => change('panel-removed', { panel: names.get(panel) ?? '' })),
    ...(rearranged ? [change('layout', { before: before.arrangement, after: after.arrangement })] : []),
    ...groups.changes,
    ...placeChanges(before, after, both, groups, others),
    ...both.flatMap(([one, other]) => panelChanges(one, other, newNames.get(other) ?? '', migration)),
  ];
}

/** A grid that gets its first row, or loses its last one, is named as that row. */
function isOnlyRows(before: DashboardModel, after: DashboardModel): boolean {
  return [before, after].every(({ arrangement }) => arrangement === 'grid' || arrangement === 'rows');
}

function listChanges(before: DashboardModel, after: DashboardModel, migration: Migration): ReadableChange[] {
  const isRenamed = migration.spans(SOURCES_BY_UID);
  const bare = (list: readonly JsonObject[]): readonly JsonObject[] =>
    isRenamed ? list.map((one) => without(one, 'datasource')) : list;
  return [
    ...variableChanges(bare(before.variables), bare(after.variables)),
    ...annotationChanges(bare(before.annotations), bare(after.annotations)),
    ...linkChanges(before.links, after.links),
  ];
}
