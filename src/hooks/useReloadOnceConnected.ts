import { useEffect } from 'react';
import { isConnected } from '../api/pluginSettings.ts';

const EVERY_MS = 5_000;

/** Reloads the page when the service has connected the app: until then, Grafana keeps the app's old settings. */
export function useReloadOnceConnected(isWaiting: boolean): void {
  useEffect(() => {
    if (!isWaiting) {
      return;
    }
    const look = () =>
      void isConnected().then(
        (connected) => connected && window.location.reload(),
        () => undefined,
      );
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [isWaiting]);
}
