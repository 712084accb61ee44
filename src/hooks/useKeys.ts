import { useEffect } from 'react';

/** Where a key is a letter of a text, or is for something else that listens. */
const TAKEN = 'input, textarea, select, [contenteditable="true"], [role="combobox"], [role="listbox"]';

/**
 * Calls back when one of these keys is pressed alone, while what uses it is shown.
 * @param keys - what each does; must stay the same object while nothing of it changes
 */
export function useKeys(keys: Readonly<Record<string, (() => void) | undefined>>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { key, target, altKey, ctrlKey, metaKey, shiftKey } = event;
      const action = Object.hasOwn(keys, key) ? keys[key] : undefined;
      const isTaken = target instanceof Element && target.closest(TAKEN) !== null;
      if (action !== undefined && !isTaken && !altKey && !ctrlKey && !metaKey && !shiftKey) {
        event.preventDefault();
        action();
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [keys]);
}
