import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Text, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { useFocusOnChange } from '../../hooks/useFocusOnChange.ts';
import { plural, t } from '../../lib/i18n.ts';
import type { StoredDashboard } from '../../lib/panels/model.ts';
import type { PanelPair } from '../../lib/panels/pairs.ts';
import { rangeText } from '../../lib/panels/rangeText.ts';
import { filterVariables } from '../../lib/panels/variables.ts';
import { PanelPairView, type Versions } from './PanelPairView.tsx';
import { sideView } from './sides.ts';

/** The number of panels that is put on the page in one step. */
const AT_ONCE = 20;

interface Props {
  org: number;
  pairs: PanelPair[];
  before: StoredDashboard;
  after: StoredDashboard;
  /** Snapshots, or `live`. */
  sides: { from: string; to: string };
  truncated: boolean;
}

/**
 * The panels that changed, as they were and as they are. Nothing is asked of a data source before the viewer wants it:
 * the queries of a stored dashboard run as the person who looks at it.
 */
export function PanelsSideBySide({ org, pairs, before, after, sides, truncated }: Props) {
  const styles = useStyles2(getStyles);
  const [versions, setVersions] = useState<Versions>();
  const [shown, setShown] = useState(AT_ONCE);
  // The button that was pressed is gone then.
  const focused = useFocusOnChange<HTMLDivElement>(versions === undefined ? 'offer' : 'panels');
  const more = Math.min(pairs.length - shown, AT_ONCE);
  const label = t('panels.title', 'Panels side by side');
  if (versions === undefined) {
    const show = () =>
      setVersions({
        before: { ...sideView(before), org, side: sides.from },
        after: { ...sideView(after), org, side: sides.to },
      });
    return (
      <div ref={focused} className={styles.offer}>
        <Text color="secondary">
          {t(
            'panels.intro',
            'Grafana renders each changed panel before and after the change, with current data. The queries run with your permissions.',
          )}
        </Text>
        <Button icon="eye" onClick={show}>
          {plural('panels.show', pairs.length, 'Show {{number}} panel', 'Show {{number}} panels')}
        </Button>
      </div>
    );
  }
  return (
    <div ref={focused} className={styles.list} role="group" aria-label={label} tabIndex={-1}>
      <Conditions versions={versions} truncated={truncated} />
      {pairs.slice(0, shown).map((pair) => (
        <PanelPairView key={`${pair.change} ${pair.name}`} pair={pair} versions={versions} />
      ))}
      {more > 0 && (
        <div>
          <Button variant="secondary" size="sm" onClick={() => setShown(shown + AT_ONCE)}>
            {plural('diff.more', more, 'Show {{number}} more', 'Show {{number}} more')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What the pictures are of: the time range, and what is left out. */
function Conditions({ versions: { before, after }, truncated }: { versions: Versions; truncated: boolean }) {
  const [range, later] = [before, after].map(({ dashboard }) => rangeText(dashboard.time));
  const filters = [...new Set([before, after].flatMap(({ dashboard }) => filterVariables(dashboard.variables)))];
  return (
    <Text color="secondary">
      <span role="status">
        {range === later
          ? t('panels.range', 'Time range: {{range}}.', { range: range ?? '' })
          : t('panels.ranges', 'Time range before: {{before}}; after: {{after}}.', {
              before: range ?? '',
              after: later ?? '',
            })}
        {filters.length > 0 &&
          ` ${t('panels.filters', 'Saved filters are not applied: {{names}}.', { names: filters.join(', ') })}`}
        {truncated && ` ${t('panels.truncated', 'More panels may have changed than are shown here.')}`}
      </span>
    </Text>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  offer: css({ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: theme.spacing(2) }),
  list: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(3), minWidth: 0 }),
});
