import { dirname, resolve } from 'node:path';
import ts from 'typescript';

/** One request that the product makes: `GET /api/folders/:x`, and where in the source. */
export interface Endpoint {
  route: string;
  at: string;
}

const METHODS: Record<string, string> = { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' };
const CLIENT = 'GrafanaClient';
/** What is known only when the program runs. */
const UNKNOWN = ':x';
/** Calls are followed so far; recursion ends here. */
const DEPTH = 12;
/** A text that can be more than this comes from data. */
const MOST_TEXTS = 24;

/**
 * Every endpoint of Grafana that a program's sources call, found by the compiler: each call of a `GrafanaClient` with the
 * texts that its path can be. What is known only at run time becomes `:x`.
 * @throws when the path of a call can't be found out: then it must be written so that it can.
 */
export function endpointsOf(program: ts.Program, isProduct: (fileName: string) => boolean): Endpoint[] {
  const reader = new Reader(program, isProduct);
  return reader.endpoints();
}

/**
 * The product's sources as the compiler sees them. Packages are left out: none of them talks to Grafana.
 * @param texts sources by their file name, instead of those on disk.
 */
export function programOf(
  files: string[],
  options: ts.CompilerOptions,
  texts: Record<string, string> = {},
): ts.Program {
  const host = ts.createCompilerHost(options);
  const onDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    const text = texts[name];
    return text === undefined ? onDisk(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  };
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => ({
      resolvedModule: text.startsWith('.')
        ? { resolvedFileName: resolve(dirname(from), text), extension: ts.Extension.Ts }
        : undefined,
    }));
  return ts.createProgram([...files, ...Object.keys(texts)], { ...options, types: [] }, host);
}

/** Names bound to arguments while a function's result is worked out. */
type Bindings = Map<ts.Symbol, string[]>;

class Reader {
  readonly #checker: ts.TypeChecker;
  readonly #files: ts.SourceFile[];
  /** Calls by the function that they call, to find out what a parameter can be. */
  readonly #calls = new Map<ts.Symbol, (ts.CallExpression | ts.NewExpression)[]>();
  /** Members of object literals by their name. */
  readonly #properties = new Map<string, Property[]>();
  /** Results that depend on no argument, and those that are being worked out. */
  readonly #known = new Map<ts.Node | ts.Symbol, string[]>();
  readonly #active = new Set<ts.Node | ts.Symbol>();

  constructor(program: ts.Program, isProduct: (fileName: string) => boolean) {
    this.#checker = program.getTypeChecker();
    this.#files = program.getSourceFiles().filter((file) => !file.isDeclarationFile && isProduct(file.fileName));
    for (const file of this.#files) {
      visit(file, (node) => {
        if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
          const called = this.#symbolOf(node.expression);
          if (called !== undefined) {
            this.#calls.set(called, [...(this.#calls.get(called) ?? []), node]);
          }
        } else if (isProperty(node)) {
          const name = node.name.getText();
          this.#properties.set(name, [...(this.#properties.get(name) ?? []), node]);
        }
      });
    }
  }

  endpoints(): Endpoint[] {
    const found = new Map<string, Endpoint>();
    const unclear: string[] = [];
    for (const file of this.#files) {
      visit(file, (node) => {
        const method = ts.isCallExpression(node) ? this.#methodOf(node) : undefined;
        if (method === undefined || !ts.isCallExpression(node)) {
          return;
        }
        const position = file.getLineAndCharacterOfPosition(node.getStart());
        const at = `${file.fileName}:${position.line + 1}`;
        const argument = node.arguments[0];
        const texts = argument === undefined ? [] : this.#texts(argument, new Map(), 0);
        // What Grafana itself names in a response may stand beside what is written here.
        const paths = texts.length > 1 ? texts.filter((text) => text !== UNKNOWN) : texts;
        const bad = paths.find((path) => !path.startsWith('/'));
        if (paths.length === 0 || bad !== undefined) {
          unclear.push(`${at}: cannot find out which endpoint of Grafana this calls (${bad ?? 'no text'})`);
          return;
        }
        for (const path of paths) {
          const route = `${method} ${patternOf(path)}`;
          found.set(route, { route, at });
        }
      });
    }
    if (unclear.length > 0) {
      throw new Error(unclear.join('\n'));
    }
    return [...found.values()].sort((a, b) => (a.route < b.route ? -1 : 1));
  }

  /** The HTTP method of a call of the client, except of those inside the client itself. */
  #methodOf(call: ts.CallExpression): string | undefined {
    if (!ts.isPropertyAccessExpression(call.expression)) {
      return undefined;
    }
    const { name, expression } = call.expression;
    const method = METHODS[name.text];
    if (method === undefined || expression.kind === ts.SyntaxKind.ThisKeyword) {
      return undefined;
    }
    const type = this.#checker.getTypeAtLocation(expression);
    return type.getSymbol()?.name === CLIENT ? method : undefined;
  }

  /** All texts that an expression can have. */
  #texts(node: ts.Node, bindings: Bindings, depth: number): string[] {
    const typed = this.#literals(node);
    if (typed !== undefined) {
      return typed;
    }
    if (depth > DEPTH) {
      return [UNKNOWN];
    }
    return bindings.size > 0
      ? this.#evaluated(node, bindings, depth)
      : this.#once(node, () => this.#evaluated(node, bindings, 0));
  }

  /** Works a result out once; what is asked for again meanwhile adds nothing to it. */
  #once(key: ts.Node | ts.Symbol, work: () => string[]): string[] {
    const known = this.#known.get(key);
    if (known !== undefined) {
      return known;
    }
    if (this.#active.has(key)) {
      return [];
    }
    this.#active.add(key);
    const texts = work();
    this.#active.delete(key);
    this.#known.set(key, texts);
    return texts;
  }

  /** What the type alone says: the texts of a union of literals, or that it is no text at all. */
  #literals(node: ts.Node): string[] | undefined {
    if (!ts.isExpression(node)) {
      return undefined;
    }
    const type = this.#checker.getTypeAtLocation(node);
    const parts = type.isUnion() ? type.types : [type];
    if (parts.every((part) => part.isStringLiteral())) {
      return distinct(parts.map((part) => (part as ts.StringLiteralType).value));
    }
    return parts.every((part) => part.flags & ts.TypeFlags.NumberLike) ? [UNKNOWN] : undefined;
  }

  #evaluated(node: ts.Node, bindings: Bindings, depth: number): string[] {
    const read = (inner: ts.Node): string[] => this.#texts(inner, bindings, depth + 1);
    if (ts.isTemplateExpression(node)) {
      return node.templateSpans.reduce(
        (texts, span) => joined(joined(texts, read(span.expression)), [span.literal.text]),
        [node.head.text],
      );
    }
    if (ts.isBinaryExpression(node)) {
      const kind = node.operatorToken.kind;
      if (kind === ts.SyntaxKind.PlusToken) {
        return joined(read(node.left), read(node.right));
      }
      const either = kind === ts.SyntaxKind.QuestionQuestionToken;
      return either ? distinct([...read(node.left), ...read(node.right)]) : [UNKNOWN];
    }
    if (ts.isConditionalExpression(node)) {
      const given = this.#isGiven(node.condition, bindings);
      if (given !== undefined) {
        return read(given ? node.whenFalse : node.whenTrue);
      }
      const branches = [node.whenTrue, node.whenFalse].filter((branch) => branch.getText() !== 'undefined');
      return distinct(branches.flatMap(read));
    }
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isAwaitExpression(node)) {
      return read(node.expression);
    }
    if (ts.isCallExpression(node)) {
      return this.#result(node, bindings, depth);
    }
    if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
      return this.#named(node, bindings, depth);
    }
    return [UNKNOWN];
  }

  /** Of a condition `parameter === undefined`: whether the call gives that parameter; undefined of any other condition. */
  #isGiven(condition: ts.Expression, bindings: Bindings): boolean | undefined {
    if (!ts.isBinaryExpression(condition) || condition.right.getText() !== 'undefined') {
      return undefined;
    }
    const symbol = this.#symbolOf(condition.left);
    const bound = symbol === undefined ? undefined : bindings.get(symbol);
    return bound === undefined ? undefined : bound.length > 0;
  }

  /** What a called function can return. */
  #result(call: ts.CallExpression, bindings: Bindings, depth: number): string[] {
    const joinedSegments = this.#segments(call, bindings, depth);
    if (joinedSegments !== undefined) {
      return joinedSegments;
    }
    const called = this.#symbolOf(call.expression);
    const body = called?.declarations?.find(isFunction);
    if (body?.body === undefined || !this.#files.includes(body.getSourceFile())) {
      return [UNKNOWN];
    }
    const inner: Bindings = new Map();
    body.parameters.forEach((parameter, index) => {
      const symbol = this.#checker.getSymbolAtLocation(parameter.name);
      if (symbol === undefined) {
        return;
      }
      const given =
        parameter.dotDotDotToken === undefined ? call.arguments.slice(index, index + 1) : call.arguments.slice(index);
      const texts = given.map((argument) => this.#texts(argument, bindings, depth + 1));
      // Nothing at all stands for an argument that is not given.
      const [first = [], ...others] = texts;
      inner.set(
        symbol,
        others.reduce((a, b) => joined(joined(a, ['/']), b), first),
      );
    });
    return distinct(returnsOf(body).flatMap((value) => this.#texts(value, inner, depth + 1)));
  }

  /** `segments.map(encodeURIComponent).join('/')`: the arguments, with slashes between them. */
  #segments(call: ts.CallExpression, bindings: Bindings, depth: number): string[] | undefined {
    const { expression } = call;
    if (!ts.isPropertyAccessExpression(expression) || !['join', 'map'].includes(expression.name.text)) {
      return undefined;
    }
    return this.#texts(expression.expression, bindings, depth + 1);
  }

  /** What a constant, a parameter or a property can be. */
  #named(node: ts.Identifier | ts.PropertyAccessExpression, bindings: Bindings, depth: number): string[] {
    const symbol = this.#symbolOf(node);
    if (symbol === undefined) {
      return [UNKNOWN];
    }
    const bound = bindings.get(symbol);
    if (bound !== undefined) {
      return bound;
    }
    return this.#declared(symbol, bindings, depth);
  }

  #declared(symbol: ts.Symbol | undefined, bindings: Bindings, depth: number): string[] {
    const [declaration] = symbol?.declarations ?? [];
    if (symbol === undefined || declaration === undefined || !this.#files.includes(declaration.getSourceFile())) {
      return [UNKNOWN];
    }
    if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined) {
      return this.#texts(declaration.initializer, bindings, depth + 1);
    }
    if (ts.isParameter(declaration)) {
      return this.#parameter(declaration, depth);
    }
    if (ts.isBindingElement(declaration)) {
      return this.#member(declaration.propertyName ?? declaration.name, declaration, depth);
    }
    return ts.isPropertySignature(declaration) || isProperty(declaration) ? this.#assigned(symbol, depth) : [UNKNOWN];
  }

  /** The arguments of all calls of its function. */
  #parameter(parameter: ts.ParameterDeclaration, depth: number): string[] {
    const owner = parameter.parent;
    const index = owner.parameters.indexOf(parameter);
    const named =
      'name' in owner && owner.name !== undefined ? this.#checker.getSymbolAtLocation(owner.name) : undefined;
    const symbol = named ?? (ts.isConstructorDeclaration(owner) ? this.#classOf(owner) : undefined);
    const calls = symbol === undefined ? [] : (this.#calls.get(symbol) ?? []);
    const texts = calls.flatMap((call) => {
      const argument = call.arguments?.[index];
      return argument === undefined ? [] : this.#texts(argument, new Map(), depth + 1);
    });
    return texts.length === 0 ? [UNKNOWN] : distinct(texts);
  }

  #classOf(owner: ts.ConstructorDeclaration): ts.Symbol | undefined {
    const { name } = owner.parent;
    return name === undefined ? undefined : this.#checker.getSymbolAtLocation(name);
  }

  /** A property taken out of an object by its pattern: what is assigned to it anywhere. */
  #member(name: ts.Node, element: ts.BindingElement, depth: number): string[] {
    const type = this.#checker.getTypeAtLocation(element.parent.parent);
    const property = type.getProperty(name.getText());
    return property === undefined ? [UNKNOWN] : this.#assigned(property, depth);
  }

  /** What the object literals of the sources give for a property, found by the type that they are used as. */
  #assigned(property: ts.Symbol, depth: number): string[] {
    return this.#once(property, () => {
      const given = (this.#properties.get(property.name) ?? []).filter((node) => this.#isOf(node, property));
      const texts = given.flatMap((node) => {
        if (ts.isPropertyAssignment(node)) {
          return this.#texts(node.initializer, new Map(), depth + 1);
        }
        return this.#declared(this.#checker.getShorthandAssignmentValueSymbol(node), new Map(), depth);
      });
      return texts.length === 0 ? [UNKNOWN] : distinct(texts);
    });
  }

  #isOf(node: Property, property: ts.Symbol): boolean {
    const own = this.#checker.getSymbolAtLocation(node.name);
    if (own !== undefined && sameDeclaration(own, property)) {
      return true;
    }
    const wanted = ts.isObjectLiteralExpression(node.parent)
      ? this.#checker.getContextualType(node.parent)?.getProperty(property.name)
      : undefined;
    return wanted !== undefined && sameDeclaration(wanted, property);
  }

  #symbolOf(node: ts.Node): ts.Symbol | undefined {
    const symbol = this.#checker.getSymbolAtLocation(ts.isPropertyAccessExpression(node) ? node.name : node);
    return symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias
      ? this.#checker.getAliasedSymbol(symbol)
      : symbol;
  }
}

function sameDeclaration(a: ts.Symbol, b: ts.Symbol): boolean {
  return a === b || (a.declarations ?? []).some((declaration) => (b.declarations ?? []).includes(declaration));
}

type Property = ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

function isProperty(node: ts.Node): node is Property {
  return ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
}

function isFunction(node: ts.Node): node is ts.FunctionDeclaration | ts.MethodDeclaration {
  return ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node);
}

/** What a function returns, without looking into functions inside it. */
function returnsOf(declaration: ts.FunctionDeclaration | ts.MethodDeclaration): ts.Expression[] {
  const found: ts.Expression[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression !== undefined && node.expression.getText() !== 'undefined') {
      found.push(node.expression);
    }
    if (!ts.isFunctionLike(node)) {
      ts.forEachChild(node, look);
    }
  };
  if (declaration.body !== undefined) {
    ts.forEachChild(declaration.body, look);
  }
  return found;
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function joined(before: string[], after: string[]): string[] {
  return distinct(before.flatMap((left) => after.map((right) => left + right)));
}

function distinct(texts: string[]): string[] {
  const all = [...new Set(texts)];
  return all.length > MOST_TEXTS ? [UNKNOWN] : all;
}

/**
 * A path with `:x` for each segment that is known only at run time, without its query. Version and namespace of an API
 * group count as such.
 */
export function patternOf(path: string): string {
  const segments = path.replace(/\?.*/, '').split('/');
  const isGroup = segments[1] === 'apis' && segments[4] === 'namespaces';
  return segments
    .map((segment, index) =>
      segment.includes(UNKNOWN) || (segment === '' && index > 0) || (isGroup && [3, 5].includes(index))
        ? UNKNOWN
        : segment,
    )
    .join('/');
}
