import type { TimeRange } from '@grafana/data';
import { builtInVariables, timeRangeOf, variableContext } from '../../lib/panels/host.ts';
import type { StoredDashboard } from '../../lib/panels/model.ts';
import { variableValues, type VariableValues } from '../../lib/panels/variables.ts';

/** One version of a dashboard, at the moment when its panels are drawn. */
export interface SideView {
  dashboard: StoredDashboard;
  range: TimeRange;
  values: VariableValues;
}

/** What all panels of a version share: its time range from now, and the values of its variables. */
export function sideView(dashboard: StoredDashboard): SideView {
  const range = timeRangeOf(dashboard);
  const { scoped, unknown } = variableValues(dashboard.variables, variableContext(range));
  return { dashboard, range, values: { scoped: { ...builtInVariables(range), ...scoped }, unknown } };
}
