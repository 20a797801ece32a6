import { lazyPackage } from '../foundation/packages.js';

/** Loads oauth4webapi. */
export const oauth4webapi = lazyPackage('oauth4webapi', () => import('oauth4webapi'));
