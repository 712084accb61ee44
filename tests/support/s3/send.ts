import type { ServerResponse } from 'node:http';
import type { S3Response } from './response.ts';
import type { S3Fault } from './types.ts';

/** Sends an answer, or what a fault makes of it. Returns the status that went out, 0 when none did. */
export function sendResponse(
  response: ServerResponse,
  answer: S3Response,
  { fault, now, isHead }: { fault: S3Fault | undefined; now: Date; isHead: boolean },
): number {
  if (fault?.kind === 'cut') {
    response.destroy();
    return 0;
  }
  if (fault?.kind === 'hang') {
    return 0;
  }
  const bytes = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.statusCode = answer.status;
  response.setHeader('Date', now.toUTCString());
  response.setHeader('x-amz-request-id', 'test');
  if (typeof answer.body === 'string') {
    response.setHeader('Content-Type', 'application/xml');
  }
  if (answer.status !== 204 && (!isHead || answer.headers?.['Content-Length'] === undefined)) {
    response.setHeader('Content-Length', isHead ? 0 : (bytes?.length ?? 0));
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    response.setHeader(name, value);
  }
  if (isHead || bytes === undefined) {
    response.end();
  } else {
    sendBody(response, bytes, fault);
  }
  return answer.status;
}

function sendBody(response: ServerResponse, bytes: Buffer, fault: S3Fault | undefined): void {
  switch (fault?.kind) {
    case 'truncate':
      response.write(bytes.subarray(0, fault.bytes), () => response.destroy());
      break;
    case 'stall':
      response.write(bytes.subarray(0, fault.bytes));
      break;
    case 'flip': {
      const damaged = Buffer.from(bytes);
      const at = Math.min(fault.at, damaged.length - 1);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      response.end(damaged);
      break;
    }
    default:
      response.end(bytes);
  }
}
