import { adjectives, animals, NumberDictionary, uniqueNamesGenerator } from "unique-names-generator";
import { asName, type Name } from "../names.js";

/** Returns two words and a number, for a record without a name. */
export const generateName = (): Name =>
  asName(
    uniqueNamesGenerator({
      dictionaries: [adjectives, animals, NumberDictionary.generate({ min: 1000, max: 9999 })],
      separator: "-",
      style: "lowerCase",
    }).replaceAll(/[^a-z0-9-]/g, "-"),
  );
