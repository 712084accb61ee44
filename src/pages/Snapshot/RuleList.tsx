import { Icon, Stack, Text, TextLink } from '@grafana/ui';
import { RULE } from '../../../pkg/contract/kinds.ts';
import { t } from '../../lib/i18n.ts';
import { kindIcon } from '../../lib/kinds.ts';
import { resourceParameter, routes } from '../../lib/routes.ts';

interface Props {
  snapshot: string;
  org: number;
  /** The stored group. */
  group: unknown;
}

/** The rules of a group, each with the way to look at it and to restore it alone. */
export function RuleList({ snapshot, org, group }: Props) {
  const rules = rulesOf(group);
  return rules.length === 0 ? null : (
    <Stack direction="column" gap={0.5}>
      <Text element="h3" variant="h5">
        {t('resource.rules', 'Alert rules')}
      </Text>
      {rules.map(({ uid, title }) => (
        <Stack key={uid} gap={1} alignItems="center">
          <Icon name={kindIcon(RULE)} />
          <TextLink
            inline={false}
            href={routes.snapshot(snapshot, { resource: resourceParameter({ org, kind: RULE, uid }) })}
          >
            {title}
          </TextLink>
        </Stack>
      ))}
    </Stack>
  );
}

function rulesOf(group: unknown): { uid: string; title: string }[] {
  const { rules } = (group ?? {}) as { rules?: unknown };
  return (Array.isArray(rules) ? (rules as { uid?: unknown; title?: unknown }[]) : []).flatMap(({ uid, title }) =>
    typeof uid === 'string' ? [{ uid, title: typeof title === 'string' ? title : uid }] : [],
  );
}
