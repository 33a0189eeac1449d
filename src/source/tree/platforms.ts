/** Other names of machines in Dockerfiles. */
const MACHINES: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  "x86-64": "amd64",
  aarch64: "arm64",
  armhf: "arm/v7",
  armel: "arm/v6",
  i386: "386",
};
/** The variant of a machine if none is named. */
const USUAL_VARIANT: Readonly<Record<string, string>> = { amd64: "v1", arm64: "v8", arm: "v7" };
const SYSTEMS: ReadonlySet<string> = new Set(["linux", "windows", "darwin", "freebsd"]);

/**
 * True if a platform in a Dockerfile (`linux/amd64`, `x86_64`, `linux/arm64/v8`) is the engine's own.
 * @param own the platform of the engine, as `linux/amd64`.
 */
export function isSamePlatform(named: string, own: string): boolean {
  const [system, machine] = own.split("/");
  const parts = named.toLowerCase().split("/");
  const [defaults] = parts;
  if (!SYSTEMS.has(defaults!)) parts.unshift(system!);
  return normalized(parts, machine!) === normalized([system!, machine!], machine!);
}

function normalized([system, named, variant]: readonly string[], own: string): string {
  const [machine = "", implied] = (MACHINES[named ?? own] ?? named ?? own).split("/");
  const said = variant?.replace(/^(?=\d)/, "v") ?? implied ?? USUAL_VARIANT[machine] ?? "";
  return `${system}/${machine}/${said}`;
}
