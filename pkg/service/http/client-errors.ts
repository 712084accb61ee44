import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { DashkeepError } from '../../contract/errors.ts';
import { errorBody } from './errors.ts';

const REFUSALS: Record<string, { status: number; reason: string }> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'the headers of the request are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'the request did not arrive in time' },
};
const NO_HTTP = { status: 400, reason: 'the request is not valid HTTP' };

/** Answers what is not even a request, in the words of all other errors, and ends the connection. */
export function refuseClient(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, reason } = REFUSALS[error.code ?? ''] ?? NO_HTTP;
  const body = JSON.stringify(errorBody(new DashkeepError('DK_USAGE', reason)));
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}
