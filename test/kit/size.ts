/** Whether this is `npm run test:soak`. */
export const soaking = process.env.MODE === 'soak';

/** How many rounds: few enough for every `npm test`, or what a soak is for. */
export const rounds = (usual: number, soak: number): number => (soaking ? soak : usual);
