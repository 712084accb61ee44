import { config } from '@grafana/runtime';
import { LinkButton } from '@grafana/ui';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { grafanaAddress } from '../../lib/resources/grafanaAddress.ts';
import { t } from '../../lib/i18n.ts';

/** A link to Grafana's own page of a resource; nothing where it has none, or it is of another organization. */
export function OpenInGrafana({ org, kind, uid }: NamedRef) {
  const path = org === config.bootData.user.orgId ? grafanaAddress(kind, uid) : undefined;
  if (path === undefined) {
    return null;
  }
  const label = t('resource.openInGrafana', 'Open in Grafana');
  return (
    <LinkButton
      size="sm"
      variant="secondary"
      fill="text"
      icon="external-link-alt"
      href={`${config.appSubUrl}${path}`}
      target="_blank"
      tooltip={label}
      aria-label={label}
    />
  );
}
