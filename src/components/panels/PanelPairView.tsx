import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, useStyles2 } from '@grafana/ui';
import { useId } from 'react';
import type { PanelOrigin } from '../../data/useDrawable.ts';
import { useInView } from '../../hooks/useInView.ts';
import { t } from '../../lib/i18n.ts';
import type { StoredPanel } from '../../lib/panels/model.ts';
import type { PanelPair } from '../../lib/panels/pairs.ts';
import { ChangeBadge } from '../ChangeBadge.tsx';
import { NoPicture } from './NoPicture.tsx';
import { PanelPicture, PICTURE_HEIGHT } from './PanelPicture.tsx';
import type { SideView } from './sides.ts';

/** Both versions of a dashboard, and where each is from. */
export interface Versions {
  before: SideView & PanelOrigin;
  after: SideView & PanelOrigin;
}

/** A panel before and after, side by side where there is room. Drawn once it is in view. */
export function PanelPairView({ pair, versions }: { pair: PanelPair; versions: Versions }) {
  const styles = useStyles2(getStyles);
  const [element, seen] = useInView<HTMLElement>();
  const id = useId();
  return (
    <section ref={element} aria-labelledby={id} className={styles.pair}>
      <Stack gap={1} alignItems="baseline">
        <ChangeBadge change={pair.change} />
        <Text element="h3" variant="h5" id={id}>
          {pair.name}
        </Text>
      </Stack>
      <div className={styles.sides}>
        <Side label={t('panels.before', 'Before')} panel={pair.before} version={versions.before} seen={seen} />
        <Side label={t('panels.after', 'After')} panel={pair.after} version={versions.after} seen={seen} />
      </div>
    </section>
  );
}

interface SideProps {
  label: string;
  panel: StoredPanel | undefined;
  version: Versions['before'];
  seen: boolean;
}

function Side({ label, panel, version, seen }: SideProps) {
  const styles = useStyles2(getStyles);
  return (
    <figure className={styles.side}>
      <figcaption>
        <Text color="secondary" variant="bodySmall">
          {label}
        </Text>
      </figcaption>
      {panel === undefined ? (
        <NoPicture>{t('panels.absent', 'This panel is not in this version.')}</NoPicture>
      ) : seen ? (
        <PanelPicture panel={panel} side={version} origin={version} />
      ) : (
        <div className={styles.unseen} />
      )}
    </figure>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  pair: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1), minWidth: 0 }),
  sides: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 320px), 1fr))',
    gap: theme.spacing(2),
  }),
  side: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5), margin: 0, minWidth: 0 }),
  // So that the list does not jump while one scrolls.
  unseen: css({ height: PICTURE_HEIGHT }),
});
