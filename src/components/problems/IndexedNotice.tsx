import { Alert } from '@grafana/ui';
import type { IndexedPart } from '../../../pkg/contract/api/versions.ts';
import { plural } from '../../lib/i18n.ts';

/** Says which part of the history the list covers, if not all. */
export function IndexedNotice({ indexed }: { indexed: IndexedPart }) {
  return (
    <>
      {indexed.pending > 0 && (
        <Alert
          severity="info"
          title={plural(
            'versions.pending',
            indexed.pending,
            '{{number}} snapshot is still being read. This list is not complete yet.',
            '{{number}} snapshots are still being read. This list is not complete yet.',
          )}
        />
      )}
      {indexed.unreadable > 0 && (
        <Alert
          severity="warning"
          title={plural(
            'versions.unreadable',
            indexed.unreadable,
            '{{number}} snapshot cannot be read here. Versions in it are missing from this list.',
            '{{number}} snapshots cannot be read here. Versions in them are missing from this list.',
          )}
        />
      )}
    </>
  );
}
