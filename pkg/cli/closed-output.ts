import type { Writable } from 'node:stream';

/**
 * Lets a command go on when nobody reads its output any more, as in `dashkeep show latest | head`: a restore that is
 * being applied must not end half way for that. A terminal that closed fails with EIO. Other errors of the stream end
 * the process as before.
 */
export function ignoreClosedOutput(...streams: (Writable & { isTTY?: boolean })[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && !(error.code === 'EIO' && stream.isTTY === true)) {
        throw error;
      }
    });
  }
}
