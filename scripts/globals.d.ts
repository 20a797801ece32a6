// biome-ignore-all lint/suspicious/noEmptyInterface: they merge with any other declaration.
// The global types that our declarations name. A project may lack some of them: it has neither the
// DOM's types nor those of Node, or no `esnext.disposable`. Where they exist, these declarations
// merge into them and add nothing. Empty, because a member would clash with those that declare it
// otherwise, as the types of Cloudflare's Workers do. build.mjs puts this file into dist.

interface AbortSignal {}
interface Request {}
interface Response {}
interface URL {}

interface SymbolConstructor {
  readonly asyncDispose: unique symbol;
}
interface AsyncDisposable {
  [Symbol.asyncDispose](): PromiseLike<void>;
}
