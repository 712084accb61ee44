import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, TextLink, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { Nameable } from '../../../pkg/contract/kinds.ts';
import { kindIcon, kindLabel } from '../../lib/kinds.ts';
import { opensRow } from '../lists/rows.ts';

interface Props {
  resource: { kind: Nameable; uid: string; title: string };
  /** Makes the title a link. */
  href?: string;
  /** Makes the title a button. */
  onOpen?: () => void;
  children?: ReactNode;
}

/** A resource in a list: the icon of its kind and its title, which may be long. */
export function ResourceName({ resource, href, onOpen, children }: Props) {
  const styles = useStyles2(getStyles);
  const title = resource.title || resource.uid;
  return (
    <span className={styles.name}>
      <Icon name={kindIcon(resource.kind)} title={kindLabel(resource.kind)} />
      {onOpen === undefined ? (
        <span className={styles.title} title={title}>
          {href === undefined ? (
            title
          ) : (
            <TextLink href={href} inline={false} color="primary">
              {title}
            </TextLink>
          )}
        </span>
      ) : (
        <button type="button" {...{ [opensRow]: '' }} className={styles.link} onClick={onOpen} title={title}>
          {title}
        </button>
      )}
      {children}
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const title = {
    minWidth: 0,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    fontWeight: theme.typography.fontWeightMedium,
  } as const;
  return {
    name: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), minWidth: 0 }),
    title: css(title),
    link: css({
      ...title,
      padding: 0,
      color: theme.colors.text.primary,
      background: 'none',
      border: 'none',
      cursor: 'pointer',
      '&:hover': { textDecoration: 'underline' },
    }),
  };
};
