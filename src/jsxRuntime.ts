import { createElement, Fragment, type ElementType, type Key } from 'react';

/*
 * The JSX runtime on top of the React that Grafana provides. Elements of React 18 and 19 are marked differently, so the
 * runtime of either package would break on the other; createElement always makes the host's kind.
 */
export function jsx(type: ElementType, props: object, key?: Key): unknown {
  return createElement(type, key === undefined ? props : { ...props, key });
}

export const jsxs = jsx;
export { Fragment };
