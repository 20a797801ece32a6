import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file, with its path relative to the project's folder, in forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/**
 * Returns the files of a folder and its subfolders by path. Returns no files if the folder does not
 * exist.
 */
export function readSources(folder: string, name: RegExp): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && name.test(file.name))
    .map((file) => join(file.parentPath, file.name))
    .sort()
    .map((file) => ({
      path: file.slice(root.length).replaceAll('\\', '/'),
      text: readFileSync(file, 'utf8'),
    }));
}

/** Returns every page for readers: README, the changelog, the guides in both languages. */
export const pages: readonly Source[] = [
  ...['README.md', 'CHANGELOG.md'].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  })),
  ...readSources('docs', /\.md$/),
];

/** An import or re-export of a file, in any form. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `lazy` is `import()`. `type` is erased when compiled. */
  readonly kind: 'static' | 'lazy' | 'type';
  /** The imported names, where the form names them. */
  readonly names: readonly string[];
}

/** Parses a source into its syntax tree. */
export function parse({ path, text }: Source): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Returns the line of a node, starting at 1. */
export function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

/**
 * Returns every import of a source: static, type-only, `import()`, `import('...').Type`, `export
 * ... from`.
 */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
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
