import type { Locator, Page } from '@playwright/test';
import { expect } from './fixtures.ts';

/**
 * Waits until the focus stays where it is. Menus and dialogs of @grafana/ui move it in the next frame, which on a busy
 * machine comes long after they can be seen: a key that is pressed before is undone, or meant for something else.
 */
export async function focusRests(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let [before, frames] = [document.activeElement, 0];
        const look = () => {
          frames = document.activeElement === before ? frames + 1 : 0;
          before = document.activeElement;
          if (frames < 3) {
            requestAnimationFrame(look);
          } else {
            resolve();
          }
        };
        requestAnimationFrame(look);
      }),
  );
}

/** Presses a key again and again, until the focus rests on what is wanted. */
async function pressUntilFocused(key: string, target: Locator, most: number): Promise<void> {
  const page = target.page();
  await expect(target).toBeEnabled();
  await focusRests(page);
  for (let step = 0; step < most; step++) {
    if (await target.evaluate((one) => one === document.activeElement)) {
      return;
    }
    await page.keyboard.press(key);
    await focusRests(page);
  }
  await expect(target, `reached by ${most} times ${key}`).toBeFocused();
}

/** Goes on by the tab key to a button, link or field, once it can be used. */
export function tabTo(target: Locator): Promise<void> {
  return pressUntilFocused('Tab', target, 80);
}

/** Opens the menu of the button that has the focus, and goes to one of its items. */
export async function openMenuAt(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Enter');
  await holdsFocus(page.getByRole('menu'));
  await goDownTo(page.getByRole('menuitem', { name }));
}

/** Goes down to an item of the menu that has the focus. */
export function goDownTo(item: Locator): Promise<void> {
  return pressUntilFocused('ArrowDown', item, 10);
}

/** Opens the submenu of the item that has the focus, and goes to one of its items. */
export async function openSubmenuAt(page: Page, name: string): Promise<void> {
  const item = page.getByRole('menuitem', { name });
  await page.keyboard.press('ArrowRight');
  await expect(item).toBeVisible();
  await goDownTo(item);
}

/** Waits until the focus is in a dialog or menu that has just opened. */
export async function holdsFocus(opened: Locator): Promise<void> {
  await expect.poll(() => opened.evaluate((one) => one.contains(document.activeElement))).toBe(true);
}

/** Types what the open dialog asks for into its field. */
export async function typeWanted(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog');
  await holdsFocus(dialog);
  const field = dialog.getByRole('textbox');
  const text = await wanted(page);
  await tabTo(field);
  await page.keyboard.type(text);
  await expect(field).toHaveValue(text);
}

/** What the open dialog wants to be typed: it shows it in full. */
export function wanted(page: Page): Promise<string> {
  return page.getByRole('dialog').locator('code').innerText();
}
