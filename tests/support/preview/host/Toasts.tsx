import { AppEvents, type AlertPayload, type BusEventType, type EventBus } from '@grafana/data';
import { Alert, Portal, Stack, type AlertVariant } from '@grafana/ui';
import { useEffect, useState } from 'react';

const KINDS: [AlertVariant, { name: string }][] = [
  ['success', AppEvents.alertSuccess],
  ['warning', AppEvents.alertWarning],
  ['error', AppEvents.alertError],
  ['info', AppEvents.alertInfo],
];

interface Toast {
  id: number;
  severity: AlertVariant;
  payload: AlertPayload;
}

/** Grafana's notifications in the corner; they go after four seconds. */
export function Toasts({ events }: { events: EventBus }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  useEffect(() => {
    let next = 0;
    const remove = (id: number) => setToasts((list) => list.filter((toast) => toast.id !== id));
    const subscriptions = KINDS.map(([severity, event]) =>
      events.subscribe({ type: event.name } as BusEventType<never>, (received: { payload: AlertPayload }) => {
        const id = next++;
        setToasts((list) => [...list, { id, severity, payload: received.payload }]);
        setTimeout(() => remove(id), 4000);
      }),
    );
    return () => subscriptions.forEach((subscription) => subscription.unsubscribe());
  }, [events]);
  return (
    <Portal>
      <div
        data-testid="toasts"
        style={{ position: 'fixed', top: 16, right: 16, zIndex: 2000, width: 'min(400px, 90vw)' }}
      >
        <Stack direction="column">
          {toasts.map(({ id, severity, payload }) => (
            <Alert key={id} elevated severity={severity} title={String(payload[0])}>
              {payload[1] as string}
            </Alert>
          ))}
        </Stack>
      </div>
    </Portal>
  );
}
