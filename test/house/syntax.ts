import ts from 'typescript';
import type { Source } from './sources.js';

/** An import or re-export of a file, in any form. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `lazy` is `import()`. `type` is erased when compiled. */
  readonly kind: 'static' | 'lazy' | 'type';
  /** The imported names, where the form names them. */
  readonly names: readonly string[];
}

const trees = new WeakMap<Source, ts.SourceFile>();

/** Parses a source into its syntax tree, once. */
export function parse(source: Source): ts.SourceFile {
  const options = {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  };
  const tree = trees.get(source) ?? ts.createSourceFile(source.path, source.text, options, true);
  trees.set(source, tree);
  return tree;
}

/** Returns the line of a node, starting at 1. */
export function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

const imports = new WeakMap<Source, readonly Import[]>();

/**
 * Returns every import of a source: static, type-only, `import()`, `import('...').Type`, `export
 * ... from`.
 */
export function importsOf(source: Source): readonly Import[] {
  const known = imports.get(source);
  if (known) return known;
  const found: Import[] = [];
  imports.set(source, found);
  visit(parse(source));
  return found;

  function visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node)) {
      // Under verbatimModuleSyntax `import { type A }` still loads the module. Only `import type`
      // does not.
      const kind =
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'static';
      const bindings = node.importClause?.namedBindings;
      add(
        node.moduleSpecifier,
        kind,
        bindings && ts.isNamedImports(bindings) ? bindings.elements.map(originalName) : [],
      );
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      const names =
        node.exportClause && ts.isNamedExports(node.exportClause)
          ? node.exportClause.elements.map(originalName)
          : [];
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static', names);
    } else if (
      ts.isImportEqualsDeclaration(node) &&
      ts.isExternalModuleReference(node.moduleReference)
    ) {
      add(node.moduleReference.expression, node.isTypeOnly ? 'type' : 'static', []);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, 'type', node.qualifier ? [node.qualifier.getText()] : []);
    } else if (
      ts.isCallExpression(node) &&
      node.expression.kind === ts.SyntaxKind.ImportKeyword &&
      node.arguments[0]
    ) {
      add(node.arguments[0], 'lazy', []);
    }
    ts.forEachChild(node, visit);
  }

  function add(specifier: ts.Node, kind: Import['kind'], names: string[]): void {
    found.push({
      specifier: ts.isStringLiteralLike(specifier) ? specifier.text : `(${specifier.getText()})`,
      line: lineOf(specifier),
      kind,
      names,
    });
  }
}

function originalName(element: ts.ImportSpecifier | ts.ExportSpecifier): string {
  return (element.propertyName ?? element.name).text;
}
