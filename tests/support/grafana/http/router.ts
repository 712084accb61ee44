import type { Call } from './call.ts';

/** What a handler answers: a value to be sent as JSON, or a Reply. */
export type Handler = (call: Call) => unknown;

interface Node {
  fixed: Map<string, Node>;
  parameter?: Node;
  rest?: Node;
  handlers: Map<string, { route: string; handler: Handler; names: string[] }>;
}

function node(): Node {
  return { fixed: new Map(), handlers: new Map() };
}

/** Finds handlers by method and path. `:name` takes one segment, a last `*` takes the rest. */
export class Router {
  /** Method and path of each, as they were given. */
  readonly routes: string[] = [];
  readonly #root = node();

  /** @param route method and path, as in `GET /api/folders/:uid`. */
  on(route: string, handler: Handler): void {
    const [method = '', path = ''] = route.split(' ');
    const names: string[] = [];
    let at = this.#root;
    for (const segment of segments(path)) {
      if (segment === '*') {
        at = at.rest ??= node();
        names.push('*');
      } else if (segment.startsWith(':')) {
        at = at.parameter ??= node();
        names.push(segment.slice(1));
      } else {
        const next = at.fixed.get(segment) ?? node();
        at.fixed.set(segment, next);
        at = next;
      }
    }
    at.handlers.set(method, { route, handler, names });
    this.routes.push(route);
  }

  /** The route and its parameters; 'method' when the path is known but not with this method. */
  find(
    method: string,
    path: string,
  ): { route: string; handler: Handler; params: Record<string, string> } | 'method' | undefined {
    const values: string[] = [];
    const found = this.#find(this.#root, segments(path), 0, values);
    if (found === undefined) {
      return undefined;
    }
    const registered = found.handlers.get(method);
    if (registered === undefined) {
      return 'method';
    }
    const { route, handler, names } = registered;
    const params: Record<string, string> = {};
    names.forEach((name, index) => (params[name] = values[index] ?? ''));
    return { route, handler, params };
  }

  #find(at: Node, path: string[], index: number, values: string[]): Node | undefined {
    const segment = path[index];
    if (segment === undefined) {
      return at.handlers.size > 0 ? at : undefined;
    }
    const fixed = at.fixed.get(segment);
    const through = fixed && this.#find(fixed, path, index + 1, values);
    if (through) {
      return through;
    }
    if (at.parameter) {
      const found = this.#find(at.parameter, path, index + 1, values);
      if (found) {
        values.unshift(segment);
        return found;
      }
    }
    if (at.rest) {
      values.unshift(path.slice(index).join('/'));
      return at.rest;
    }
    return undefined;
  }
}

/** Path segments, decoded; empty ones (a slash at the end) are dropped as Grafana does. */
function segments(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        return segment;
      }
    });
}
