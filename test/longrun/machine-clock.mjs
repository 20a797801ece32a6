// Loaded before everything else. The machine's clock, as this process sees it, starts at a given
// instant and can be set.
const { now } = Date;
let aheadMs = Date.parse(process.env.MACHINE_STARTS_AT ?? '') - now();
Date.now = () => now() + aheadMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, made) =>
    Reflect.construct(target, args.length > 0 ? args : [target.now()], made),
});
process.on('set clock', (ms) => {
  aheadMs += ms;
});
