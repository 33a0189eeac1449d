/** The values that a setting may have. */
export interface SettingKind<T> {
  /** Completes the sentence "It takes ...", with bounds and units. */
  readonly takes: string;
  /** True if the value is kept out of messages. */
  readonly isSecret: boolean;
  /** Returns the value of the text; undefined if it has none. */
  read(text: string): T | undefined;
}

export const settingKind = <T>(takes: string, read: (text: string) => T | undefined): SettingKind<T> => ({
  takes,
  isSecret: false,
  read,
});

export const secret = <T>(of: SettingKind<T>): SettingKind<T> => ({ ...of, isSecret: true });

/** Returns the entries of a text that stand between commas. */
export const entriesOf = (text: string): readonly string[] =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

/** A list with commas. Blanks and empty entries are dropped; one wrong entry spoils all. */
export const listOf = <T>({ takes, isSecret, read }: SettingKind<T>): SettingKind<readonly T[]> => ({
  takes: `${takes}; several between commas`,
  isSecret,
  read(text) {
    const values = entriesOf(text).map(read);
    return values.every((each) => each !== undefined) ? values : undefined;
  },
});

/** The same kind, or an empty text: it counts as left out. */
export const orNothing = ({ takes, isSecret, read }: SettingKind<string>): SettingKind<string> => ({
  takes,
  isSecret,
  read: (text) => (text === "" ? "" : read(text)),
});

// `Number` alone would take hexadecimal, exponents, blanks and the empty text.
const WHOLE = /^\d{1,15}$/;
const DECIMAL = /^\d{1,15}(?:\.\d{1,9})?$/;

const formatted = (value: number): string => value.toLocaleString("en");

const within = (value: number, min: number, max: number): number | undefined =>
  value >= min && value <= max ? value : undefined;

export const wholeNumber = (min: number, max: number): SettingKind<number> =>
  settingKind(`a whole number from ${formatted(min)} to ${formatted(max)}`, (text) =>
    WHOLE.test(text) ? within(Number(text), min, max) : undefined,
  );

export const decimalNumber = (min: number, max: number): SettingKind<number> =>
  settingKind(`a number from ${formatted(min)} to ${formatted(max)}, as 2 or 1.5`, (text) =>
    DECIMAL.test(text) ? within(Number(text), min, max) : undefined,
  );
