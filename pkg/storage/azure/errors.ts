import type { RestError } from '@azure/storage-blob';
import { ServiceError, type ServiceCodes } from '../cloud/errors.ts';

export const AZURE_CODES: ServiceCodes = {
  credentials: {
    AuthenticationFailed: 'the key or token is wrong or has expired, or this machine’s clock is off',
    InvalidAuthenticationInfo: 'the token is not valid',
    NoAuthenticationInformation: 'the request was not signed',
    KeyBasedAuthenticationNotPermitted: 'the account accepts no keys, only identities',
    AccountIsDisabled: 'the storage account is disabled',
  },
  noBucket: new Set(['ContainerNotFound', 'ContainerBeingDeleted', 'ContainerDisabled', 'ResourceNotFound']),
  absent: new Set(['BlobNotFound']),
  locked: new Set(['BlobImmutableDueToPolicy', 'BlobImmutableDueToLegalHold']),
};

/** What an error of the SDK says, in the words that all services share; what is none of its responses stays. */
export function saidByAzure(error: unknown): unknown {
  const { statusCode, response, message } = error as Partial<RestError>;
  if (typeof statusCode !== 'number' || message === undefined) {
    return error;
  }
  // The other lines are the number and the time of the request.
  // oxlint-disable-next-line dashkeep/syntax -- for people
  const [said = ''] = message.split('\n');
  const code = response?.headers.get('x-ms-error-code') ?? '';
  return new ServiceError(statusCode, code, code === '' ? '' : said);
}
