import ts from 'typescript';
import type { Endpoint } from './endpoint.ts';
import { classOf, isOf, literalsOf, symbolOf } from './symbols.ts';
import { functionOf, isProperty, returnsOf, visit, type Property } from './syntax.ts';
import { distinct, joined, patternOf, UNKNOWN } from './texts.ts';

const METHODS: Record<string, string> = { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' };
const CLIENT = 'GrafanaClient';
/** Calls are followed so far; recursion ends here. */
const DEPTH = 12;

/** Names bound to arguments while a function's result is worked out. */
type Bindings = Map<ts.Symbol, string[]>;

/** Finds the calls of the client in the sources of a program, and the texts that their paths can be. */
export class Reader {
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
          const called = symbolOf(this.#checker, node.expression);
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
        // What Grafana itself names in a response may be beside what is written here.
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
    const typed = literalsOf(this.#checker, node);
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

  /**
   * Of a condition `parameter === undefined`: whether the call gives that parameter; undefined of any other condition.
   */
  #isGiven(condition: ts.Expression, bindings: Bindings): boolean | undefined {
    if (!ts.isBinaryExpression(condition) || condition.right.getText() !== 'undefined') {
      return undefined;
    }
    const symbol = symbolOf(this.#checker, condition.left);
    const bound = symbol === undefined ? undefined : bindings.get(symbol);
    return bound === undefined ? undefined : bound.length > 0;
  }

  /** What a called function can return. */
  #result(call: ts.CallExpression, bindings: Bindings, depth: number): string[] {
    const joinedSegments = this.#segments(call, bindings, depth);
    if (joinedSegments !== undefined) {
      return joinedSegments;
    }
    const called = symbolOf(this.#checker, call.expression);
    const body = functionOf(called?.declarations ?? []);
    if (body === undefined || !this.#files.includes(body.getSourceFile())) {
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
      // An argument that is not given has no value.
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
    const symbol = symbolOf(this.#checker, node);
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
    const symbol = named ?? (ts.isConstructorDeclaration(owner) ? classOf(this.#checker, owner) : undefined);
    const calls = symbol === undefined ? [] : (this.#calls.get(symbol) ?? []);
    const texts = calls.flatMap((call) => {
      const argument = call.arguments?.[index];
      return argument === undefined ? [] : this.#texts(argument, new Map(), depth + 1);
    });
    return texts.length === 0 ? [UNKNOWN] : distinct(texts);
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
      const given = (this.#properties.get(property.name) ?? []).filter((node) => isOf(this.#checker, node, property));
      const texts = given.flatMap((node) => {
        if (ts.isPropertyAssignment(node)) {
          return this.#texts(node.initializer, new Map(), depth + 1);
        }
        return this.#declared(this.#checker.getShorthandAssignmentValueSymbol(node), new Map(), depth);
      });
      return texts.length === 0 ? [UNKNOWN] : distinct(texts);
    });
  }
}
