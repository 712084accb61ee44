/** Error codes of S3, and of the stores that speak its protocol: all that may be shown of an untrusted response. */
const KNOWN_CODES: ReadonlySet<string> = new Set([
  ...['AccessDenied', 'AccessForbidden', 'AccountProblem', 'AllAccessDisabled', 'AuthorizationHeaderMalformed'],
  ...['AuthorizationQueryParametersError', 'BadDigest', 'BadRequest', 'BucketAlreadyExists', 'BucketAlreadyOwnedByYou'],
  ...['ConditionalRequestConflict', 'EntityTooLarge', 'EntityTooSmall', 'ExpiredToken', 'ExpiredTokenException'],
  ...['Forbidden', 'IllegalLocationConstraintException', 'IncompleteBody', 'InsufficientStorage', 'InternalError'],
  ...['InternalServerError', 'InvalidAccessKeyId', 'InvalidArgument', 'InvalidBucketName', 'InvalidBucketState'],
  ...['InvalidDigest', 'InvalidEncryptionAlgorithmError', 'InvalidObjectName', 'InvalidObjectState', 'InvalidRange'],
  ...[
    'InvalidRequest',
    'InvalidRetentionPeriod',
    'InvalidSecurity',
    'InvalidStorageClass',
    'InvalidTag',
    'InvalidToken',
  ],
  ...['InvalidURI', 'KeyTooLongError', 'KMS.DisabledException', 'KMS.InvalidKeyUsageException'],
  ...['KMS.KMSInvalidStateException', 'KMS.NotFoundException', 'MalformedXML', 'MaxMessageLengthExceeded'],
  ...['MethodNotAllowed', 'MissingContentLength', 'MissingContentMD5', 'MissingSecurityHeader', 'NoSuchBucket'],
  ...['NoSuchBucketPolicy', 'NoSuchKey', 'NoSuchObjectLockConfiguration', 'NoSuchUpload', 'NoSuchVersion'],
  ...['NotFound', 'NotImplemented', 'NotSignedUp', 'ObjectLockConfigurationNotFoundError', 'OperationAborted'],
  ...['PermanentRedirect', 'PreconditionFailed', 'QuotaExceeded', 'Redirect', 'RequestExpired', 'RequestTimeTooSkewed'],
  ...['RequestTimeout', 'ServiceUnavailable', 'SignatureDoesNotMatch', 'SlowDown', 'TemporaryRedirect', 'Throttling'],
  ...['ThrottlingException', 'TokenRefreshRequired', 'TooManyBuckets', 'TooManyRequests', 'UnexpectedContent'],
  ...['UserSuspended', 'XAmzContentSHA256Mismatch', 'XMinioObjectExistsAsDirectory', 'XMinioServerNotInitialized'],
  ...['XMinioStorageFull'],
]);

/** @returns the code if it is one of S3, else an empty text */
export function knownCode(code: string): string {
  return KNOWN_CODES.has(code) ? code : '';
}
