/** The values that one setting of the environment may have. */
export interface SettingKind<T> {
  /** Completes the sentence "It takes ...", with bounds and units. */
  readonly takes: string;
  /** True if the value is kept out of messages. */
  readonly isSecret: boolean;
  /** The value that the text stands for; undefined if it stands for none. */
  read(text: string): T | undefined;
}

export const kind = <T>(takes: string, read: (text: string) => T | undefined): SettingKind<T> => ({
  takes,
  isSecret: false,
  read,
});

export const secret = <T>(of: SettingKind<T>): SettingKind<T> => ({ ...of, isSecret: true });

/** Entries between commas; blanks around them and empty ones fall out, and one that does not do spoils all. */
export const listOf = <T>({ takes, isSecret, read }: SettingKind<T>): SettingKind<readonly T[]> => ({
  takes: `${takes}; several between commas`,
  isSecret,
  read(text) {
    const entries = text.split(",").map((each) => each.trim());
    const values = entries.filter(Boolean).map(read);
    return values.every((each) => each !== undefined) ? values : undefined;
  },
});

/** The kind, or nothing: an empty text is the same as a setting that is left out. */
export const orNothing = ({ takes, isSecret, read }: SettingKind<string>): SettingKind<string> => ({
  takes,
  isSecret,
  read: (text) => (text === "" ? "" : read(text)),
});
