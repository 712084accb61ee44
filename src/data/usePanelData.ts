import { LoadingState, transformDataFrame, type DataSourceApi, type PanelData, type TimeRange } from '@grafana/data';
import { createQueryRunner, getDataSourceSrv, getTemplateSrv } from '@grafana/runtime';
import { useEffect, useMemo, useState } from 'react';
import { map, of, switchMap } from 'rxjs';
import type { Drawing } from '../lib/panels/drawing.ts';
import type { StoredPanel } from '../lib/panels/model.ts';

/** How many points a query gives, before its panel is as wide as it will be. */
const POINTS = 500;

interface Asked {
  panel: StoredPanel;
  drawing: Drawing;
  range: TimeRange;
  timezone: string;
  /** The visualization shows no data, or the panel asks for none. */
  isWithoutData: boolean;
}

/** Runs the queries of a panel as Grafana does, with the viewer's permissions, and transforms what they give. */
export function usePanelData({ panel, drawing, range, timezone, isWithoutData }: Asked): PanelData | undefined {
  const [data, setData] = useState<PanelData>();
  const nothing: PanelData = useMemo(() => ({ state: LoadingState.Done, series: [], timeRange: range }), [range]);
  useEffect(() => {
    if (isWithoutData) {
      return undefined;
    }
    const { queries, source, transformations, scoped } = drawing;
    const runner = createQueryRunner();
    const interpolate = (text: string) => getTemplateSrv().replace(text, scoped);
    const fail = (error: { message?: string }) =>
      setData({ state: LoadingState.Error, series: [], timeRange: range, errors: [{ message: error.message }] });
    const found = runner
      .get()
      .pipe(
        switchMap((given) =>
          given.series.length === 0 || transformations.length === 0
            ? of(given)
            : transformDataFrame(transformations as never, given.series, { interpolate }).pipe(
                map((series) => ({ ...given, series })),
              ),
        ),
      )
      .subscribe({ next: setData, error: fail });
    let isLeft = false;
    const run = (datasource: DataSourceApi) => {
      if (!isLeft) {
        runner.run({
          datasource,
          queries: queries as never,
          panelId: panel.id,
          timezone,
          timeRange: range,
          maxDataPoints: panel.maxDataPoints ?? POINTS,
          minInterval: panel.interval || undefined,
          scopedVars: scoped,
        });
      }
    };
    // Grafana's runner says nothing where a data source does not load.
    getDataSourceSrv()
      .get(source as never, scoped)
      .then(run)
      .catch(fail);
    return () => {
      isLeft = true;
      found.unsubscribe();
      runner.destroy();
    };
  }, [panel, drawing, range, timezone, isWithoutData]);
  return isWithoutData ? nothing : data;
}
