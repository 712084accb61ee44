import { Text, TextLink } from '@grafana/ui';
import type { Coverage } from '../../pkg/contract/coverage.ts';
import { listed, t } from '../lib/i18n.ts';
import { phrases } from '../lib/catalogue/reasons.ts';

const GUIDE = 'https://github.com/dashkeep/dashkeep/blob/main/docs/settings.md#grafana';

/** What a snapshot covers of Grafana, and what to do about what no one chose to leave out. */
export function CoverageLine({ coverage }: { coverage: Coverage | undefined }) {
  if (coverage === undefined) {
    return null;
  }
  return (
    <>
      <Text element="p" variant="bodySmall">
        {t('coverage.line', 'Included: {{parts}}', { parts: listed(phrases(coverage.parts)) })}
      </Text>
      {phrases(coverage.advice).map((advice) => (
        <Text key={advice} element="p" variant="bodySmall" color="secondary">
          {advice}
        </Text>
      ))}
      {coverage.advice.length > 0 && (
        <TextLink href={GUIDE} external variant="bodySmall">
          {t('coverage.guide', 'Settings of the deployment')}
        </TextLink>
      )}
    </>
  );
}
