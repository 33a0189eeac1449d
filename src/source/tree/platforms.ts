/** Names of one machine, as Dockerfiles spell them. */
const MACHINES: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  "x86-64": "amd64",
  aarch64: "arm64",
  armhf: "arm/v7",
  armel: "arm/v6",
  i386: "386",
};
/** The variant that a machine is if none is said. */
const USUAL_VARIANT: Readonly<Record<string, string>> = { amd64: "v1", arm64: "v8", arm: "v7" };
const SYSTEMS: ReadonlySet<string> = new Set(["linux", "windows", "darwin", "freebsd"]);

/**
 * True if a platform as a Dockerfile names it (`linux/amd64`, `x86_64`, `linux/arm64/v8`) is the engine's own.
 * @param own of the engine, as `linux/amd64`
 */
export function isOwnPlatform(named: string, own: string): boolean {
  const [system, machine] = own.split("/");
  const parts = named.toLowerCase().split("/");
  const [given] = parts;
  if (!SYSTEMS.has(given!)) parts.unshift(system!);
  return whole(parts, machine!) === whole([system!, machine!], machine!);
}

function whole([system, named, variant]: readonly string[], own: string): string {
  const [machine = "", implied] = (MACHINES[named ?? own] ?? named ?? own).split("/");
  const said = variant?.replace(/^(?=\d)/, "v") ?? implied ?? USUAL_VARIANT[machine] ?? "";
  return `${system}/${machine}/${said}`;
}
