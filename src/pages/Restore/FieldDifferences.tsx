import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Toggletip, useStyles2 } from '@grafana/ui';
import type { ApplyResult, FieldDifference } from '../../../pkg/contract/plan.ts';
import { t } from '../../lib/i18n.ts';

/** The fields in which a restored resource differs, with both values, at the click of a button. */
export function FieldDifferences({ title, uid, differences }: ApplyResult) {
  const styles = useStyles2(getStyles);
  if (differences === undefined || differences.length === 0) {
    return null;
  }
  const label = t('outcome.fieldsOf', 'Fields of {{title}} that differ', { title: title || uid });
  const list = (
    <dl className={styles.list} aria-label={label}>
      {differences.map((difference) => (
        <div key={difference.path}>
          <dt>
            <code>{difference.path}</code>
          </dt>
          <dd>{valuesOf(difference)}</dd>
        </div>
      ))}
    </dl>
  );
  return (
    <Toggletip content={list} placement="left">
      <Button size="sm" variant="secondary" fill="text" aria-label={label}>
        {t('outcome.fields', 'Show fields')}
      </Button>
    </Toggletip>
  );
}

function valuesOf({ wanted, found }: FieldDifference): string {
  if (wanted === undefined && found === undefined) {
    return t('outcome.fieldHidden', 'Not shown, because it may be secret');
  }
  const missing = t('outcome.fieldMissing', 'no such field');
  const values = { wanted: wanted ?? missing, found: found ?? missing };
  return t('outcome.fieldValues', 'Expected: {{wanted}}. Found: {{found}}', values);
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    margin: 0,
    display: 'grid',
    gap: theme.spacing(1),
    maxHeight: 300,
    overflowY: 'auto',
    overflowWrap: 'anywhere',
    '& dd': { margin: 0, color: theme.colors.text.secondary },
  }),
});
