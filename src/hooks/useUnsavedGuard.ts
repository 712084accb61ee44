import { locationService } from '@grafana/runtime';
import { useEffect, useRef, useState } from 'react';

export interface UnsavedGuard {
  /** Somebody is about to leave, and has to be asked. */
  asking: boolean;
  leave: () => void;
  stay: () => void;
}

/** Keeps people from leaving a page with changes that are not saved, without being asked. */
export function useUnsavedGuard(unsaved: boolean): UnsavedGuard {
  const [wanted, setWanted] = useState<string>();
  const unblock = useRef<() => void>(undefined);
  useEffect(() => {
    if (!unsaved) {
      return undefined;
    }
    const release = locationService.getHistory().block(({ pathname, search }: { pathname: string; search: string }) => {
      setWanted(pathname + search);
      return false;
    });
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', onUnload);
    unblock.current = () => {
      release();
      window.removeEventListener('beforeunload', onUnload);
    };
    return unblock.current;
  }, [unsaved]);
  return {
    asking: wanted !== undefined,
    leave: () => {
      unblock.current?.();
      locationService.push(wanted ?? '');
    },
    stay: () => setWanted(undefined),
  };
}
