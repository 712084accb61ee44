import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, Field, IconButton, Stack, Text, useStyles2, type ComboboxOption } from '@grafana/ui';
import { useCallback } from 'react';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { ResourceName } from '../../components/resources/ResourceName.tsx';
import { findResources, useResourceTitles } from '../../data/useSnapshots.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { parseResource, resourceParameter } from '../../lib/routes.ts';

interface Props {
  snapshot: string;
  resources: NamedRef[];
  onChange: (resources: NamedRef[]) => void;
}

/** Beyond this the list says how many more there are. */
const SHOWN = 30;

/** Individual resources: those that are chosen, and a search for more. */
export function ChosenResources({ snapshot, resources, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const shown = resources.slice(0, SHOWN);
  const titles = useResourceTitles(snapshot, shown);
  const options = useCallback(
    async (text: string): Promise<ComboboxOption[]> =>
      (await findResources(snapshot, text)).map((entry) => ({
        value: resourceParameter(entry),
        label: entry.title || entry.uid,
        description: [kindLabel(entry.kind), entry.folder].filter((part) => part !== '').join(', '),
      })),
    [snapshot],
  );
  const add = (value: string) => {
    const ref = parseResource(value);
    if (ref !== undefined && !resources.some((one) => resourceParameter(one) === value)) {
      onChange([...resources, ref]);
    }
  };
  return (
    <Stack direction="column" gap={1}>
      {shown.length > 0 && (
        <ul className={styles.list} aria-label={t('restore.chosen', 'Selected resources')}>
          {shown.map((ref, index) => {
            const key = resourceParameter(ref);
            const title = titles[index] ?? ref.uid;
            return (
              <li key={key} className={styles.item}>
                <ResourceName resource={{ ...ref, title }}>
                  <Text color="secondary">{kindLabel(ref.kind)}</Text>
                </ResourceName>
                <IconButton
                  name="times"
                  aria-label={t('restore.unchoose', 'Remove {{name}}', { name: title })}
                  onClick={() => onChange(resources.filter((one) => resourceParameter(one) !== key))}
                />
              </li>
            );
          })}
        </ul>
      )}
      {resources.length > SHOWN && (
        <Text color="secondary">
          {plural('restore.more', resources.length - SHOWN, 'and {{number}} more', 'and {{number}} more')}
        </Text>
      )}
      <Field
        label={resources.length === 0 ? t('restore.which', 'Resources') : t('restore.another', 'Add another')}
        description={t('restore.whichText', 'To select many, use the snapshot page.')}
        noMargin
      >
        <Combobox
          // A new one after each choice: the list above shows what was chosen.
          key={resources.length}
          id="restore-resource"
          options={options}
          value={null}
          placeholder={t('restore.chooseResource', 'Type part of its title')}
          onChange={(option) => add(option.value)}
        />
      </Field>
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    maxHeight: 260,
    overflowY: 'auto',
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
  item: css({
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
    padding: theme.spacing(0.75, 1.5),
    '& + &': { borderTop: `1px solid ${theme.colors.border.weak}` },
  }),
});
