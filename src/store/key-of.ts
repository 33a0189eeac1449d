/** Between the parents' names and the own name in a key; no name may hold it (it is a control character). */
const SEPARATOR = "\u001f";

/** The natural key: the parents' names and the own name. */
export const keyOf = (...names: string[]): string => names.join(SEPARATOR);

/** The parents' names and the own name. */
export const namesOf = (key: string): string[] => key.split(SEPARATOR);
