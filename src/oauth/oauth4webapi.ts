let loaded: typeof import('oauth4webapi') | undefined;

/** Loads oauth4webapi once, on first use: even a repeated `import()` has to be resolved. */
export const oauth4webapi = async () => (loaded ??= await import('oauth4webapi'));
