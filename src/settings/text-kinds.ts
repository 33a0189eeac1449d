import { isIP } from "node:net";
import { asImageRef } from "../names.js";
import { entriesOf, type SettingKind, settingKind } from "./setting-kind.js";

const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
/** The last label has a letter, or it would be an address. */
const HOST_NAME = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)*(?!\\d+$)${LABEL}$`, "i");
const HOST_OF_REQUEST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;
const TOKEN = /^[\x21-\x7e]{1,1024}$/;
const ENGINE = /^(?:(?:unix|npipe|tcp|https?|ssh):\/\/\S*|[^\s/:]+(?::\d{1,5})?)$/;

const matching = (takes: string, pattern: RegExp): SettingKind<string> =>
  settingKind(takes, (text) => (pattern.test(text) ? text : undefined));

/** Returns the URL if it has the scheme and a host, else null. */
function urlOf(text: string, schemes: RegExp): URL | null {
  if (/\s/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return schemes.test(url.protocol) && url.hostname !== "" ? url : null;
}

export const address = settingKind("an IP address or a host name, without a port", (text) =>
  isIP(text) !== 0 || HOST_NAME.test(text) ? text : undefined,
);

export const hostOfRequest = matching("a host name, with its port or without", HOST_OF_REQUEST);

/** The form of the header `Origin`: no path, nothing after the port. */
export const webOrigin = settingKind("an origin, as https://dashboard.example.org", (text) =>
  urlOf(text, /^https?:$/)?.origin === text ? text : undefined,
);

export const gitOrigin = settingKind("an origin, as https://git.example.org:8443", (text) => {
  const url = urlOf(text, /^(?:https?|ssh|git):$/);
  return url && /^\/?$/.test(url.pathname) && url.search + url.hash === "" ? text : undefined;
});

/** The letters of a prefix stand in paths, signatures and XML as they are. */
const BUCKET = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[\w.-]{1,100}){0,8}\/?$/;

export const bucketPrefix = settingKind(
  "s3://BUCKET or s3://BUCKET/PREFIX, of letters, digits and _ . - between the slashes",
  (text) => (BUCKET.test(text) && !/\/\.{1,2}(?:\/|$)/.test(text) ? text : undefined),
);

export const region = matching("the name of a region, as eu-central-1", /^[a-z0-9-]{1,64}$/i);

export const webUrl = settingKind("an address, as http://10.0.0.5:4001", (text) =>
  urlOf(text, /^https?:$/) ? text : undefined,
);

export const mongodbUri = settingKind("mongodb://HOST/DATABASE?replicaSet=NAME, or mongodb+srv://", (text) =>
  /^mongodb(?:\+srv)?:\/\/[^\s/]/.test(text) ? text : undefined,
);

/** Replaces the token: all users of the machine may connect by loopback. */
export const NO_TOKEN = "none";

export const token = matching("1 to 1,024 visible ASCII characters, without blanks", TOKEN);

/** Those of Amazon are longer than any token of ours. */
export const sessionToken = matching("1 to 8,192 visible ASCII characters, without blanks", /^[\x21-\x7e]{1,8192}$/);

export const path = settingKind("a path", (text) => (text === "" ? undefined : text));

export const anyText = settingKind("any text", (text) => text);

export const dockerHost = matching("unix:///PATH, tcp://HOST:PORT or npipe:////./pipe/NAME", ENGINE);

export const imageRepository = settingKind(
  "HOST[:PORT][/PATH] in lower case, without a scheme: registry.example.org/team",
  (text) => {
    try {
      asImageRef(`${text}/image`);
      return text;
    } catch {
      return undefined;
    }
  },
);

export const oneOf = <T extends string>(...texts: readonly T[]): SettingKind<T> =>
  settingKind(`one of ${texts.join(", ")}`, (text) => texts.find((each) => each === text));

const TRUE = ["1", "true", "yes", "on"];
const FALSE = ["0", "false", "no", "off"];

export const yesOrNo: SettingKind<boolean> = settingKind("1 or 0", (text) =>
  TRUE.includes(text) ? true : FALSE.includes(text) ? false : undefined,
);

/** The types with `details`. */
const DETAILED = ["Dataset", "Training", "ModelVersion", "Deployment", "DeploymentRevision", "TreasureChest"];
const DETAILS_INDEX = new RegExp(`^(${DETAILED.join("|")}):([^.$\\s]+(?:\\.[^.$\\s]+)*)$`);

/** The stored paths into `details` by type, from `ModelVersion:metrics.accuracy,Training:team`. */
export const detailsIndexes = settingKind<ReadonlyMap<string, readonly string[]>>(
  `TYPE:key.key, as ModelVersion:metrics.accuracy; TYPE is one of ${DETAILED.join(", ")}; several between commas`,
  (text) => {
    const indexes = new Map<string, readonly string[]>();
    for (const each of entriesOf(text)) {
      const [, type, path] = DETAILS_INDEX.exec(each) ?? [];
      if (!type || !path) return undefined;
      indexes.set(type, [...(indexes.get(type) ?? []), `details.${path}`]);
    }
    return indexes;
  },
);
