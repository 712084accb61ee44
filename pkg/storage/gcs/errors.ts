import * as z from 'zod';
import type { HttpResponse } from '../../lib/http/request.ts';
import { ServiceError, type ServiceCodes } from '../cloud/errors.ts';

export const GCS_CODES: ServiceCodes = {
  credentials: {
    authError: 'the token is not valid',
    required: 'the request was not signed',
    accountDisabled: 'the account is disabled',
  },
  noBucket: new Set(['noBucket']),
  absent: new Set(['notFound']),
  locked: new Set(['retentionPolicyNotMet', 'objectUnderActiveHold', 'objectUnderRetention']),
};

const Refusal = z.object({
  error: z.object({
    message: z.string().optional(),
    errors: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })).optional(),
  }),
});

/** What a response says that is no success. */
export function refusalOf({ status, body }: HttpResponse): ServiceError {
  let said: unknown;
  try {
    said = JSON.parse(body.toString('utf8'));
  } catch {
    // A download is refused in plain words.
    return new ServiceError(status, '', '');
  }
  const { data } = Refusal.safeParse(said);
  const first = data?.error.errors?.[0];
  const message = data?.error.message ?? first?.message ?? '';
  // Real servers and stand-ins give a reason or only a message.
  const code = first?.reason ?? (data === undefined ? '' : status === 404 ? 'notFound' : `HTTP ${status}`);
  return new ServiceError(status, code, message);
}
