import { getNamedType, isScalarType } from "graphql";
import { type Attempt, attemptsOn } from "./attack.js";
import { BARE, STRUCTURES, TEXTS } from "./payloads.js";
import type { Position } from "./positions.js";

/** Everything for the first place of a scalar; of others one value in so many, another one at each. */
export function chosenAttempts(positions: readonly Position[], oneIn: number): Attempt[] {
  const all = [...TEXTS, ...STRUCTURES, ...BARE];
  const met = new Set<string>();
  return positions.flatMap((position, index) => {
    const named = getNamedType(position.type);
    const isFirst = isScalarType(named) && !met.has(named.name);
    met.add(named.name);
    return attemptsOn(position, isFirst ? all : all.filter((_, at) => (at + index) % oneIn === 0));
  });
}
