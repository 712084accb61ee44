import { Button, Field, Input, Modal, Stack, Text } from '@grafana/ui';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { SnapshotDetail } from '../../../pkg/contract/api/snapshots.ts';
import { NOTE_MAX } from '../../../pkg/contract/note-max.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { useMarkSnapshot } from '../../data/useSnapshots.ts';
import { dayBefore, dayBounds } from '../../lib/times/day.ts';
import { t } from '../../lib/i18n.ts';
import { notifySuccess } from '../../lib/notify.ts';

/** What is asked about a snapshot. */
export type Marking = 'hold' | 'release' | 'note';

interface Props {
  snapshot: SnapshotDetail;
  marking: Marking;
  onDismiss: () => void;
}

/** Puts a snapshot on hold, releases it, or changes its note. */
export function MarkDialog({ snapshot, marking, onDismiss }: Props) {
  const mark = useMarkSnapshot(snapshot.id);
  const field = useRef<HTMLInputElement>(null);
  const [note, setNote] = useState(marking === 'hold' ? (snapshot.hold?.note ?? '') : (snapshot.note?.text ?? ''));
  const [day, setDay] = useState(snapshot.hold?.until === undefined ? '' : dayBefore(snapshot.hold.until));
  useEffect(() => field.current?.focus(), []);
  const done = (message: string) => ({
    onSuccess: () => {
      notifySuccess(message);
      onDismiss();
    },
  });
  if (marking === 'release') {
    return (
      <ConfirmDialog
        title={t('hold.releaseTitle', 'Release this snapshot?')}
        confirmText={t('hold.release', 'Release')}
        error={mark.error}
        isPending={mark.isPending}
        onConfirm={() => mark.mutate({ type: 'release' }, done(t('hold.released', 'Snapshot released')))}
        onDismiss={onDismiss}
      >
        <Text element="p">{t('hold.releaseText', 'The retention rules can then remove it.')}</Text>
      </ConfirmDialog>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (marking === 'hold') {
      mark.mutate({ type: 'hold', note, until: dayBounds(day).to }, done(t('hold.placed', 'Snapshot put on hold')));
    } else {
      mark.mutate({ type: 'note', note }, done(t('hold.noted', 'Note saved')));
    }
  };
  return (
    <Modal
      isOpen
      title={marking === 'hold' ? t('hold.placeTitle', 'Put this snapshot on hold') : t('hold.noteTitle', 'Note')}
      onDismiss={onDismiss}
    >
      <form onSubmit={submit}>
        <Stack direction="column" gap={2}>
          {marking === 'hold' && (
            <Text element="p">
              {t('hold.placeText', 'Dashkeep keeps the snapshot until the hold ends or someone releases it.')}
            </Text>
          )}
          <Field
            label={marking === 'hold' ? t('hold.reason', 'Reason') : t('hold.note', 'Note')}
            description={
              marking === 'hold'
                ? t('hold.reasonText', 'Every organization in this snapshot can see the reason.')
                : t(
                    'hold.noteText',
                    'Every organization in this snapshot can see the note. To remove it, leave the field empty.',
                  )
            }
            noMargin
          >
            <Input
              id="mark-note"
              ref={field}
              value={note}
              maxLength={NOTE_MAX}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
          </Field>
          {marking === 'hold' && (
            <Field
              label={t('hold.until', 'Last day')}
              description={t('hold.untilText', 'Optional. Without a date, the hold ends when someone releases it.')}
              noMargin
            >
              <Input
                id="mark-until"
                type="date"
                width={20}
                value={day}
                onChange={(event) => setDay(event.currentTarget.value)}
              />
            </Field>
          )}
          {mark.error !== null && <ServiceNotice error={mark.error} />}
        </Stack>
        <Modal.ButtonRow>
          <Button type="button" variant="secondary" fill="outline" onClick={onDismiss}>
            {t('confirm.cancel', 'Cancel')}
          </Button>
          <Button type="submit" disabled={mark.isPending}>
            {marking === 'hold' ? t('hold.place', 'Put on hold') : t('hold.save', 'Save')}
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}
