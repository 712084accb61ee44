import { Text } from '@grafana/ui';
import type { Coverage } from '../../pkg/contract/coverage.ts';
import { listed, t } from '../lib/i18n.ts';
import { phrases } from '../lib/catalogue/reasons.ts';
import { settingsGuide } from '../lib/catalogue/guides.ts';
import { SettingsLink } from './problems/SettingsLink.tsx';

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
      <SettingsLink href={settingsGuide(coverage.advice)} />
    </>
  );
}
