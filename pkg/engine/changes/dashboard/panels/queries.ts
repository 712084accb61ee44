import type { ReadableChange } from '../../../../contract/api/diff.ts';
import { leavesOf, namesOf } from '../../leaves.ts';
import { pairUp } from '../../named-lists.ts';
import { change } from '../../change.ts';
import { SOURCES_BY_UID, type Migration } from '../migrations.ts';
import type { Panel, Query } from '../model.ts';
import { queryText } from './panel.ts';
import { without } from '../../../../lib/json/json.ts';

/** What changed in the queries of a panel; they are known by their letter, and by what they ask where that changed. */
export function queryChanges(before: Panel, after: Panel, panel: string, migration: Migration): ReadableChange[] {
  const pairs = pairUp(before.queries, after.queries, ({ refId, settings }) => [
    `${refId} ${JSON.stringify(settings)}`,
    refId,
    JSON.stringify(settings),
  ]);
  // Grafana adds an empty query where there was none, and drops one that asks nothing.
  const isShown = ({ settings }: Query): boolean => migration.change === undefined || Object.keys(settings).length > 0;
  const [added, removed] = [pairs.added.filter(isShown), pairs.removed.filter(isShown)];
  const [nameBefore, nameAfter] = [namesIn(before), namesIn(after)];
  return [
    ...added.map((query) => change('query-added', { panel, query: nameAfter(query) }, { after: textOf(query) })),
    ...removed.map((query) => change('query-removed', { panel, query: nameBefore(query) }, { before: textOf(query) })),
    ...pairs.both.flatMap(([one, other]) => changesOf(one, other, { panel, query: nameAfter(other) }, migration)),
    ...(pairs.reordered ? [change('queries-order', { panel })] : []),
  ];
}

/** Names queries by their letter; one without by its position. */
function namesIn({ queries }: Panel): (query: Query) => string {
  return (query) => (query.refId === '' ? `#${queries.indexOf(query) + 1}` : query.refId);
}

function textOf({ settings }: Query): string | typeof settings {
  return queryText(settings)?.text ?? settings;
}

function changesOf(
  before: Query,
  after: Query,
  { panel, query }: { panel: string; query: string },
  migration: Migration,
): ReadableChange[] {
  const found: ReadableChange[] = [];
  // One without a letter got one from Grafana.
  if (before.refId !== after.refId && before.refId !== '' && after.refId !== '') {
    found.push(change('query-name', { panel, before: before.refId, after: after.refId }));
  }
  if (before.hidden !== after.hidden) {
    found.push(change(after.hidden ? 'query-hidden' : 'query-shown', { panel, query }));
  }
  const isNamed = [before, after].some(({ byName, source }) => byName || source === '-- Mixed --');
  const isOnlyRenamed =
    (isNamed && migration.spans(SOURCES_BY_UID)) ||
    ([before, after].some(({ source }) => source === '') && migration.change !== undefined);
  if (before.source !== after.source && !isOnlyRenamed) {
    found.push(change('query-source', { panel, query, before: before.source, after: after.source }));
  }
  const [old, fresh] = [queryText(before.settings), queryText(after.settings)];
  const name = old?.name === fresh?.name ? old?.name : undefined;
  if (old !== undefined && fresh !== undefined && name !== undefined && old.text !== fresh.text) {
    found.push(change('query-text', { panel, query }, { path: name, before: old.text, after: fresh.text }));
  }
  const rest = (settings: Query['settings']): Query['settings'] =>
    without(settings, ...(name === undefined ? [] : [name]));
  const leaves = leavesOf(rest(before.settings), rest(after.settings));
  if (leaves.length > 0) {
    const evidence = { before: rest(before.settings), after: rest(after.settings) };
    found.push(change('query-settings', { panel, query, names: namesOf(leaves) }, evidence));
  }
  return found;
}
