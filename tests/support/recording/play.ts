import { narrowed, shapeOf, sorted, valuesAt, type Shape } from './shape.ts';
import type { Area, Caller, Step } from './step.ts';

/** What is kept of the response to one step. */
export interface Recorded {
  request: string;
  as?: Caller;
  status: number;
  /** Left out of a response without a body; `text` for one that is not JSON. */
  shape?: Shape;
  /** Values by path, captured ones written as their names. */
  kept?: Record<string, unknown[]>;
}

/** Responses by area and step, in the order of the catalogue. */
export type Recording = Record<string, Record<string, Recorded>>;

export interface PlayOptions {
  url: string;
  user: string;
  password: string;
  /** Minor version, as in `12.4`. */
  version: string;
  /** Milliseconds between two tries of a step that waits. */
  pause?: number;
  log?: (line: string) => void;
}

/** Grafana makes the alerting of a new org within a minute; its search may lag by seconds. */
const WAIT_MS = 100_000;
/** Members of an error by which a program can tell it from others. */
const ERROR_CODES = ['messageId', 'reason'];

/** Plays the areas in order against one Grafana that was empty before. */
export async function play(areas: Area[], options: PlayOptions): Promise<Recording> {
  const captured = new Map<string, unknown>();
  const recording: Recording = {};
  for (const area of areas) {
    const steps: Record<string, Recorded> = {};
    for (const step of area.steps.filter((candidate) => applies(candidate, options.version))) {
      if (step.name in steps) {
        throw new Error(`${area.name}: two steps are called "${step.name}"`);
      }
      steps[step.name] = await playStep(step, options, captured);
      options.log?.(`${area.name} · ${step.name}: ${steps[step.name]?.status}`);
    }
    recording[area.name] = steps;
  }
  return recording;
}

/** Whether a step is played against that minor version. */
export function applies({ since, before }: Step, version: string): boolean {
  return (
    (since === undefined || compare(version, since) >= 0) && (before === undefined || compare(version, before) < 0)
  );
}

function compare(a: string, b: string): number {
  const [left = [], right = []] = [a, b].map((text) => text.split('.').map(Number));
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}

async function playStep(step: Step, options: PlayOptions, captured: Map<string, unknown>): Promise<Recorded> {
  const wanted = filled(step.until ?? '', captured) as string;
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const { status, text } = await send(step, options, captured);
    const done = wanted === '' || (wanted.startsWith('!') ? !text.includes(wanted.slice(1)) : text.includes(wanted));
    if (done || Date.now() > deadline) {
      return recordedOf(step, status, text, captured);
    }
    await new Promise((resolve) => setTimeout(resolve, options.pause ?? 1_000));
  }
}

async function send(
  step: Step,
  options: PlayOptions,
  captured: Map<string, unknown>,
): Promise<{ status: number; text: string }> {
  const [method = 'GET', path = '/'] = splitRequest(filled(step.request, captured) as string);
  const body = step.rawBody ?? (step.body === undefined ? undefined : JSON.stringify(filled(step.body, captured)));
  const authorization = authorizationOf(step.as ?? 'admin', options, captured);
  const response = await fetch(options.url + path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(step.org === undefined ? {} : { 'x-grafana-org-id': String(captured.get(step.org) ?? step.org) }),
      ...step.headers,
    },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, text: await response.text() };
}

/** Method and the rest of a step's request. */
export function splitRequest(request: string): [string, string] {
  const space = request.indexOf(' ');
  return [request.slice(0, space), request.slice(space + 1)];
}

function authorizationOf(caller: Caller, options: PlayOptions, captured: Map<string, unknown>): string | undefined {
  const basic = (user: string, password: string): string => `Basic ${btoa(`${user}:${password}`)}`;
  switch (caller) {
    case 'admin':
      return basic(options.user, options.password);
    case 'viewer':
      return basic('recorded-viewer', 'recorded-password');
    case 'token':
      return `Bearer ${String(captured.get('token'))}`;
    case 'viewer token':
      return `Bearer ${String(captured.get('viewer token'))}`;
    case 'unknown token':
      return 'Bearer glsa_00000000000000000000000000000000_00000000';
    case 'nobody':
      return undefined;
  }
}

/** A value with the captured values in their places; a name that was not captured stays readable in the request. */
function filled(value: unknown, captured: Map<string, unknown>): unknown {
  if (typeof value === 'string') {
    const whole = /^\{\{([^}]+)\}\}$/.exec(value)?.[1];
    return whole !== undefined
      ? (captured.get(whole) ?? `no-${whole}`)
      : value.replace(/\{\{([^}]+)\}\}/g, (_, name: string) => String(captured.get(name) ?? `no-${name}`));
  }
  if (Array.isArray(value)) {
    return value.map((item) => filled(item, captured));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, captured)]));
  }
  return value;
}

function recordedOf(step: Step, status: number, text: string, captured: Map<string, unknown>): Recorded {
  const caller = step.as === undefined ? {} : { as: step.as };
  if (text === '') {
    return { request: step.request, ...caller, status };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { request: step.request, ...caller, status, shape: 'text' };
  }
  value = sorted(value, step);
  for (const [name, path] of Object.entries(step.capture ?? {})) {
    const [found] = valuesAt(value, path);
    if (found !== undefined && found !== null) {
      captured.set(name, found);
    }
  }
  const paths = [...(step.keep ?? []), ...(status >= 400 ? ERROR_CODES : [])];
  const kept = Object.fromEntries(
    paths
      .map((path): [string, unknown[]] => [path, valuesAt(value, path).map((one) => named(one, captured))])
      .filter(([, values]) => values.length > 0),
  );
  return {
    request: step.request,
    ...caller,
    status,
    shape: shapeOf(narrowed(value, step), step.map),
    ...(Object.keys(kept).length === 0 ? {} : { kept }),
  };
}

/** A kept value without what differs from run to run. */
function named(value: unknown, captured: Map<string, unknown>): unknown {
  if (typeof value !== 'string') {
    return value;
  }
  let text = value;
  for (const [name, one] of captured) {
    if (typeof one === 'string' && one.length > 5) {
      text = text.replaceAll(one, `{{${name}}}`);
    }
  }
  return text;
}
