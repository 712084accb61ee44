import { Button, Field, Input, Modal, Stack, Text } from '@grafana/ui';
import { useEffect, useRef, useState } from 'react';
import type { ReportFormat } from '../../../pkg/contract/api/readiness.ts';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { usePeriodReport } from '../../data/useStatus.ts';
import { t } from '../../lib/i18n.ts';
import { saveFile } from '../../lib/saveFile.ts';
import { dayBefore, dayBounds } from '../../lib/times/day.ts';

const DAY_MS = 86_400_000;
const QUARTER = 92;

/** Asks for a period, and saves the report of it. */
export function ReportDialog({ onDismiss }: { onDismiss: () => void }) {
  const report = usePeriodReport();
  const first = useRef<HTMLInputElement>(null);
  const [from, setFrom] = useState(() => dayBefore(new Date(Date.now() - QUARTER * DAY_MS).toISOString()));
  const [to, setTo] = useState(() => dayBefore(new Date().toISOString()));
  useEffect(() => first.current?.focus(), []);
  const bounds = { from: dayBounds(from).from, to: dayBounds(to).to };
  const isPeriod = bounds.from !== undefined && bounds.to !== undefined && bounds.from < bounds.to;
  const save = (format: ReportFormat) => {
    if (bounds.from !== undefined && bounds.to !== undefined) {
      report.mutate(
        { format, from: bounds.from, to: bounds.to },
        {
          onSuccess: ({ type, text }) => {
            saveFile(`backup-report-${from}-${to}.${format}`, type, text);
            onDismiss();
          },
        },
      );
    }
  };
  return (
    <Modal isOpen title={t('readiness.reportTitle', 'Report for a period')} onDismiss={onDismiss}>
      <Stack direction="column" gap={2}>
        <Text element="p">
          {t(
            'readiness.reportText',
            'Backups, verifications, restore tests, restores, holds and confirmations, as a printable page or a table.',
          )}
        </Text>
        <Field label={t('readiness.reportFrom', 'First day')} noMargin>
          <Input
            id="report-from"
            type="date"
            width={20}
            ref={first}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
        </Field>
        <Field
          label={t('readiness.reportTo', 'Last day')}
          invalid={!isPeriod}
          error={t('readiness.reportPeriod', 'The last day must not be before the first day.')}
          noMargin
        >
          <Input
            id="report-to"
            type="date"
            width={20}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </Field>
        {report.error !== null && <ServiceNotice error={report.error} />}
      </Stack>
      <Modal.ButtonRow>
        <Button type="button" variant="secondary" fill="outline" onClick={onDismiss}>
          {t('confirm.cancel', 'Cancel')}
        </Button>
        <Button type="button" variant="secondary" disabled={!isPeriod || report.isPending} onClick={() => save('csv')}>
          {t('readiness.csv', 'Download CSV')}
        </Button>
        <Button type="button" disabled={!isPeriod || report.isPending} onClick={() => save('html')}>
          {t('readiness.html', 'Download HTML')}
        </Button>
      </Modal.ButtonRow>
    </Modal>
  );
}
