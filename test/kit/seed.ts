import { configureGlobal } from 'fast-check';

// The same inputs in every run, so that no failure is chance. FC_SEED=<number> looks elsewhere.
configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_201) });
