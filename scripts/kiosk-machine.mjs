// Writes docs/kiosk-machine.json from the built package, for programs in other languages.
import { writeFileSync } from 'node:fs';

const { kioskMachine } = await import(new URL('../dist/kiosk.js', import.meta.url).href);
writeFileSync(
  new URL('../docs/kiosk-machine.json', import.meta.url),
  `${JSON.stringify(kioskMachine, null, 2)}\n`,
);
