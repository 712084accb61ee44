import { Combobox, Field, Stack, Text } from '@grafana/ui';
import type { DataSourceMatch, RestorePlan } from '../../../pkg/contract/api/restores.ts';
import { plural, t } from '../../lib/i18n.ts';

interface Props {
  plan: RestorePlan;
  busy: boolean;
  onMap: (from: string, to: string) => void;
}

/** Where the panels' data will come from. Shown when something is not simply the same as before. */
export function DataSources({ plan, busy, onMap }: Props) {
  const other = plan.dataSources.filter((match) => match.by !== 'uid' && match.by !== 'restored');
  const open = other.filter(({ alreadyMissing }) => alreadyMissing !== true);
  const before = other.filter(({ alreadyMissing }) => alreadyMissing === true);
  if (other.length === 0) {
    return null;
  }
  if (open.length === 0) {
    return <MissingBefore matches={before} />;
  }
  return (
    <section aria-labelledby="dashkeep-sources">
      <Text element="h2" variant="h4" id="dashkeep-sources">
        {t('sources.title', 'Data sources')}
      </Text>
      <Text element="p" color="secondary">
        {plan.options.to === undefined
          ? t(
              'sources.text',
              'This Grafana instance has no data sources with these UIDs. Choose a replacement for each.',
            )
          : t(
              'send.sources',
              'The other Grafana instance has no data sources with these UIDs. Choose a replacement for each.',
            )}
      </Text>
      <Stack direction="column" gap={2}>
        {open.map((match) => (
          <Field
            key={match.from.uid}
            label={match.from.name || match.from.uid}
            description={foundBy(match)}
            invalid={match.by === 'none'}
            noMargin
          >
            <Combobox
              id={`source-${match.from.uid}`}
              width={50}
              disabled={busy}
              value={match.to?.uid ?? null}
              placeholder={t('sources.choose', 'Choose a data source')}
              options={plan.liveDataSources
                .filter((source) => match.from.type === '' || source.type === match.from.type)
                .map((source) => ({ value: source.uid, label: source.name, description: source.type }))}
              onChange={(option) => onMap(match.from.uid, option.value)}
            />
          </Field>
        ))}
        <MissingBefore matches={before} />
      </Stack>
    </section>
  );
}

/** Nothing that this restore has to answer for: said once, without a warning. */
function MissingBefore({ matches }: { matches: DataSourceMatch[] }) {
  return matches.length === 0 ? null : (
    <Text element="p" color="secondary">
      {plural(
        'sources.before',
        matches.length,
        'One data source was already missing when the snapshot was created: {{names}}',
        '{{number}} data sources were already missing when the snapshot was created: {{names}}',
        { names: matches.map(({ from }) => from.name || from.uid).join(', ') },
      )}
    </Text>
  );
}

function foundBy(match: DataSourceMatch): string {
  const reasons: Record<DataSourceMatch['by'], string> = {
    uid: t('sources.byUid', 'Same as before.'),
    name: t('sources.byName', 'Found by name and type.'),
    choice: t('sources.byChoice', 'You chose it.'),
    restored: t('sources.byRestore', 'It is restored too.'),
    none: t('sources.byNone', 'No match. Panels that use this data source show an error until you choose another.'),
  };
  return reasons[match.by];
}
