import type { App } from "./app.js";
import type { Caller } from "./caller.js";
import { loadersOf, type Loaders } from "./loaders.js";

/** Made anew for every request: loaders remember what they have seen, and must forget it afterwards. */
export interface RequestContext {
  readonly app: App;
  readonly caller: Caller;
  readonly loaders: Loaders;
}

export const requestContext = (app: App, caller: Caller): RequestContext => ({
  app,
  caller,
  loaders: loadersOf(app.store),
});
