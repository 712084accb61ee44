import type { ReadableChange } from '../../../../contract/api/diff.ts';
import { append } from '../../../../lib/append.ts';
import type { Json, JsonObject } from '../../../../lib/json/json.ts';
import { leavesOf, namesOf, same, type Leaf } from '../../leaves.ts';
import { pairUp } from '../../named-lists.ts';
import { change, inWords } from '../../change.ts';
import type { Panel } from '../model.ts';
import { HIDDEN_AXES, isReplacedType, SEPARATE_MERGE, TODAYS_OPTIONS, type Migration } from '../migrations.ts';
import { queryChanges } from './queries.ts';

/** More single values of one panel are named together. */
const MOST_SINGLE = 3;

/** What somebody changed in one panel; where it is is another matter. */
export function panelChanges(before: Panel, after: Panel, panel: string, migration: Migration): ReadableChange[] {
  const found: ReadableChange[] = [];
  if (before.title !== after.title) {
    found.push(change('panel-title', { before: before.title || panel, after: after.title || panel }));
  }
  if (before.libraryUid !== after.libraryUid) {
    found.push(change('panel-library', { panel, before: before.library, after: after.library }));
    // What either one shows is not in the dashboard.
    return found;
  }
  const replaced = isReplacedType(before, after);
  if (before.type !== after.type && !replaced) {
    found.push(change('panel-type', { panel, before: before.type, after: after.type }));
  }
  if (before.description !== after.description) {
    found.push(change('panel-description', { panel }, { before: before.description, after: after.description }));
  }
  append(found, queryChanges(before, after, panel, migration));
  append(found, transformationChanges(before, after, panel, migration));
  if (before.repeat !== after.repeat) {
    found.push(change('panel-repeat', { panel, before: before.repeat, after: after.repeat }));
  }
  if (replaced) {
    return found;
  }
  if (before.unit !== after.unit) {
    found.push(change('panel-unit', { panel, before: before.unit, after: after.unit }));
  }
  if (!same(before.thresholds, after.thresholds)) {
    const params = { panel, before: steps(before.thresholds), after: steps(after.thresholds) };
    found.push(change('panel-thresholds', params, { before: before.thresholds, after: after.thresholds }));
  }
  return [
    ...found,
    ...listChanges(before, after, panel, migration),
    ...settingChanges(before, after, panel, migration),
  ];
}

/** Steps as `green, red from 80`. */
function steps(thresholds: JsonObject): string {
  const list = Array.isArray(thresholds['steps']) ? thresholds['steps'] : [];
  const unit = thresholds['mode'] === 'percentage' ? '%' : '';
  return list
    .map((step) => {
      const { color, value } = step as { color?: Json; value?: Json };
      return [value === undefined ? '' : `${inWords(value)}${unit} `, inWords(color)].join('');
    })
    .join(', ');
}

function transformationChanges(before: Panel, after: Panel, panel: string, migration: Migration): ReadableChange[] {
  const named = (one: JsonObject): string => inWords(one['id']) || 'transformation';
  const pairs = pairUp(before.transformations, after.transformations, (one) => [JSON.stringify(one), named(one)]);
  const isShown = (one: JsonObject): boolean => one['id'] !== 'merge' || !migration.spans(SEPARATE_MERGE);
  const [added, removed] = [pairs.added.filter(isShown), pairs.removed.filter(isShown)];
  return [
    ...added.map((one) => change('transformation-added', { panel, name: named(one) }, { after: one })),
    ...removed.map((one) => change('transformation-removed', { panel, name: named(one) }, { before: one })),
    ...pairs.both
      .filter(([one, other]) => !same(one, other))
      .map(([one, other]) =>
        change('transformation-changed', { panel, name: named(other) }, { before: one, after: other }),
      ),
    ...(pairs.reordered ? [change('transformations-order', { panel })] : []),
  ];
}

function listChanges(before: Panel, after: Panel, panel: string, migration: Migration): ReadableChange[] {
  const found: ReadableChange[] = [];
  if (!same(before.overrides, after.overrides) && !migration.spans(HIDDEN_AXES)) {
    found.push(change('panel-overrides', { panel }, { before: before.overrides, after: after.overrides }));
  }
  if (!same(before.links, after.links) && !migration.spans(TODAYS_OPTIONS)) {
    found.push(change('panel-links', { panel }, { before: before.links, after: after.links }));
  }
  return found;
}

/**
 * All else: few values one by one, many of them by name. After another visualization was chosen, most of them follow.
 */
function settingChanges(before: Panel, after: Panel, panel: string, migration: Migration): ReadableChange[] {
  const whole = (one: Panel): JsonObject => ({ ...one.settings, options: one.options, ...one.field });
  const [old, fresh] = [whole(before), whole(after)];
  if (before.type !== after.type) {
    const settings = leavesOf(before.settings, after.settings);
    return settings.length === 0 ? [] : [change('panel-settings', { panel, names: namesOf(settings) })];
  }
  const isShown = migration.spans(TODAYS_OPTIONS) ? isOnBoth : () => true;
  const leaves = leavesOf(old, fresh).filter(isShown);
  const content = leaves.filter(isContent);
  const rest = leaves.filter((leaf) => !isContent(leaf));
  const single = rest.length <= MOST_SINGLE ? rest.filter(isScalar) : [];
  const others = rest.filter((leaf) => !single.includes(leaf));
  return [
    ...content.map((leaf) => change('panel-content', { panel }, { before: leaf.before, after: leaf.after })),
    ...single.map((leaf) => change('panel-setting', { panel, ...valuesOf(leaf) }, { path: leaf.path.join('.') })),
    ...(others.length === 0
      ? []
      : [
          change(
            'panel-settings',
            { panel, names: namesOf(others) },
            { before: beforeOf(others), after: afterOf(others) },
          ),
        ]),
  ];
}

function isContent({ path }: Leaf): boolean {
  return path.join('.') === 'options.content';
}

function isOnBoth(leaf: Leaf): boolean {
  return isScalar(leaf) && leaf.before !== undefined && leaf.after !== undefined;
}

function isScalar({ before, after }: Leaf): boolean {
  return [before, after].every((value) => typeof value !== 'object' || value === null);
}

function valuesOf({ path, before, after }: Leaf): { name: string; before: string; after: string } {
  const name = path.filter((part) => part !== 'options' && part !== 'custom').join('.');
  return { name, before: inWords(before), after: inWords(after) };
}

function beforeOf(leaves: readonly Leaf[]): JsonObject {
  return Object.fromEntries(
    leaves.flatMap(({ path, before }) => (before === undefined ? [] : [[path.join('.'), before]])),
  );
}

function afterOf(leaves: readonly Leaf[]): JsonObject {
  return Object.fromEntries(
    leaves.flatMap(({ path, after }) => (after === undefined ? [] : [[path.join('.'), after]])),
  );
}
