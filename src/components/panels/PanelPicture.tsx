import { css } from '@emotion/css';
import { getTimeZone, LoadingState } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { PanelChrome, Text, useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import { MissingVisualization, useDrawable, type Drawable, type PanelOrigin } from '../../data/useDrawable.ts';
import { usePanelData } from '../../data/usePanelData.ts';
import { useWidth } from '../../hooks/useWidth.ts';
import { t } from '../../lib/i18n.ts';
import { drawingOf, type Drawing, type Obstacle } from '../../lib/panels/drawing.ts';
import { hasSource, panelRange } from '../../lib/panels/host.ts';
import type { StoredPanel } from '../../lib/panels/model.ts';
import { Loading } from '../QueryView.tsx';
import { NoPicture } from './NoPicture.tsx';
import type { SideView } from './sides.ts';
import { Visualization } from './Visualization.tsx';

/** In pixels, with the title. */
export const PICTURE_HEIGHT = 260;

interface Props {
  panel: StoredPanel;
  side: SideView;
  origin: PanelOrigin;
}

/** One version of a panel, drawn by Grafana, or why it can't be. */
export function PanelPicture({ panel, side, origin }: Props) {
  const drawable = useDrawable(panel, origin);
  const drawing = useMemo(
    () =>
      drawable.data && drawingOf(drawable.data.panel, { dashboard: side.dashboard, values: side.values, hasSource }),
    [drawable.data, side],
  );
  if (drawable.error !== null) {
    return <NoPicture>{failureText(drawable.error, panel)}</NoPicture>;
  }
  if (drawable.data === undefined || drawing === undefined) {
    return <Loading />;
  }
  return 'type' in drawing ? (
    <NoPicture>{obstacleText(drawing)}</NoPicture>
  ) : (
    <Drawn {...drawable.data} drawing={drawing} side={side} />
  );
}

function Drawn({ plugin, panel, drawing, side }: Drawable & { drawing: Drawing; side: SideView }) {
  const styles = useStyles2(getStyles);
  const [box, width] = useWidth<HTMLDivElement>();
  const timezone = getTimeZone({ timeZone: side.dashboard.timezone || undefined });
  const range = useMemo(() => panelRange(side.range, panel), [side, panel]);
  const isWithoutData = plugin.meta.skipDataQuery === true || panel.queries.length === 0;
  const data = usePanelData({ panel, drawing, range, timezone, isWithoutData });
  const title = getTemplateSrv().replace(panel.title, drawing.scoped, 'text');
  const failure = data?.errors?.[0]?.message;
  const { repeated } = drawing;
  return (
    <>
      <div ref={box} className={styles.box}>
        {width > 0 && (
          <PanelChrome
            title={title}
            width={width}
            height={PICTURE_HEIGHT}
            displayMode={panel.transparent ? 'transparent' : 'default'}
            loadingState={data?.state ?? LoadingState.Loading}
          >
            {(innerWidth, innerHeight) =>
              data !== undefined && (
                <Visualization
                  plugin={plugin}
                  panel={panel}
                  data={data}
                  scoped={drawing.scoped}
                  timezone={timezone}
                  title={title}
                  width={innerWidth}
                  height={innerHeight}
                />
              )
            }
          </PanelChrome>
        )}
      </div>
      {failure !== undefined && (
        <Text color="secondary">{t('panels.failed', 'The query failed: {{message}}', { message: failure })}</Text>
      )}
      {repeated !== undefined && (
        <Text color="secondary" variant="bodySmall">
          {t('panels.repeated', 'Repeated by {{name}}. Shown for {{value}}.', repeated)}
        </Text>
      )}
    </>
  );
}

function failureText(error: Error, { type, library }: StoredPanel): string {
  if (error instanceof MissingVisualization) {
    const name = error.message || type;
    return t(
      'panels.noVisualization',
      'This Grafana instance cannot render the visualization “{{name}}”: it is not installed, or Grafana has replaced it.',
      { name },
    );
  }
  return library === undefined
    ? t('panels.notDrawn', 'This panel cannot be rendered: {{message}}', { message: error.message })
    : t('panels.noLibrary', 'The library panel “{{name}}” could not be read.', { name: library.name });
}

function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.type) {
    case 'variable':
      return t(
        'panels.noValue',
        'No values are saved for the variables that its queries use: {{names}}. To see the panel, open the dashboard.',
        { names: obstacle.names.join(', ') },
      );
    case 'source':
      return t('panels.noSource', 'The data source “{{name}}” does not exist in this Grafana instance.', {
        name: obstacle.name,
      });
    case 'panel':
      return t('panels.noPanel', 'This panel shows the data of panel {{id}}, which this version does not have.', {
        id: obstacle.id ?? '–',
      });
  }
}

const getStyles = () => ({
  box: css({ minHeight: PICTURE_HEIGHT, minWidth: 0 }),
});
