import { execFileSync } from 'node:child_process';

/**
 * The system's Chromium, or what CHROMIUM_PATH names; Playwright's own can be downloaded only where there is internet.
 */
export function chromiumPath(): string | undefined {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined) {
    return given;
  }
  try {
    return execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'])
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
