import { Alert, Button, Dropdown, Menu, Text } from '@grafana/ui';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { SnapshotDetail } from '../../../pkg/contract/api/snapshots.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { useStartRun } from '../../data/useRuns.ts';
import { useDeleteSnapshot } from '../../data/useSnapshots.ts';
import { useStatus } from '../../data/useStatus.ts';
import { formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { notifySuccess } from '../../lib/notify.ts';
import { routes } from '../../lib/routes.ts';
import { useMenuFocus } from '../../hooks/useMenuFocus.ts';
import { MarkDialog, type Marking } from './MarkDialog.tsx';

/** What is done with a snapshot less often. */
export function SnapshotMenu({ snapshot }: { snapshot: SnapshotDetail }) {
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const [marking, setMarking] = useState<Marking>();
  const isHeld = Boolean(snapshot.hold);
  const { caller, newest } = useStatus().data ?? {};
  const isHome = caller?.home === true;
  const isNewest = snapshot.status === 'complete' && newest?.id === snapshot.id;
  const start = useStartRun();
  const remove = useDeleteSnapshot();
  const menuRef = useMenuFocus();
  const verify = () =>
    start.mutate(
      { kind: 'verify', readData: true, snapshot: snapshot.id },
      { onSuccess: (run) => void navigate(routes.run(run.id)) },
    );
  const confirmDelete = () =>
    remove.mutate(snapshot.id, {
      onSuccess: () => {
        notifySuccess(t('snapshot.deleted', 'Snapshot deleted'));
        void navigate(routes.history());
      },
    });
  const menu = (
    <Menu ref={menuRef}>
      {snapshot.previous !== undefined && (
        <Menu.Item
          icon="code-branch"
          label={t('snapshot.comparePrevious', 'Compare with the previous one')}
          url={routes.compare({ from: snapshot.previous, to: snapshot.id })}
        />
      )}
      {snapshot.next !== undefined && (
        <Menu.Item
          icon="code-branch"
          label={t('snapshot.compareNewest', 'Compare with the latest')}
          url={routes.compare({ from: snapshot.id, to: 'latest' })}
        />
      )}
      {isHome && <Menu.Item icon="shield" label={t('snapshot.verify', 'Verify snapshot')} onClick={verify} />}
      {snapshot.run !== undefined && (
        <Menu.Item icon="list-ul" label={t('snapshot.run', 'Show the run')} url={routes.run(snapshot.run)} />
      )}
      <Menu.Divider />
      {snapshot.previous !== undefined && (
        <Menu.Item
          icon="angle-left"
          label={t('snapshot.previous', 'Previous snapshot')}
          url={routes.snapshot(snapshot.previous)}
        />
      )}
      {snapshot.next !== undefined && (
        <Menu.Item
          icon="angle-right"
          label={t('snapshot.next', 'Next snapshot')}
          url={routes.snapshot(snapshot.next)}
        />
      )}
      {isHome && <Menu.Divider />}
      {isHome && !snapshot.foreign && (
        <Menu.Item
          icon="lock"
          label={isHeld ? t('hold.change', 'Change the hold') : t('hold.place', 'Put on hold')}
          onClick={() => afterMenu(() => setMarking('hold'))}
        />
      )}
      {isHome && isHeld && (
        <Menu.Item
          icon="unlock"
          label={t('hold.release', 'Release')}
          onClick={() => afterMenu(() => setMarking('release'))}
        />
      )}
      {isHome && (
        <Menu.Item
          icon="pen"
          label={snapshot.note === undefined ? t('hold.addNote', 'Add a note') : t('hold.editNote', 'Edit the note')}
          onClick={() => afterMenu(() => setMarking('note'))}
        />
      )}
      {isHome && (
        <Menu.Item
          icon="trash-alt"
          destructive
          label={t('snapshot.delete', 'Delete')}
          disabled={isHeld || isNewest}
          description={
            isHeld
              ? t('hold.releaseFirst', 'Release it first')
              : isNewest
                ? t('snapshot.keepNewest', 'Create another backup first')
                : undefined
          }
          onClick={() => afterMenu(() => setDeleting(true))}
        />
      )}
    </Menu>
  );
  return (
    <>
      <Dropdown overlay={menu} placement="bottom-end">
        <Button variant="secondary" icon="ellipsis-v" aria-label={t('snapshot.more', 'More actions')} />
      </Dropdown>
      {start.error !== null && <ServiceNotice error={start.error} />}
      {marking && <MarkDialog snapshot={snapshot} marking={marking} onDismiss={() => setMarking(undefined)} />}
      {deleting && (
        <ConfirmDialog
          title={t('snapshot.deleteTitle', 'Delete this snapshot?')}
          phrase={snapshot.id}
          confirmText={t('snapshot.deleteConfirm', 'Delete')}
          error={remove.error}
          isPending={remove.isPending}
          onConfirm={confirmDelete}
          onDismiss={() => {
            setDeleting(false);
            remove.reset();
          }}
        >
          <Text element="p">
            {t('snapshot.deleteBody', 'You will no longer be able to restore the snapshot of {{time}}.', {
              time: formatTime(snapshot.time),
            })}
          </Text>
          {(snapshot.otherOrganizations ?? 0) > 0 && (
            <Alert
              severity="warning"
              title={plural(
                'snapshot.deleteOthers',
                snapshot.otherOrganizations ?? 0,
                'It also contains the backup of {{number}} other organization, which will be lost too',
                'It also contains the backups of {{number}} other organizations, which will be lost too',
              )}
            />
          )}
          {snapshot.trigger === 'safety' && (
            <Alert
              severity="warning"
              title={t(
                'snapshot.deleteSafety',
                'You will no longer be able to undo the restore that started {{time}}',
                {
                  time: formatTime(snapshot.time),
                },
              )}
            />
          )}
          <Text element="p" color="secondary">
            {t('snapshot.deleteText', 'Other snapshots are not affected.')}
          </Text>
        </ConfirmDialog>
      )}
    </>
  );
}

/** Once the menu has given the focus back: a dialog that opens before loses it, and keys go to the page behind. */
function afterMenu(open: () => void): void {
  setTimeout(open, 0);
}
