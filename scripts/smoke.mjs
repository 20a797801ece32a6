// Packs the package, installs the tarball into an empty project and uses it there as a stranger would: every door, the binary and README's example,
// under ESM and CommonJS on every Node given, the example also under TypeScript. `node scripts/smoke.mjs [node binaries]`; it needs a build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath];
const work = mkdtempSync(join(tmpdir(), 'myna-selfinfo-smoke-'));
const project = join(work, 'project');
let passed = 0;
let failed = 0;

try {
  install();
  const example = firstExample('README.md');
  const journey = firstExample('docs/msw.md');
  writeDoorPrograms();
  writeExample(example);
  writeTerminal();
  write('journey.mts', journey);
  write('journey.mjs', compile(journey, ts.ModuleKind.ESNext));
  for (const node of nodes) {
    const version = versionOf(node);
    for (const door of doors()) {
      attempt(`${door} by import on ${version}`, node, [`${fileOf(door)}.mjs`]);
      // msw itself needs require() of ES modules.
      if (door.endsWith('/msw') && !canRequireModules(node)) continue;
      attempt(`${door} by require on ${version}`, node, [`${fileOf(door)}.cjs`]);
    }
    attempt(`a journey under msw 2 on ${version}`, node, ['journey.mjs']);
    attempt(`the binary on ${version}`, node, [binary(), 'calendar', 'local-tax', '--month', '2026-12', '--svg', 'calendar.svg', '--ics', 'calendar.ics']);
    attempt(`a plan by the binary on ${version}`, node, [binary(), 'plan', '--go-live', '2027-04-01', '--format', 'mermaid']);
    attempt(`the sandbox from the terminal on ${version}`, node, ['terminal.mjs']);
    attempt(`README's example as ESM on ${version}`, node, ['example.mjs']);
    attempt(`README's example as CommonJS on ${version}`, node, ['example.cjs']);
  }
  for (const file of ['example.mts', 'doors.cts', 'journey.mts']) {
    attempt(`${file} under TypeScript nodenext`, process.execPath, [
      'node_modules/typescript/bin/tsc',
      ...['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', file],
    ]);
  }
  // msw 3 does not run on Node 20.
  const modern = nodes.filter((node) => Number(/^v(\d+)/.exec(versionOf(node))?.[1]) >= 22);
  if (modern.length > 0) run('npm', [...INSTALL, 'msw@3.0.5'], project);
  for (const node of modern) attempt(`a journey under msw 3 on ${versionOf(node)}`, node, ['journey.mjs']);
} catch (error) {
  failed++;
  console.error(`smoke: ${error instanceof Error ? error.message : error}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`smoke: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** The tarball beside the two tools that a TypeScript user has, and the peers of its doors. */
function install() {
  if (!existsSync(join(root, 'dist/index.cjs'))) throw new Error('dist is missing: run `npm run build` first');
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], root));
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'smoke', version: '1.0.0', private: true }));
  const tools = ['typescript', '@types/node', ...Object.keys(manifest.peerDependencies)].map((name) => `${name}@${manifest.devDependencies[name]}`);
  run('npm', [...INSTALL, join(work, packed.filename), ...tools], project);
}

/**
 * The first block of a page that imports the package.
 * @param {string} page
 */
function firstExample(page) {
  const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\b.*\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
  const example = blocks.find((block) => block.includes(`from '${manifest.name}'`));
  if (example === undefined) throw new Error(`${page} has no \`\`\`ts block that imports ${manifest.name}`);
  return example;
}

function doors() {
  return Object.keys(manifest.exports)
    .filter((door) => door !== './package.json')
    .map((door) => manifest.name + door.slice(1));
}

/** @param {string} node */
function versionOf(node) {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() || node;
}

/** @param {string} node */
function canRequireModules(node) {
  return spawnSync(node, ['-p', 'process.features.require_module'], { encoding: 'utf8' }).stdout?.trim() === 'true';
}

/** As npm links it. */
function binary() {
  return join('node_modules/.bin', Object.keys(manifest.bin)[0] ?? '');
}

/** @param {string} door */
function fileOf(door) {
  return door.replaceAll('/', '-');
}

function writeDoorPrograms() {
  for (const door of doors()) {
    const judge = `if (Object.keys(door).length === 0) throw new Error('exports nothing');\n`;
    write(`${fileOf(door)}.mjs`, `import * as door from '${door}';\n${judge}`);
    write(`${fileOf(door)}.cjs`, `const door = require('${door}');\n${judge}`);
  }
  write(
    'doors.cts',
    `${doors()
      .map((door, index) => `import door${index} = require('${door}');\nObject.keys(door${index});\n`)
      .join('')}`,
  );
}

/** @param {string} example */
function writeExample(example) {
  write('example.mts', example);
  write('example.mjs', compile(example, ts.ModuleKind.ESNext));
  // CommonJS has no top-level await: there the same statements stand in a function.
  const { statements } = ts.createSourceFile('example.ts', example, ts.ScriptTarget.Latest, true);
  const imports = statements.filter(ts.isImportDeclaration).map((statement) => statement.getText());
  const rest = statements.filter((statement) => !ts.isImportDeclaration(statement)).map((statement) => statement.getFullText());
  const rejected = 'main().catch((error) => {\n  console.error(error);\n  process.exit(1);\n});';
  write('example.cjs', compile(`${imports.join('\n')}\nasync function main() {${rest.join('')}\n}\n${rejected}\n`, ts.ModuleKind.CommonJS));
}

/** Starts the sandbox by the binary, and ends it by a signal. */
function writeTerminal() {
  write(
    'terminal.mjs',
    `import { spawn } from 'node:child_process';
const child = spawn(process.execPath, ['${binary()}', 'sandbox'], { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.on('data', (text) => String(text).includes('curl') && child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 1));
`,
  );
}

/**
 * @param {string} code
 * @param {ts.ModuleKind} module
 */
function compile(code, module) {
  return ts.transpileModule(code, { compilerOptions: { module, target: ts.ScriptTarget.ES2022, esModuleInterop: true } }).outputText;
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  writeFileSync(join(project, file), text);
}

/**
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 */
function attempt(name, command, args) {
  const result = spawnSync(command, args, { cwd: project, encoding: 'utf8', timeout: 30_000, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'] });
  if (result.status === 0) {
    passed++;
    return;
  }
  failed++;
  const how = result.error ? result.error.message : result.signal ? `killed by ${result.signal}` : `exit code ${result.status}`;
  console.error(`smoke: ${name}: ${how}\n${result.stdout}${result.stderr}`);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (result.status !== 0) throw new Error(`${basename(command)} ${args[0]} failed: ${result.error?.message ?? ''}${result.stderr}`);
  return result.stdout;
}
