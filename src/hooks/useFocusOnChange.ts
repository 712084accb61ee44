import { useEffect, useRef, type RefObject } from 'react';

/**
 * Moves the focus to an element when what it shows has become something else, so that anyone who works by keyboard or
 * listens is where things go on. Not when the page opens. The element needs `tabIndex={-1}`.
 */
export function useFocusOnChange<E extends HTMLElement>(shown: string): RefObject<E | null> {
  const element = useRef<E>(null);
  const before = useRef(shown);
  useEffect(() => {
    if (before.current !== shown) {
      before.current = shown;
      element.current?.focus();
    }
  }, [shown]);
  return element;
}
