import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import type { ResourceSecurity } from '../../../pkg/contract/plan.ts';
import { securityPatterns, type SecurityPattern } from '../../../pkg/contract/security-patterns.ts';
import { securityText } from '../../../pkg/contract/security-texts.ts';
import { securityTemplate } from '../../lib/catalogue/security.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { resourceParameter } from '../../lib/routes.ts';

/** What a restore changes about who may see or receive what; each change is named once. */
export function SecurityList({ resources }: { resources: readonly ResourceSecurity[] }) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.list} aria-label={t('security.list', 'Changes to access or data destinations')}>
      {securityPatterns(resources).map((pattern) => {
        const texts = pattern.changes.map((change) => securityText(change, securityTemplate));
        return (
          <li key={`${pattern.kind} ${texts.join(' ')}`}>
            <Resources pattern={pattern} />
            <ul className={styles.changes}>
              {texts.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </li>
        );
      })}
    </ul>
  );
}

/** The title of a single one; for several their count, which opens to their titles. */
function Resources({ pattern: { kind, resources } }: { pattern: SecurityPattern<ResourceSecurity> }) {
  const styles = useStyles2(getStyles);
  const label = (
    <Text color="secondary" variant="bodySmall">
      {kindLabel(kind)}
    </Text>
  );
  const titles = resources.map((resource) => ({
    key: resourceParameter(resource),
    title: resource.title || resource.uid,
  }));
  return titles.length === 1 ? (
    <>
      <Text weight="medium">{titles.map(({ title }) => title).join('')}</Text> {label}
    </>
  ) : (
    <details>
      <summary className={styles.summary}>
        <Text weight="medium">
          {plural(
            'security.same',
            titles.length,
            '{{number}} resource with this change',
            '{{number}} resources with the same change',
          )}
        </Text>{' '}
        {label}
      </summary>
      <ul className={styles.changes}>
        {titles.map(({ key, title }) => (
          <li key={key}>{title}</li>
        ))}
      </ul>
    </details>
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
  summary: css({ cursor: 'pointer' }),
  changes: css({ margin: theme.spacing(0, 0, 0, 2.5) }),
});
