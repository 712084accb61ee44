import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, Icon, Text, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import type { ResourceProblem } from '../../../pkg/contract/manifest.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { plural } from '../../lib/i18n.ts';
import { kindIcon, kindLabel } from '../../lib/kinds.ts';
import { reasonText } from '../../lib/catalogue/reasons.ts';

const SHOWN = 5;

interface Props {
  problems: ResourceProblem[];
  /** What is wrong with them all, as a warning over the list. */
  title?: string;
  /** What the list is called, for those who listen. */
  label: string;
}

/** Every resource that failed or was left out, with its reason; none is hidden, but the first few come first. */
export function Problems({ problems, title, label }: Props) {
  const styles = useStyles2(getStyles);
  const [all, setAll] = useState(false);
  const shown = all ? problems : problems.slice(0, SHOWN);
  return (
    <section>
      {title !== undefined && <Alert severity="warning" title={title} />}
      <ul className={styles.list} aria-label={label}>
        {shown.map((problem) => (
          <li key={`${problem.org}/${problem.kind}/${problem.uid}`} className={styles.item}>
            <Icon name={kindIcon(problem.kind)} />
            <div>
              <Text weight="medium">{problem.title ?? (problem.uid || kindLabel(problem.kind))}</Text>{' '}
              <Text color="secondary">{kindLabel(problem.kind)}</Text>
              <div className={styles.reason}>{causeOf(problem)}</div>
            </div>
          </li>
        ))}
      </ul>
      {shown.length < problems.length && (
        <Button variant="secondary" fill="text" onClick={() => setAll(true)}>
          {plural('problems.all', problems.length, 'Show it', 'Show all {{number}}')}
        </Button>
      )}
    </section>
  );
}

/** Why, and for how many resources where there are several. */
function causeOf(problem: ResourceProblem): string {
  const { code, count } = problem;
  const why = reasonText(problem);
  // Without a code it is the sentence of an earlier release, which names the number itself.
  return code === undefined || count === undefined ? why : `${why} (${resourcesText(count)})`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  item: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'baseline', minWidth: 0 }),
  reason: css({ color: theme.colors.text.secondary, overflowWrap: 'anywhere' }),
});
