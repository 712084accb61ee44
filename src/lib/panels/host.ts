import { dateMath, dateTime, rangeUtil, type PanelPlugin, type ScopedVars, type TimeRange } from '@grafana/data';
import { config, createQueryRunner, getDataSourceSrv, getPluginImportUtils } from '@grafana/runtime';
import type { SourceRef, StoredDashboard, StoredPanel } from './model.ts';
import type { VariableContext } from './variables.ts';

/** Whether this Grafana lets an app draw panels and run their queries. */
export function canDrawPanels(): boolean {
  try {
    getPluginImportUtils();
    createQueryRunner().destroy();
    return getDataSourceSrv() !== undefined;
  } catch {
    return false;
  }
}

/** The visualization. @throws when it is not installed */
export async function loadVisualization(type: string): Promise<PanelPlugin> {
  return getPluginImportUtils().importPanelPlugin(type);
}

export function hasSource(source: SourceRef, scoped: ScopedVars): boolean {
  return getDataSourceSrv().getInstanceSettings(source, scoped) !== undefined;
}

export function variableContext(range: TimeRange): VariableContext {
  return {
    sourcesOf: (type) => {
      const all = getDataSourceSrv().getList({ pluginId: type });
      return [...all.filter(({ isDefault }) => isDefault), ...all].map(({ uid }) => uid);
    },
    intervalFor: (points, least) => rangeUtil.calculateInterval(range, points, least).interval,
  };
}

/** The variables that Grafana itself sets. */
export function builtInVariables({ from, to }: TimeRange): ScopedVars {
  const { user } = config.bootData;
  const moment = (time: typeof from) => ({ value: String(time.valueOf()), text: String(time.valueOf()) });
  const named = (value: object, name: string) => ({ value: { ...value, toString: () => name }, text: name });
  return {
    __from: moment(from),
    __to: moment(to),
    __user: named({ id: user.id, login: user.login, email: user.email }, String(user.id)),
    __org: named({ id: user.orgId, name: user.orgName }, String(user.orgId)),
  };
}

/** The time range that a dashboard opens with. */
export function timeRangeOf({ time, timezone }: StoredDashboard): TimeRange {
  const moment = (text: string, isEnd: boolean) =>
    (text.includes('now') ? dateMath.parse(text, isEnd, timezone || undefined) : dateTime(text)) ?? dateTime();
  return { from: moment(time.from, false), to: moment(time.to, true), raw: time };
}

/** The time range of one panel: that of its dashboard, or its own, and shifted where it says so. */
export function panelRange(range: TimeRange, { timeFrom, timeShift }: StoredPanel): TimeRange {
  const isRelative = typeof range.raw.from === 'string' && range.raw.from.includes('now');
  const own = timeFrom !== '' && isRelative ? dateMath.parse(`now-${timeFrom}`) : undefined;
  const chosen = own === undefined ? range : { from: own, to: dateTime(), raw: { from: `now-${timeFrom}`, to: 'now' } };
  const from = timeShift === '' ? undefined : dateMath.parseDateMath(`-${timeShift}`, dateTime(chosen.from));
  const to = timeShift === '' ? undefined : dateMath.parseDateMath(`-${timeShift}`, dateTime(chosen.to), true);
  return from === undefined || to === undefined ? chosen : { from, to, raw: { from, to } };
}
