import {
  EventBusSrv,
  getPanelOptionsWithDefaults,
  PluginContextProvider,
  useFieldOverrides,
  type FieldConfigSource,
  type InterpolateFunction,
  type PanelData,
  type ScopedVars,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { ErrorBoundaryAlert, useTheme2 } from '@grafana/ui';
import { useCallback, useMemo, useState } from 'react';
import type { Drawable } from '../../data/useDrawable.ts';

interface Props extends Drawable {
  data: PanelData;
  scoped: ScopedVars;
  timezone: string;
  title: string;
  width: number;
  height: number;
}

const nothing = () => undefined;

/** The visualization of Grafana, as a dashboard shows it, to look at: what one does in it changes nothing. */
export function Visualization({ plugin, panel, data, scoped, timezone, title, width, height }: Props) {
  const theme = useTheme2();
  const [events] = useState(() => new EventBusSrv());
  const replace: InterpolateFunction = useCallback(
    (text, more, format) => getTemplateSrv().replace(text, { ...scoped, ...more }, format),
    [scoped],
  );
  const { options, fieldConfig } = useMemo(
    () =>
      getPanelOptionsWithDefaults({
        plugin,
        currentOptions: panel.options,
        currentFieldConfig: panel.fieldConfig as unknown as FieldConfigSource,
        isAfterPluginChange: false,
      }),
    [plugin, panel],
  );
  const drawn = useFieldOverrides(plugin, fieldConfig, data, timezone, theme, replace);
  const Panel = plugin.panel;
  return Panel === null || drawn === undefined ? null : (
    <ErrorBoundaryAlert dependencies={[data]}>
      <PluginContextProvider meta={plugin.meta}>
        <Panel
          id={panel.id ?? 1}
          data={drawn}
          timeRange={drawn.timeRange}
          timeZone={timezone}
          title={title}
          options={options}
          fieldConfig={fieldConfig}
          transparent={panel.transparent}
          width={width}
          height={height}
          renderCounter={0}
          replaceVariables={replace}
          onOptionsChange={nothing}
          onFieldConfigChange={nothing}
          onChangeTimeRange={nothing}
          eventBus={events}
        />
      </PluginContextProvider>
    </ErrorBoundaryAlert>
  );
}
