import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** The width of an element in pixels, now and after it changes; 0 before it is known. */
export function useWidth<E extends HTMLElement>(): [element: RefObject<E | null>, width: number] {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (element.current === null) {
      return undefined;
    }
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
