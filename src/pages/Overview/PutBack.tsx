import { LinkButton } from '@grafana/ui';
import type { Shrunk } from '../../../pkg/contract/losses/losses.ts';
import { RestoreButton } from '../../components/resources/RestoreButton.tsx';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** What the later of two snapshots lost. */
export interface Lost {
  from: string;
  to: string;
  missing: boolean;
  /** Whether it is about changes: only then a restore overwrites, because someone may have edited other resources. */
  changed: boolean;
}

export function lostIn({ since, losses, overwritten = [] }: Shrunk, to: string): Lost {
  return { from: since, to, missing: losses.length > 0, changed: overwritten.length > 0 };
}

/** Compares two snapshots, or plans to restore what the later one lost. */
export function PutBack({ from, to, missing, changed }: Lost) {
  const button = (overwrite: boolean, text: string) => (
    <RestoreButton
      size="sm"
      variant="secondary"
      request={{ snapshot: from, selection: { type: 'lost', in: to }, options: { overwrite } }}
    >
      {text}
    </RestoreButton>
  );
  return (
    <>
      <LinkButton size="sm" variant="secondary" href={routes.compare({ from, to })}>
        {t('putBack.compare', 'Compare both backups')}
      </LinkButton>
      {missing && button(false, t('putBack.plan', 'Restore only missing resources'))}
      {changed && button(true, t('putBack.changed', 'Restore missing and overwrite changed resources'))}
    </>
  );
}
