import { type SettingKind, kind } from "./kind.js";

// Plain decimals alone: `Number` takes hexadecimal, exponents, blanks and the empty text too.
const WHOLE = /^\d{1,15}$/;
const DECIMAL = /^\d{1,15}(?:\.\d{1,9})?$/;

const said = (value: number): string => value.toLocaleString("en");

const within = (value: number, least: number, most: number): number | undefined =>
  value >= least && value <= most ? value : undefined;

export const wholeNumber = (least: number, most: number): SettingKind<number> =>
  kind(`a whole number from ${said(least)} to ${said(most)}`, (text) =>
    WHOLE.test(text) ? within(Number(text), least, most) : undefined,
  );

export const decimalNumber = (least: number, most: number): SettingKind<number> =>
  kind(`a number from ${said(least)} to ${said(most)}, as 2 or 1.5`, (text) =>
    DECIMAL.test(text) ? within(Number(text), least, most) : undefined,
  );
