import { Combobox, Field, Stack, Text } from '@grafana/ui';
import type { Counterpart } from '../../../../pkg/contract/api/restores.ts';
import { t } from '../../../lib/i18n.ts';
import { kindLabel } from '../../../lib/kinds.ts';

interface Props {
  counterparts: Counterpart[];
  busy: boolean;
  onReplace: (counterpart: Counterpart, chosen: string | undefined) => void;
}

/** Replacements in another Grafana for folders, teams, contact points and mute timings. */
export function Counterparts({ counterparts, busy, onReplace }: Props) {
  return counterparts.length === 0 ? null : (
    <section aria-labelledby="dashkeep-counterparts">
      <Text element="h2" variant="h4" id="dashkeep-counterparts">
        {t('counterparts.title', 'Folders, teams, contact points and mute timings')}
      </Text>
      <Text element="p" color="secondary">
        {t('counterparts.text', 'You can use existing resources of the other Grafana instance instead of these.')}
      </Text>
      <Stack direction="column" gap={2}>
        {counterparts.map((one) => (
          <Field key={`${one.kind}/${one.uid}`} label={one.title} description={kindLabel(one.kind)} noMargin>
            <Combobox
              id={`counterpart-${one.kind}-${one.uid}`}
              width={50}
              isClearable
              disabled={busy}
              value={one.to ?? null}
              placeholder={t('counterparts.none', 'No replacement')}
              options={one.choices.map(({ uid, title }) => ({ value: uid, label: title }))}
              onChange={(option) => onReplace(one, option?.value)}
            />
          </Field>
        ))}
      </Stack>
    </section>
  );
}
