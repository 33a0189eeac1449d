import { adjectives, animals, NumberDictionary, uniqueNamesGenerator } from "unique-names-generator";
import { asName, type Name } from "../names.js";

/** Two words and a number, for what nobody named. */
export const generateName = (): Name =>
  asName(
    uniqueNamesGenerator({
      dictionaries: [adjectives, animals, NumberDictionary.generate({ min: 1000, max: 9999 })],
      separator: "-",
      style: "lowerCase",
    }).replaceAll(/[^a-z0-9-]/g, "-"),
  );
