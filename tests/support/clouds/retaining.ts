import { Holds, startFront, type Front, type Reply } from './front.ts';

interface Retention {
  mode: 'Unlocked' | 'Locked';
  until: Date;
}

/**
 * In front of fake-gcs-server, which never lets a locked retention be extended: Google's object retention, and what a
 * bucket says of itself.
 */
export function startRetaining(upstream: string): Promise<Front> {
  const holds = new Holds<Retention>();
  return startFront(upstream, async (asked, onward, front) => {
    const { method, url, body } = asked;
    const { pathname: path, searchParams } = url;
    if (path === '/storage/v1/b/test' && method === 'GET') {
      const bucket = {
        kind: 'storage#bucket',
        objectRetention: { mode: 'Enabled' },
        versioning: { enabled: front.keepsVersions },
      };
      return front.hidesSetup ? refusal(403, 'forbidden') : json(bucket);
    }
    if (path === '/upload/storage/v1/b/test/o') {
      const { name, retention } = uploaded(body);
      const object = pathOf(searchParams.get('name') ?? name);
      const isNew = searchParams.get('ifGenerationMatch') === '0';
      if (!isNew && !holds.release(object, front)) {
        return refusal(403, 'retentionPolicyNotMet');
      }
      const bare = Buffer.from(body.toString('latin1').replace(RETENTION, ''), 'latin1');
      const reply = await onward({ ...asked, body: retention === undefined ? body : bare });
      if (reply.status === 200) {
        holds.set(object, retention);
      }
      return reply;
    }
    if (method === 'DELETE' && !holds.release(path, front)) {
      return refusal(403, 'retentionPolicyNotMet');
    }
    const isOfRetention = method === 'PATCH' || searchParams.get('fields') === 'retention';
    if (!isOfRetention || !holds.has(path)) {
      return onward(asked);
    }
    const held = holds.get(path);
    if (method === 'PATCH') {
      const wanted = retentionIn(JSON.parse(body.toString()) as Resource);
      const isLess = held !== undefined && (wanted === undefined || wanted.until < held.until);
      const isOther = held !== undefined && wanted?.mode !== held.mode;
      const isAllowed = held?.mode === 'Unlocked' && searchParams.get('overrideUnlockedRetention') === 'true';
      if (wanted === undefined || ((isLess || isOther) && !isAllowed)) {
        return refusal(403, 'retentionPolicyNotMet');
      }
      holds.set(path, wanted);
    }
    const now = holds.get(path);
    return json(now === undefined ? {} : { retention: { mode: now.mode, retainUntilTime: now.until.toISOString() } });
  });
}

/** As a store writes it into the first part of an upload. */
const RETENTION = /,"retention":\{[^}]*\}/;

interface Resource {
  name?: string;
  retention?: { mode: Retention['mode']; retainUntilTime: string };
}

function uploaded(body: Buffer): { name: string; retention: Retention | undefined } {
  const line = /^\{"name":.*\}\r?$/m.exec(body.toString('latin1'))?.[0] ?? '{}';
  const object = JSON.parse(Buffer.from(line, 'latin1').toString()) as Resource;
  return { name: object.name ?? '', retention: retentionIn(object) };
}

function retentionIn({ retention }: Resource): Retention | undefined {
  return retention && { mode: retention.mode, until: new Date(retention.retainUntilTime) };
}

function pathOf(name: string): string {
  return `/storage/v1/b/test/o/${encodeURIComponent(name)}`;
}

function json(value: object): Reply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function refusal(status: number, reason: string): Reply {
  const error = { code: status, message: reason, errors: [{ reason, message: reason }] };
  return { ...json({ error }), status };
}
