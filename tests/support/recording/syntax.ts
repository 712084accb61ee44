import ts from 'typescript';

/** Whether two symbols name the same thing. */
export function sameDeclaration(a: ts.Symbol, b: ts.Symbol): boolean {
  return a === b || (a.declarations ?? []).some((declaration) => (b.declarations ?? []).includes(declaration));
}

export type Property = ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

export function isProperty(node: ts.Node): node is Property {
  return ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
}

export type FunctionNode = ts.FunctionDeclaration | ts.MethodDeclaration | ts.ArrowFunction;

/** The function among the declarations of a name; a constant that holds an arrow function counts. */
export function functionOf(declarations: ts.Declaration[]): FunctionNode | undefined {
  for (const one of declarations) {
    if ((ts.isFunctionDeclaration(one) || ts.isMethodDeclaration(one)) && one.body !== undefined) {
      return one;
    }
    const value = ts.isVariableDeclaration(one) ? one.initializer : undefined;
    if (value !== undefined && ts.isArrowFunction(value)) {
      return value;
    }
  }
  return undefined;
}

/** What a function returns, without looking into functions inside it. */
export function returnsOf({ body }: FunctionNode): ts.Expression[] {
  if (body === undefined || !ts.isBlock(body)) {
    return body === undefined ? [] : [body];
  }
  const found: ts.Expression[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression !== undefined && node.expression.getText() !== 'undefined') {
      found.push(node.expression);
    }
    if (!ts.isFunctionLike(node)) {
      ts.forEachChild(node, look);
    }
  };
  ts.forEachChild(body, look);
  return found;
}

/** Looks at a node and everything in it. */
export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}
