import { useEffect, useRef, useState, type RefObject } from 'react';

/** How far from the visible part of a page something counts as in view, so that it is there when one gets to it. */
const MARGIN = '200px';

/** Whether an element has been in view: what is drawn only then stays drawn. */
export function useInView<E extends HTMLElement>(): [element: RefObject<E | null>, seen: boolean] {
  const element = useRef<E>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (element.current === null || seen) {
      return undefined;
    }
    const observer = new IntersectionObserver(
      (entries) => setSeen(entries.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin: MARGIN },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [seen]);
  return [element, seen];
}
