import { Box, LinkButton } from '@grafana/ui';
import type { ErrorCode } from '../../../pkg/contract/errors.ts';
import { useStatus } from '../../data/useStatus.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** Failures of the target as a whole, which its settings can cause. */
export const OF_TARGET = new Set<string>([
  'DK_STORE_UNREACHABLE',
  'DK_STORE_TIMEOUT',
  'DK_STORE_DENIED',
  'DK_STORE_CREDENTIALS',
  'DK_STORE_NO_BUCKET',
  'DK_STORE_FAILED',
] satisfies ErrorCode[]);

/** Leads to the target, for those who may change it. */
export function TargetLink() {
  const { data: status } = useStatus();
  return status?.caller.home === true ? (
    <Box marginTop={1}>
      <LinkButton size="sm" variant="secondary" icon="database" href={routes.settings('target')}>
        {t('overview.checkTarget', 'Check the target')}
      </LinkButton>
    </Box>
  ) : null;
}

/** Leads to the target where that caused a failure. */
export function TargetLinkAfter({ code }: { code: string | undefined }) {
  return OF_TARGET.has(code ?? '') ? <TargetLink /> : null;
}
