import { Alert, Button } from '@grafana/ui';
import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import { formatTime } from '../../../lib/format.ts';
import { plural, t } from '../../../lib/i18n.ts';

interface AsReadProps {
  asRead: NonNullable<RestorePlan['asRead']>;
  busy: boolean;
  onRead: () => void;
}

/** What the plan did not read because the last backup had: no list of Grafana's shows whether it changed since. */
export function AsRead({ asRead, busy, onRead }: AsReadProps) {
  return (
    <Alert
      severity="info"
      bottomSpacing={0}
      title={plural(
        'plan.asRead',
        asRead.count,
        '{{number}} unchanged resource was not read for this plan',
        '{{number}} unchanged resources were not read for this plan',
      )}
    >
      <p>
        {t(
          'plan.asReadText',
          'These resources matched the snapshot when recent backups read them, the earliest on {{time}}. Most are permissions. The restore keeps later changes.',
          { time: formatTime(asRead.oldest) },
        )}
      </p>
      <Button size="sm" variant="secondary" icon="sync" disabled={busy} onClick={onRead}>
        {t('plan.readEverything', 'Read everything now')}
      </Button>
    </Alert>
  );
}
