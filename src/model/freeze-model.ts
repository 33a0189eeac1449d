import type { Model, ModelSnapshot } from "./model.js";

/** The model definition as it is, with what defines it and nothing else. */
export const freezeModel = ({ _id, key, name, desc, model_files, data_files }: Model, at: Date): ModelSnapshot => ({
  _id,
  key,
  taken_at: at,
  name,
  desc: desc ?? null,
  model_files,
  data_files,
});
