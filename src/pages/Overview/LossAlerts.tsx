import type { Status } from '../../../pkg/contract/api/status.ts';
import { ShrunkAlert } from './ShrunkAlert.tsx';
import { UpgradeAlert } from './UpgradeAlert.tsx';

/** What a backup lacks of the one before, or what the first one after an upgrade has changed. */
export function LossAlerts({ status }: { status: Status }) {
  return (
    <>
      {status.shrunk && <ShrunkAlert status={status} />}
      {status.upgrade?.first && <UpgradeAlert status={status} />}
    </>
  );
}
