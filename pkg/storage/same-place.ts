import { reason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';

/**
 * Whether two stores are in one place, so that both are lost together: the same bucket of a service, or
 * directories of which one contains the other. By their descriptions: `s3://bucket/prefix at https://…`.
 */
function isSamePlace(one: string, other: string): boolean {
  const [[url = '', where], [otherUrl = '', otherWhere]] = [one.split(' at '), other.split(' at ')];
  if (where !== otherWhere) {
    return false;
  }
  if (url.startsWith('file:') || otherUrl.startsWith('file:')) {
    return `${url}/`.startsWith(`${otherUrl}/`) || `${otherUrl}/`.startsWith(`${url}/`);
  }
  return bucketOf(url) === bucketOf(otherUrl);
}

function bucketOf(url: string): string {
  return url.split('/', 3).join('/');
}

/** @throws DK_SETTINGS for a copy below a repository, which would hold files that no prune knows */
export function assertOutside(repository: string, copy: string): void {
  const [[url = '', where], [copyUrl = '', copyWhere]] = [repository.split(' at '), copy.split(' at ')];
  if (where === copyWhere && url !== copyUrl && copyUrl.startsWith(`${url}/`)) {
    throw refusal('DK_SETTINGS', reason('copy-inside', { target: copy }), { advice: reason('copy-elsewhere') });
  }
}

/** @throws DK_SETTINGS for a second copy in the place of the first */
export function assertElsewhere(first: string, second: string): void {
  if (isSamePlace(first, second)) {
    throw refusal('DK_SETTINGS', reason('copy-same-place', { target: second }), { advice: reason('copy-elsewhere') });
  }
}
