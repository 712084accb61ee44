import type { ReadableChange } from '../../../contract/api/diff.ts';
import { change, inWords } from '../change.ts';
import type { DashboardModel, Panel } from './model.ts';

/** Types of panels that Grafana no longer has, and those that it shows in their place by itself. */
const REPLACED: Record<string, readonly string[]> = {
  graph: ['timeseries', 'barchart', 'histogram', 'trend'],
  singlestat: ['stat', 'gauge'],
  'grafana-singlestat-panel': ['stat', 'gauge'],
  'grafana-piechart-panel': ['piechart'],
  'grafana-worldmap-panel': ['geomap'],
  'natel-discrete-panel': ['state-timeline'],
  'table-old': ['table'],
  text2: ['text'],
  'heatmap-new': ['heatmap'],
};

/**
 * Whether a panel has the type that Grafana gives to one of a type which it no longer has. Read at a later schema, such
 * a panel keeps its old settings and a note of its old type until somebody saves it.
 */
export function isReplacedType(before: Panel, after: Panel): boolean {
  if (
    before.settings['autoMigrateFrom'] !== after.settings['autoMigrateFrom'] ||
    isSetAside(before) !== isSetAside(after)
  ) {
    return true;
  }
  return isReplacedBy(before.type, after.type) || isReplacedBy(after.type, before.type);
}

function isReplacedBy(old: string, fresh: string): boolean {
  return Object.hasOwn(REPLACED, old) && REPLACED[old]?.includes(fresh) === true;
}

/** Whether settings of the old type are kept where the new schema has no place for them. */
function isSetAside({ options }: Panel): boolean {
  return options['__angularMigration'] !== undefined;
}

/** What Grafana alone did to the form of a dashboard between two versions. */
export interface Migration {
  /** Whether one side is of a schema before this one, and the other of this one or a later one. */
  spans(schema: number): boolean;
  change: ReadableChange | undefined;
}

/** From this schema on data sources are named by uid where they were by name, and everywhere instead of nowhere. */
export const SOURCES_BY_UID = 36;

/** Until this schema a time axis was hidden by less than now; Grafana adds an override that hides it as before. */
export const HIDDEN_AXES = 35;

/** Until this schema merging was part of another transformation. */
export const SEPARATE_MERGE = 31;

/**
 * Up to this schema nearly all that says how panels look was called otherwise. Of panels that old only values that both
 * versions have under one name count as changed by somebody.
 */
export const TODAYS_OPTIONS = 31;

/** What Grafana converted or migrated between two versions of a dashboard, by their schemas. */
export function migrationOf(before: DashboardModel, after: DashboardModel): Migration {
  const [from, to] = [before.schemaVersion, after.schemaVersion];
  return {
    spans: (schema) => isBefore(from, schema) !== isBefore(to, schema),
    change:
      before.api !== after.api
        ? change('converted', { from: before.api, to: after.api })
        : from === to
          ? undefined
          : change((from ?? 0) < (to ?? 0) ? 'migrated' : 'older-schema', { from: inWords(from), to: inWords(to) }),
  };
}

/** Of no schema at all are dashboards of version 2, which came after all of them. */
function isBefore(version: number | undefined, schema: number): boolean {
  return version !== undefined && version < schema;
}

/** Of what has no schema. */
export const NO_MIGRATION: Migration = { spans: () => false, change: undefined };
