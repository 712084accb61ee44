import { connect, isIP } from 'node:net';
import type { NodemailerError, SMTPTransportOptions } from 'nodemailer';
import type { EmailSettings } from '../../contract/api/settings.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { isTlsProblem } from '../../lib/http/network-cause.ts';
import type { OutboundPolicy } from '../../storage/outbound/policy.ts';
import { Undelivered } from './delivery.ts';
import type { Notice } from './notices.ts';
import { oneLine } from './one-line.ts';

const SUBJECT_MOST = 150;

export interface MailOptions {
  instance: string;
  /** Milliseconds that each step of a delivery may take. */
  timeout: number;
  /** Which hosts the server may be on; undefined = any. */
  outbound: OutboundPolicy | undefined;
}

/**
 * Sends a notice by email, as plain text.
 * @returns the status of the answer. @throws Undelivered, DK_NOT_ALLOWED
 */
export async function sendMail(
  { host, port, security, user, from, to }: EmailSettings,
  password: string | undefined,
  notice: Notice,
  { instance, timeout, outbound }: MailOptions,
  signal: AbortSignal,
): Promise<number> {
  try {
    outbound?.assertHost(host);
    if (user !== '' && password === undefined) {
      throw new Undelivered(reason('mail-no-password', { user }), { final: true });
    }
    // Only where it is used: it takes memory.
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(password === undefined || user === '' || security === 'none' ? {} : { auth: { user, pass: password } }),
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      disableFileAccess: true,
      disableUrlAccess: true,
      getSocket: socketFor(outbound, timeout),
    });
    const { response } = await transport.sendMail({
      from,
      to,
      subject: oneLine(`Dashkeep: ${notice.text}`, SUBJECT_MOST),
      text: textOf(notice, instance),
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal,
    });
    return Number.parseInt(response ?? '', 10) || 250;
  } catch (error) {
    throw undelivered(error);
  }
}

/** Connects only to addresses that the policy allows, also after name resolution. */
function socketFor(outbound: OutboundPolicy | undefined, timeout: number): SMTPTransportOptions['getSocket'] {
  return ({ host = '', port }, callback) => {
    const socket = connect({ host, port: Number(port), ...(outbound && { lookup: outbound.lookup }), timeout });
    const failed = (error: Error): void => {
      socket.destroy();
      callback(error, false);
    };
    socket.once('error', failed);
    socket.once('timeout', () => failed(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    socket.once('connect', () => {
      socket.removeAllListeners('timeout').setTimeout(0).off('error', failed);
      callback(null, { connection: socket });
    });
  };
}

function textOf({ text, lines = [], link, run }: Notice, instance: string): string {
  return [
    text,
    ...(lines.length === 0 ? [] : ['', ...lines]),
    ...(run === undefined ? [] : ['', `Run: ${run.id}`]),
    ...(link === undefined ? [] : ['', link]),
    '',
    `Sent by Dashkeep (${instance}).`,
  ].join('\n');
}

/** What went wrong, without quoting the server: its response could contain anything, even the password. */
function undelivered(error: unknown): Error {
  if (error instanceof DashkeepError) {
    return error;
  }
  const { responseCode: status, ...codes } = error as NodemailerError;
  const code = codes.originalCode ?? codes.code ?? 'unknown';
  const final = status !== undefined && status >= 500;
  if (codes.code === 'EAUTH') {
    return new Undelivered(reason('mail-login', { status: String(status ?? code) }), { ...at(status), final: true });
  }
  if (codes.code === 'ETLS' || isTlsProblem(Object.assign(new Error(code), { code }))) {
    return new Undelivered(reason('mail-untrusted', { cause: code }), { final: true });
  }
  return status === undefined
    ? new Undelivered(reason('mail-silent', { cause: code }), {})
    : new Undelivered(reason('mail-refused', { status: String(status) }), { ...at(status), final });
}

function at(status: number | undefined): { status?: number } {
  return status === undefined ? {} : { status };
}
