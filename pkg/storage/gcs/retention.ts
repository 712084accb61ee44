import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { DashkeepError } from '../../contract/errors.ts';
import type { Retaining, Retention } from '../cloud/retention.ts';
import type { GcsClient } from './client.ts';

export const HOLD = 'storage.objects.setRetention';

const Held = z.object({
  retention: z.object({ mode: z.enum(['Unlocked', 'Locked']), retainUntilTime: z.coerce.date() }).optional(),
});

/** Reads and sets the retention of objects. @param pathOf - the path of an object in the JSON API */
export function gcsRetaining(client: GcsClient, pathOf: (key: string) => string): Retaining {
  return {
    async read(key, signal) {
      const path = `${pathOf(key)}?fields=retention`;
      const { body } = await client.call(`read the object lock of ${key}`, 'storage.objects.get', { path, signal });
      try {
        const { retention } = Held.parse(JSON.parse(body.toString('utf8')));
        return retention && { mode: retention.mode, until: retention.retainUntilTime };
      } catch (cause) {
        throw new DashkeepError('DK_STORE_FAILED', `cannot read the object lock of ${key}`, { cause });
      }
    },

    async set(key, to, held, signal) {
      // Locking counts as a change that needs this parameter.
      const isLocking = held?.mode === 'Unlocked' && to.mode === 'Locked';
      await client.call(`lock ${key}`, `storage.objects.update and ${HOLD}`, {
        path: `${pathOf(key)}?fields=retention${isLocking ? '&overrideUnlockedRetention=true' : ''}`,
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ retention: resourceOf(to) })),
        signal,
      });
    },
  };
}

/** The member `retention` of an object. */
export function resourceOf({ mode, until }: Retention): { mode: string; retainUntilTime: string } {
  return { mode, retainUntilTime: until.toISOString() };
}

/** The body of an upload that also sets members of the object. */
export function uploadWith(
  body: Buffer,
  object: { name: string; contentType: string; retention: object },
): { contentType: string; body: Buffer } {
  const boundary = randomUUID();
  const head = [
    `--${boundary}`,
    'content-type: application/json; charset=UTF-8',
    '',
    JSON.stringify(object),
    `--${boundary}`,
    `content-type: ${object.contentType}`,
    '',
    '',
  ];
  return {
    contentType: `multipart/related; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head.join('\r\n')), body, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
