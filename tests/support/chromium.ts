import { execFileSync } from 'node:child_process';

/** The shell shows pages in half the time of the whole browser, which has windows to manage. */
const PROGRAMS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/**
 * The system's Chromium, or what CHROMIUM_PATH names; Playwright's own can be downloaded only where there is internet.
 */
export function chromiumPath(): string | undefined {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined) {
    return given;
  }
  try {
    return execFileSync('sh', ['-c', PROGRAMS.map((name) => `command -v ${name}`).join(' || ')])
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

/** As it is started here: alone, without a display, and asking nothing of the internet. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
