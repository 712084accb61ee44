import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import type { ResourceSecurity } from '../../../pkg/contract/plan.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { resourceParameter } from '../../lib/routes.ts';
import { securityChangeText } from '../../lib/securityChanges.ts';

/** Resources with what a restore changes about who may see or receive what. */
export function SecurityList({ resources }: { resources: readonly ResourceSecurity[] }) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.list} aria-label={t('security.list', 'Changes to who can see or receive what')}>
      {resources.map((resource) => (
        <li key={resourceParameter(resource)}>
          <Text weight="medium">{resource.title || resource.uid}</Text>{' '}
          <Text color="secondary" variant="bodySmall">
            {kindLabel(resource.kind)}
          </Text>
          <ul className={styles.changes}>
            {resource.changes.map((change) => {
              const text = securityChangeText(change);
              return <li key={text}>{text}</li>;
            })}
          </ul>
        </li>
      ))}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    display: 'grid',
    gap: theme.spacing(1),
    maxHeight: 400,
    overflowY: 'auto',
    overflowWrap: 'anywhere',
  }),
  changes: css({ margin: theme.spacing(0, 0, 0, 2.5) }),
});
