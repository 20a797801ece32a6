import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { DRAIN_MS } from '../../examples/compose/settings.js';
import { composeFile, readManifests, readStage } from './composed.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

const manifests: readonly Manifest[] = readManifests();
const [, deployment] = manifests as readonly [Manifest, Deployment];
const pod = deployment.spec?.template.spec;
const [migrate] = pod?.initContainers ?? [];
const [app] = pod?.containers ?? [];

/** Returns what TypeScript says against a manifest as a literal of its Kubernetes type. */
function complaintsAbout(...given: readonly Manifest[]): string[] {
  const file = join(root, 'manifests.ts');
  const text = given
    .map((manifest, index) => {
      const [group = '', version] = manifest.apiVersion.split('/');
      const path = version === undefined ? `core/${group}` : `${group.split('.')[0]}/${version}`;
      return `export const manifest${index}: import('kubernetes-types/${path}').${manifest.kind} = ${JSON.stringify(manifest)};`;
    })
    .join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
      : getSourceFile.call(host, name, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('the Kubernetes example', () => {
  it('has the manifests of a deployment, valid by the types of Kubernetes', () => {
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'ConfigMap',
      'Deployment',
      'Service',
      'PodDisruptionBudget',
      'NetworkPolicy',
    ]);
    expect(complaintsAbout(...manifests)).toEqual([]);
  });

  it('is checked by types that notice an unknown field', () => {
    const wrong = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      spec: { minAvailible: 1 },
    };
    expect(complaintsAbout(wrong)).toEqual([
      expect.stringMatching(/minAvailible.* does not exist/),
    ]);
  });

  it('runs the commands of the image, without rights and with limits', () => {
    expect([pod?.initContainers?.length, pod?.containers.length]).toEqual([1, 1]);
    expect(migrate?.command).toEqual(composeFile.services.migrate?.command);
    expect(app?.command).toEqual(readStage('app').command);
    for (const container of [migrate, app]) {
      expect(container?.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container?.resources).toHaveProperty('limits.memory');
    }
    expect(pod?.securityContext?.runAsNonRoot).toBe(true);
    expect(pod?.automountServiceAccountToken).toBe(false);
  });

  it('probes the port of the health checks: readiness for traffic, life for restarts', () => {
    const { PORT, HEALTH_PORT } = readStage('app').env;
    expect(app?.ports?.map(({ name, containerPort }) => [name, String(containerPort)])).toEqual([
      ['http', PORT],
      ['health', HEALTH_PORT],
    ]);
    expect(app?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'health' });
    expect(app?.livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'health' });
  });

  it('gives the pause before SIGTERM and the drain enough time', () => {
    const pauseMs = (app?.lifecycle?.preStop?.sleep?.seconds ?? 0) * 1_000;
    expect(pauseMs).toBe(5_000);
    expect(pod?.terminationGracePeriodSeconds).toBe(80);
    expect(pauseMs + DRAIN_MS).toBeLessThan(80_000);
  });

  it('mounts whole volumes, so that a renewed certificate arrives, and points every file variable into one', () => {
    const mounts = app?.volumeMounts ?? [];
    expect(mounts.filter(({ subPath }) => subPath !== undefined)).toEqual([]);
    const files = Object.entries(manifests[0]?.data ?? {}).filter(([name]) =>
      name.endsWith('_FILE'),
    );
    expect(files).toHaveLength(7);
    for (const [, path] of files)
      expect(mounts.some(({ mountPath }) => path.startsWith(`${mountPath}/`))).toBe(true);
  });
});
