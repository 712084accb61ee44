import { useEffect, useState } from 'react';

/** Focuses what had the focus before a drawer opened, once it is closed: Grafana's drawers leave it nowhere. */
export function useReturnedFocus(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // Only after the drawer has left the page, and not if something else took the focus.
      setTimeout(() => {
        if (document.activeElement === document.body && opener instanceof HTMLElement) {
          opener.focus();
        }
      });
    },
    [opener],
  );
}
