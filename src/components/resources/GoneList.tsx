import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Text, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { resourcesText } from '../../lib/resources/count.ts';
import { type Gone } from '../../lib/gone.ts';
import { formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { deletedBy, deletedByUnknown, whoAndWhen } from '../../lib/resources/savedBy.ts';
import { resourceParameter } from '../../lib/routes.ts';
import { ResourceName } from './ResourceName.tsx';
import { RestoreButton } from './RestoreButton.tsx';

const SHOWN = 5;

interface Props {
  gone: Gone[];
  label: string;
  timeText?: (time: string) => string;
}

/** What is gone, the outermost things only, each with the way back. */
export function GoneList({ gone, label, timeText = formatTime }: Props) {
  const styles = useStyles2(getStyles);
  const [all, setAll] = useState(false);
  const shown = all ? gone : gone.slice(0, SHOWN);
  return (
    <div>
      <ul className={styles.list} aria-label={label}>
        {shown.map((one) => (
          <li key={resourceParameter(one.entry)} className={styles.item}>
            <div className={styles.name}>
              <ResourceName resource={one.entry} />
              <Text color="secondary" variant="bodySmall">
                {[
                  one.entry.folder || kindLabel(one.entry.kind),
                  one.together && one.together.count > 1 && resourcesText(one.together.count, one.together.permissions),
                  whoAndWhen(one.entry),
                  one.seen !== undefined &&
                    t('gone.seen', 'last seen in the backup of {{time}}', { time: timeText(one.seen) }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
            </div>
            <RestoreButton
              size="sm"
              variant="secondary"
              aria-label={t('gone.bringBackName', 'Restore {{name}}', { name: one.entry.title })}
              request={{ snapshot: one.from, selection: one.selection }}
            >
              {t('gone.bringBack', 'Restore')}
            </RestoreButton>
          </li>
        ))}
      </ul>
      {gone.some(({ entry }) => deletedBy(entry) === undefined) && (
        <Text color="secondary" variant="bodySmall">
          {deletedByUnknown()}
        </Text>
      )}
      {shown.length < gone.length && (
        <Button variant="secondary" fill="text" onClick={() => setAll(true)}>
          {plural('problems.all', gone.length, 'Show it', 'Show all {{number}}')}
        </Button>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none' }),
  item: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(1, 2),
    padding: theme.spacing(1, 0),
    borderTop: `1px solid ${theme.colors.border.weak}`,
  }),
  name: css({ flex: '1 1 240px', minWidth: 0 }),
});
