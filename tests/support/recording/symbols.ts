import ts from 'typescript';
import { sameDeclaration, type Property } from './syntax.ts';
import { distinct, UNKNOWN } from './texts.ts';

/** What a name represents, an imported one included. */
export function symbolOf(checker: ts.TypeChecker, node: ts.Node): ts.Symbol | undefined {
  const symbol = checker.getSymbolAtLocation(ts.isPropertyAccessExpression(node) ? node.name : node);
  return symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** What the type alone says: the texts of a union of literals, or that it is no text at all. */
export function literalsOf(checker: ts.TypeChecker, node: ts.Node): string[] | undefined {
  if (!ts.isExpression(node)) {
    return undefined;
  }
  const type = checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  if (parts.every((part) => part.isStringLiteral())) {
    return distinct(parts.map((part) => (part as ts.StringLiteralType).value));
  }
  return parts.every((part) => part.flags & ts.TypeFlags.NumberLike) ? [UNKNOWN] : undefined;
}

/** The class of a constructor. */
export function classOf(checker: ts.TypeChecker, owner: ts.ConstructorDeclaration): ts.Symbol | undefined {
  const { name } = owner.parent;
  return name === undefined ? undefined : checker.getSymbolAtLocation(name);
}

/** Whether a member of an object literal is that property, by itself or by the type that is expected there. */
export function isOf(checker: ts.TypeChecker, node: Property, property: ts.Symbol): boolean {
  const own = checker.getSymbolAtLocation(node.name);
  if (own !== undefined && sameDeclaration(own, property)) {
    return true;
  }
  const wanted = ts.isObjectLiteralExpression(node.parent)
    ? checker.getContextualType(node.parent)?.getProperty(property.name)
    : undefined;
  return wanted !== undefined && sameDeclaration(wanted, property);
}
