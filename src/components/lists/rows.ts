/** Tables narrower than this, in pixels, show the kind of a resource below its title instead of in a column. */
export const NARROW = 600;

/** Marks the link or button of a row that a click anywhere in the row presses, too. */
export const opensRow = 'data-opens-row';

const OWN_ACTION = 'a, button, input, label';

/** Does what the title of a row does, unless something else was clicked or text is being selected. */
export function openRow(event: MouseEvent): void {
  const clicked = event.target as Element;
  const selecting = (window.getSelection()?.toString() ?? '') !== '';
  if (event.button !== 0 || selecting || clicked.closest(OWN_ACTION) !== null) {
    return;
  }
  clicked.closest('[role="row"]')?.querySelector<HTMLElement>(`[${opensRow}]`)?.click();
}
