import { fileURLToPath } from 'node:url';
import { DashkeepError } from '../contract/errors.ts';
import { keyProblem } from './keys.ts';

/** Where a repository lives. */
export type Target =
  | { kind: 's3'; bucket: string; /** Without slashes at its ends; may be empty. */ prefix: string }
  | { kind: 'directory'; path: string };

const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/;
const FORMS = 'use s3://bucket/prefix or file:///directory';

/**
 * Reads `s3://bucket/prefix` or `file:///directory`. Messages never repeat the part that could hold a password.
 *
 * @throws DK_SETTINGS
 */
export function parseTarget(target: string): Target {
  const text = target.trim();
  if (text === '') {
    throw invalid('it is empty');
  }
  if (/^["'].*["']$/.test(text)) {
    throw invalid('it is wrapped in quotes, which belong to the shell and not to the value');
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case 's3':
      return s3Target(text.slice('s3://'.length));
    case 'file':
      return directoryTarget(text);
    case undefined:
      throw invalid(text.startsWith('/') ? 'a directory is written file:///directory' : 'it has no scheme');
    case 'http':
    case 'https':
      throw invalid(
        'the address of the S3 service belongs into DASHKEEP_S3_ENDPOINT, only bucket and prefix into the target',
      );
    default:
      throw invalid(`${scheme}:// is not supported`);
  }
}

function s3Target(rest: string): Target {
  if (rest.includes('@')) {
    throw invalid('access keys do not belong into it: give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  const [bucket = '', ...segments] = rest.split('/');
  if (!BUCKET.test(bucket)) {
    throw invalid('it names no bucket (3 to 63 letters, digits, dots and hyphens)');
  }
  const prefix = segments.join('/').replace(/^\/+|\/+$/g, '');
  const problem = prefix === '' ? undefined : keyProblem(prefix);
  if (problem !== undefined) {
    throw invalid(`its prefix cannot be used: ${problem}`);
  }
  return { kind: 's3', bucket, prefix };
}

function directoryTarget(text: string): Target {
  let path: string;
  try {
    path = fileURLToPath(text);
  } catch {
    throw invalid('a directory is written with three slashes, file:///directory, and no host');
  }
  if (text.includes('?') || text.includes('#')) {
    throw invalid('? and # in a directory are written %3F and %23');
  }
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') {
    throw invalid('the root of the file system is no place for a repository');
  }
  return { kind: 'directory', path: trimmed };
}

function invalid(why: string): DashkeepError {
  return new DashkeepError('DK_SETTINGS', `the target is not usable: ${why}`, {
    hint: `DASHKEEP_TARGET says where the repository lives: ${FORMS}.`,
  });
}
