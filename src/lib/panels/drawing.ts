import type { ScopedVars } from '@grafana/data';
import { asObject, asText, type Loose } from '../../../pkg/contract/dashboards/loose.ts';
import type { SourceRef, StoredDashboard, StoredPanel } from './model.ts';
import { usedIn, type VariableValues } from './variables.ts';

/** Why a panel can't be drawn; each has a sentence in the app. */
export type Obstacle =
  | { type: 'variable'; names: string[] }
  | { type: 'source'; name: string }
  | { type: 'panel'; id: number | undefined };

/** What a panel asks, ready to be sent. */
export interface Drawing {
  queries: Loose[];
  source: SourceRef;
  transformations: Loose[];
  scoped: ScopedVars;
  /** The variable that the panel is repeated by, and the first of its values, which it is drawn for. */
  repeated: { name: string; value: string } | undefined;
}

interface Given {
  dashboard: StoredDashboard;
  values: VariableValues;
  /** Whether Grafana knows the data source; with variables filled in. */
  hasSource(source: SourceRef, scoped: ScopedVars): boolean;
}

const isOfDashboard = (source: SourceRef) => uidOf(source) === '-- Dashboard --';

/** What a panel asks, with the variables of its dashboard, or why it can't be drawn. */
export function drawingOf(panel: StoredPanel, given: Given): Drawing | Obstacle {
  const { dashboard, values, hasSource } = given;
  const { scoped, repeated } = scopeOf(panel, dashboard, values);
  if (isOfDashboard(panel.source)) {
    return fromOtherPanel(panel, given);
  }
  const queries = panel.queries.filter(({ hide }) => hide !== true);
  const unknown = usedIn([panel.source, queries], values.unknown);
  if (unknown.length > 0) {
    return { type: 'variable', names: unknown };
  }
  const sources = [panel.source, ...queries.map(({ datasource }) => sourceOf(datasource) ?? panel.source)];
  const lost = queries.length === 0 ? undefined : sources.find((source) => !hasSource(source, scoped));
  return lost === undefined
    ? { queries: panel.queries, source: panel.source, transformations: panel.transformations, scoped, repeated }
    : { type: 'source', name: uidOf(lost) };
}

/** A panel that shows what another one of the same dashboard asks. */
function fromOtherPanel(panel: StoredPanel, given: Given): Drawing | Obstacle {
  const { panelId, withTransforms } = panel.queries[0] ?? {};
  const other = given.dashboard.panels.find(({ id }) => id !== undefined && id === panelId);
  if (other === undefined || isOfDashboard(other.source)) {
    return { type: 'panel', id: typeof panelId === 'number' ? panelId : undefined };
  }
  const drawing = drawingOf({ ...other, repeat: panel.repeat }, given);
  return 'type' in drawing
    ? drawing
    : {
        ...drawing,
        transformations: [...(withTransforms === true ? drawing.transformations : []), ...panel.transformations],
      };
}

/** Values as the panel sees them: the variable that it is repeated by has one of its values in each repetition. */
function scopeOf({ repeat }: StoredPanel, dashboard: StoredDashboard, { scoped }: VariableValues) {
  const value: unknown = scoped[repeat]?.value;
  const first = Array.isArray(value) ? (value[0] as unknown) : undefined;
  const shared = {
    ...scoped,
    __dashboard: { value: { uid: dashboard.uid, name: dashboard.title, toString: () => dashboard.title }, text: '' },
  };
  return typeof first === 'string'
    ? { scoped: { ...shared, [repeat]: { value: first, text: first } }, repeated: { name: repeat, value: first } }
    : { scoped: shared, repeated: undefined };
}

function sourceOf(value: unknown): SourceRef | undefined {
  return typeof value === 'string' ? value : value === undefined || value === null ? undefined : asObject(value);
}

function uidOf(source: SourceRef): string {
  return typeof source === 'string' ? source : asText(source?.uid) || asText(source?.type);
}
