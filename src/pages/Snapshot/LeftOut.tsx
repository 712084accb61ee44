import '../../lib/catalogue/restoreReasons.ts';
import { Collapse, Stack, Text } from '@grafana/ui';
import { useState } from 'react';
import type { SnapshotDetail } from '../../../pkg/contract/api/snapshots.ts';
import { KIND_NAMES, SERVER_KINDS } from '../../../pkg/contract/kinds.ts';
import type { ReasonCode } from '../../../pkg/contract/reasons/catalogue.ts';
import { Problems } from '../../components/problems/Problems.tsx';
import { resourcesText } from '../../lib/resources/count.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { reasonText } from '../../lib/catalogue/reasons.ts';

/** What a snapshot also contains, and no page shows: an admin of an organization need not be a server admin. */
export function KeptForServerAdmins({ kinds }: Pick<SnapshotDetail, 'kinds'>) {
  const kept = [...SERVER_KINDS].filter((kind) => (kinds[kind]?.stored ?? 0) + (kinds[kind]?.reused ?? 0) > 0);
  return kept.length === 0 ? null : (
    <Text color="secondary">
      {t('leftOut.server', 'Also contains, available only on the command line: {{kinds}}.', {
        kinds: kept.map(kindLabel).join(', '),
      })}
    </Text>
  );
}

/** Why a kind that Grafana has was not read; every other reason is that this Grafana does not have it. */
const CHOSEN = new Set<string | undefined>([
  'not-asked-for',
  'needs-server-admin',
  'server-kinds-off',
] satisfies ReasonCode[]);

/** What a snapshot leaves out on purpose: kinds that were not read and why, and resources that were skipped. */
export function LeftOut({ snapshot }: { snapshot: SnapshotDetail }) {
  const [open, setOpen] = useState(false);
  const failed = new Set(snapshot.errors.filter(({ uid }) => uid === '').map(({ kind }) => kind));
  const kinds = KIND_NAMES.flatMap((kind) => {
    const { reason, code, params } = snapshot.kinds[kind] ?? {};
    return reason === undefined || failed.has(kind)
      ? []
      : [{ kind, isAbsent: !CHOSEN.has(code), why: reasonText({ reason, code, params }) }];
  });
  const { skipped } = snapshot;
  if (kinds.length === 0 && skipped.length === 0) {
    return null;
  }
  const absent = kinds.filter(({ isAbsent }) => isAbsent).length;
  const lacking = kinds.length - absent;
  const parts = [
    lacking > 0 && plural('leftOut.kinds', lacking, '{{number}} kind', '{{number}} kinds'),
    absent > 0 &&
      plural(
        'leftOut.absent',
        absent,
        '{{number}} kind that this Grafana instance does not have',
        '{{number}} kinds that this Grafana instance does not have',
      ),
    skipped.length > 0 && resourcesText(skipped.length),
  ];
  return (
    <Collapse
      label={t('leftOut.title', 'Not included: {{what}}', { what: parts.filter(Boolean).join(', ') })}
      isOpen={open}
      onToggle={setOpen}
    >
      <Stack direction="column" gap={1}>
        {kinds.map(({ kind, why }) => (
          <span key={kind}>
            <Text weight="medium">{kindLabel(kind)}</Text> <Text color="secondary">{why}</Text>
          </span>
        ))}
        {skipped.length > 0 && <Problems problems={skipped} label={t('leftOut.resources', 'Resources not included')} />}
      </Stack>
    </Collapse>
  );
}
