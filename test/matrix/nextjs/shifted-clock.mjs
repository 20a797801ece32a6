// Moves the system clock of a process by SHIFT_MS: `node --import`, or NODE_OPTIONS.
const { now } = Date;
const shiftMs = Number(process.env.SHIFT_MS);

globalThis.Date = new Proxy(Date, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args),
  get: (target, name) => (name === 'now' ? () => now() + shiftMs : Reflect.get(target, name)),
});
