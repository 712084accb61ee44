import { useEffect, useState, type RefCallback } from 'react';

/**
 * Keeps the focus on an item of an open menu. @grafana/ui's Dropdown focuses the box around the menu one frame after it
 * opens; on a slow machine that comes after the menu has focused its first item, and the box takes no arrow keys.
 * @returns a ref for the `Menu`
 */
export function useMenuFocus(): RefCallback<HTMLElement> {
  const [menu, setMenu] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (menu === null) {
      return;
    }
    const focusItem = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement && target !== menu && target !== document.body && target.contains(menu)) {
        menu.querySelector<HTMLElement>('[data-role="menuitem"][tabindex="0"]')?.focus();
      }
    };
    document.addEventListener('focusin', focusItem);
    return () => document.removeEventListener('focusin', focusItem);
  }, [menu]);
  return setMenu;
}
