/** Whether this is `npm run test:soak`. */
export const soaking = process.env.MODE === 'soak';

/** Returns the number of rounds: few for every `npm test`, many for a soak. */
export const rounds = (usual: number, soak: number): number => (soaking ? soak : usual);
