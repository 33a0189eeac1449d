import { DomainError, notFound } from "../errors.js";
import { currentByKey } from "../store/current.js";
import type { Store } from "../store/store.js";

const MOST = 50;

/** The ids of the models of these names, in their order. @throws NOT_FOUND, LIMIT_EXCEEDED, CONFLICT */
export async function modelsOf({ models }: Pick<Store, "models">, names: readonly string[]): Promise<string[]> {
  if (names.length > MOST)
    throw new DomainError("LIMIT_EXCEEDED", `A project uses at most ${MOST} models.`, ["input", "models"]);
  const found = new Map((await currentByKey(models, names)).map((model) => [model.key, model]));
  return [...new Set(names)].map((name, index) => {
    const model = found.get(name);
    if (!model) throw notFound("model", ["input", "models", index]);
    if (model.deleting) throw new DomainError("CONFLICT", "The model is being deleted.", ["input", "models", index]);
    return model._id;
  });
}
