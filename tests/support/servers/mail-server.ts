import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { portOf } from './listening.ts';
import { eventually } from '../ports.ts';

export interface TakenMail {
  from: string;
  to: string[];
  /** Lower-case names, unfolded values. */
  headers: Record<string, string>;
  /** Decoded. */
  text: string;
  /** As it came in. */
  raw: string;
}

/** A mail server on a free port of the loopback address. */
export interface MailServer {
  port: number;
  taken: TakenMail[];
  /** User names and passwords that came in. */
  logins: string[];
  /** How the next messages are answered, one each: a status, or 250. */
  next(...statuses: number[]): void;
  took(count: number): Promise<TakenMail[]>;
  close(): Promise<void>;
}

/** @param options - `password`: of the user `mailer`; without one there is no login */
export async function startMailServer({
  password,
  ...options
}: SMTPServerOptions & { password?: string } = {}): Promise<MailServer> {
  const taken: TakenMail[] = [];
  const logins: string[] = [];
  let queue: number[] = [];
  const server = new SMTPServer({
    ...(password === undefined ? { disabledCommands: ['AUTH'] } : {}),
    disableReverseLookup: true,
    logger: false,
    ...options,
    onAuth(auth, _session, callback) {
      logins.push(`${auth.username}:${auth.password}`);
      const isRight = auth.username === 'mailer' && auth.password === password;
      callback(isRight ? null : Object.assign(new Error('no'), { responseCode: 535 }), { user: auth.username });
    },
    onData(stream, session, callback) {
      let raw = '';
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('utf8')));
      stream.on('end', () => {
        const status = queue.shift() ?? 250;
        const { mailFrom, rcptTo } = session.envelope;
        if (status < 300) {
          taken.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            ...parsed(raw),
          });
        }
        callback(status < 300 ? null : Object.assign(new Error('no'), { responseCode: status }));
      });
    },
  });
  server.on('error', () => undefined);
  return {
    port: await portOf(server.server),
    taken,
    logins,
    next: (...statuses) => (queue = statuses),
    took: (count) => eventually(`${count} mails`, () => (taken.length >= count ? taken : undefined)),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function parsed(raw: string): Omit<TakenMail, 'from' | 'to'> {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const headers: Record<string, string> = {};
  for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const [name = '', ...value] = line.split(':');
    headers[name.toLowerCase()] = value.join(':').trim();
  }
  const body = rest.join('\r\n\r\n');
  const encoding = headers['content-transfer-encoding'];
  const text =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? unquoted(body)
        : body;
  return { headers, text: text.replaceAll('\r\n', '\n'), raw };
}

function unquoted(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
