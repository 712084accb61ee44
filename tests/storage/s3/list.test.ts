import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ObjectStore } from '../../../pkg/storage/store.ts';
import { listening, type Listening } from '../../support/servers/listening.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';

/*
 * A page that is read without the SDK says what the SDK would say of it: what is missing from a list looks like what
 * can be removed.
 */

let s3: S3Server;
let server: Listening;
let page: string;
/** Whether only the SDK gets the page. */
let isForSdk: boolean;
let store: ObjectStore;

beforeEach(async () => {
  s3 = await startS3Server();
  server = await listening(({ headers }, response) => {
    const isSdk = headers['amz-sdk-invocation-id'] !== undefined;
    response.writeHead(isForSdk && !isSdk ? 400 : 200, { 'content-type': 'application/xml' });
    response.end(page);
  });
  store = await openTestStore(s3, {
    target: 's3://test/base',
    environment: { DASHKEEP_S3_ENDPOINT: server.url, AWS_MAX_ATTEMPTS: '1' },
  });
});

afterEach(async () => {
  await store.close();
  await server.close();
  await s3.close();
});

async function listed(): Promise<unknown> {
  const found: unknown[] = [];
  try {
    for await (const info of store.list('o/')) {
      found.push(info);
    }
  } catch (error) {
    found.push((error as Error).message);
  }
  return found;
}

function object(key: string, { size = '3', date = '2026-11-01T10:00:00.000Z', tag = 'Contents', more = '' } = {}) {
  return `<${tag}><Key>${key}</Key><LastModified>${date}</LastModified><ETag>"x"</ETag>${more}<Size>${size}</Size></${tag.split(' ')[0]}>`;
}

function list(objects: string, { more = 'false', start = '<ListBucketResult>', end = '</ListBucketResult>' } = {}) {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${start}<Name>test</Name><IsTruncated>${more}</IsTruncated>${objects}${end}`;
}

const PAGES: Record<string, string> = {
  plain: list(object('base/o/a') + object('base/o/b')),
  empty: list(''),
  'an empty list of objects': list('<Contents/>'),
  namespace: list(object('base/o/a'), { start: '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' }),
  'objects with a namespace': list(object('base/o/a', { tag: 'Contents xmlns="urn:x"' })),
  'an object with a namespace': list(object('base/o/a') + object('base/o/b', { tag: 'Contents xmlns="urn:x"' })),
  'a space in a tag': list(object('base/o/a', { tag: 'Contents ' }) + object('base/o/b')),
  'an object in a comment': list(`<!-- ${object('base/o/a')} -->${object('base/o/b')}`),
  'a name in CDATA': list(object('<![CDATA[base/o/a]]>')),
  entities: list(object('base/o/a&amp;b') + object('base/o/c&#x41;')),
  'percent, plus and others': list(
    object('base/o/%20') + object('base/o/+') + object('base/o/é') + object('base/o/😀'),
  ),
  spaces: list(object('base/o/ a ') + object('base/o/b ')),
  'a line feed': list(object('base/o/a\nb')),
  'a carriage return': list(object('base/o/a\r\nb')),
  'a control character': list(object('base/o/a\u0001')),
  'no name': list(object('')),
  'size as words': list(object('base/o/a', { size: '0x10' })),
  'an empty size': list(object('base/o/a', { size: '' })),
  'a fraction as size': list(object('base/o/a', { size: '1.5' })),
  'a size of nothing but space': list(object('base/o/a', { size: ' ' })),
  'a date without a zone': list(object('base/o/a', { date: '2026-11-01T10:00:00' })),
  'a date with a zone': list(object('base/o/a', { date: '2026-11-01T10:00:00+02:00' })),
  'a date in words': list(object('base/o/a', { date: 'Sun, 01 Nov 2026 10:00:00 GMT' })),
  'a date without a time': list(object('base/o/a', { date: '2026-11-01' })),
  'a year': list(object('base/o/a', { date: '2026' })),
  'an owner before the name': list(
    `<Contents><Owner><ID>1</ID><DisplayName>x</DisplayName></Owner><Key>base/o/a</Key><LastModified>2026-11-01T10:00:00.000Z</LastModified><Size>3</Size></Contents>`,
  ),
  'no answer about more': list(object('base/o/a'), { more: '' }),
  'more in capitals': list(object('base/o/a'), { more: 'False' }),
  'more without a token': list(object('base/o/a'), { more: 'true' }),
  'a list that is cut off': list(object('base/o/a'), { end: '' }),
  'an error': '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>x</Message></Error>',
  'a login page': '<html><body>Log in</body></html>',
  nothing: '',
  'of another prefix': list(object('base/p/a')),
  'in another order': list(object('base/o/b') + object('base/o/a')),
};

it.each(Object.entries(PAGES))('reads a page as the SDK does: %s', async (_, text) => {
  page = text;
  isForSdk = true;
  const bySdk = await listed();
  isForSdk = false;
  expect(await listed()).toEqual(bySdk);
});
