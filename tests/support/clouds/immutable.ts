import { Holds, startFront, type Front, type Reply } from './front.ts';

const UNTIL = 'x-ms-immutability-policy-until-date';
const MODE = 'x-ms-immutability-policy-mode';

/** In front of Azurite, which has no immutability policies: the part of Azure's protocol that stores use of them. */
export function startImmutable(upstream: string): Promise<Front> {
  const holds = new Holds<{ until: Date; mode: string }>();
  return startFront(upstream, async (asked, onward, front) => {
    const { method, url, headers } = asked;
    const { pathname: path, searchParams } = url;
    const until = headers[UNTIL] === undefined ? undefined : new Date(String(headers[UNTIL]));
    const wanted = until && { until, mode: String(headers[MODE] ?? 'Unlocked') };
    const comp = searchParams.get('comp');
    if (comp === 'batch') {
      return refusal(501, 'NotImplemented');
    }
    if (comp === 'immutabilityPolicies') {
      const held = holds.get(path);
      if (!holds.has(path)) {
        return refusal(404, 'BlobNotFound');
      }
      const isLess = held?.mode === 'Locked' && (wanted?.mode !== 'Locked' || wanted.until < held.until);
      if (wanted === undefined || isLess) {
        return refusal(409, 'BlobImmutableDueToPolicy');
      }
      holds.set(path, wanted);
      return { status: 200, headers: { [UNTIL]: wanted.until.toUTCString(), [MODE]: wanted.mode }, body: '' };
    }
    const isOfContainer = searchParams.get('restype') === 'container';
    if (isOfContainer && comp === null && front.hidesSetup) {
      return refusal(403, 'AuthorizationPermissionMismatch');
    }
    const changes = !isOfContainer && (method === 'PUT' || method === 'DELETE');
    const isNew = headers['if-none-match'] === '*';
    if (changes && !isNew && !holds.release(path, front)) {
      return refusal(409, 'BlobImmutableDueToPolicy');
    }
    const reply = await onward(asked);
    const more: Record<string, string> = {};
    if (isOfContainer) {
      more['x-ms-immutable-storage-with-versioning-enabled'] = String(front.keepsVersions);
    } else if (method === 'PUT' && reply.status === 201) {
      holds.set(path, wanted);
    } else if (method === 'DELETE') {
      more['x-ms-delete-type-permanent'] = String(!front.keepsVersions);
    }
    const held = holds.get(path);
    if (held !== undefined && method !== 'PUT') {
      more[UNTIL] = held.until.toUTCString();
      more[MODE] = held.mode.toLowerCase();
    }
    return { ...reply, headers: { ...reply.headers, ...more } };
  });
}

function refusal(status: number, code: string): Reply {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml', 'x-ms-error-code': code }, body };
}
