// The global types that our declarations name, each with one member. A project may lack some of
// them: it has neither the DOM's types nor those of Node, or no `esnext.disposable`. Where they
// exist, these declarations merge into them and add nothing. build.mjs puts this file into dist.

interface AbortSignal {
  readonly aborted: boolean;
}
interface Request {
  readonly url: string;
}
interface Response {
  readonly status: number;
}
interface URL {
  href: string;
}

interface SymbolConstructor {
  readonly asyncDispose: unique symbol;
}
interface AsyncDisposable {
  [Symbol.asyncDispose](): PromiseLike<void>;
}
