import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_ARGS } from '../../tests/support/chromium.ts';

/** How a page came to be, as its reader met it. Times in milliseconds. */
export interface Shown {
  /** Until what was asked for could be seen. */
  content: number;
  /** The longest the page did not listen meanwhile and shortly after; those below 50 count as none. */
  longestTask: number;
  nodes: number;
}

const SETTLE_MS = 1500;

/** Runs in the page, before everything else. */
const WATCH = `
  window.tasks = [];
  new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration }))))
    .observe({ type: 'longtask', buffered: true });
  window.shown = (selector) => new Promise((resolve) => {
    const look = () => {
      const found = document.querySelector(selector);
      if (found !== null && found.textContent !== '' && found.getClientRects().length > 0) {
        // Painted with the frame that this belongs to.
        requestAnimationFrame(() => resolve(performance.now()));
      } else {
        requestAnimationFrame(look);
      }
    };
    look();
  });
`;

/** A Chromium that measures pages. */
export class MeasuringBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(executablePath: string): Promise<MeasuringBrowser> {
    return new MeasuringBrowser(await chromium.launch({ executablePath, args: CHROMIUM_ARGS }));
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** Opens an address with nothing loaded before, and measures from the start of the navigation. */
  async cold(url: string, selector: string): Promise<Shown> {
    return this.#within(async (page) => {
      await page.goto(url, { waitUntil: 'commit' });
      return measure(page, 0, selector);
    });
  }

  /** Opens one address, and from there, as by a link, another of the same origin; measures the second. */
  async within(first: string, ready: string, path: string, selector: string): Promise<Shown> {
    return this.#within(async (page) => {
      await page.goto(first);
      await page.evaluate(`shown(${JSON.stringify(ready)})`);
      await page.waitForTimeout(SETTLE_MS);
      const go = `history.pushState({}, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate', { state: {} }))`;
      return measure(page, await act(page, go), selector);
    });
  }

  /** Opens an address, then presses one of its elements; measures what that brings. */
  async pressed(url: string, button: string, selector: string): Promise<Shown> {
    return this.#within(async (page) => {
      await page.goto(url);
      await page.evaluate(`shown(${JSON.stringify(button)})`);
      await page.waitForTimeout(SETTLE_MS);
      return measure(page, await act(page, `document.querySelector(${JSON.stringify(button)}).click()`), selector);
    });
  }

  async #within(work: (page: Page) => Promise<Shown>): Promise<Shown> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 } });
    try {
      const page = await context.newPage();
      await page.addInitScript({ content: WATCH });
      return await work(page);
    } finally {
      await context.close();
    }
  }
}

/** @returns when it was done, by the page's clock */
function act(page: Page, script: string): Promise<number> {
  return page.evaluate<number>(
    `(() => { const now = performance.now(); setTimeout(() => { ${script} }); return now; })()`,
  );
}

async function measure(page: Page, since: number, selector: string): Promise<Shown> {
  const at = await page.evaluate<number>(`shown(${JSON.stringify(selector)})`);
  await page.waitForTimeout(SETTLE_MS);
  const longestTask = await page.evaluate<number>(
    `Math.max(0, ...tasks.filter(({ startTime }) => startTime >= ${since}).map(({ duration }) => duration))`,
  );
  const nodes = await page.evaluate<number>(`document.querySelectorAll('*').length`);
  return { content: at - since, longestTask, nodes };
}
