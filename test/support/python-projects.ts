import { execFileSync } from "node:child_process";

/** A package in the folder `slow` whose installation takes a minute, and needs no network. */
export const SLOW_PACKAGE = {
  "slow/pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
  "slow/backend.py":
    "import time\n\ndef build_wheel(*_):\n    time.sleep(60)\n\ndef prepare_metadata_for_build_wheel(*_):\n    time.sleep(60)\n",
};

/** The source of a package in a folder of its name, which is made without the network and has one variable. */
export const smallPackage = (name: string, value: string) => ({
  [`${name}/pyproject.toml`]: '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
  [`${name}/backend.py`]: BACKEND.replaceAll("NAME", name).replaceAll("VALUE", value),
});

/** Writes wheels of a package that has nothing but its version into a folder, for `--find-links`. */
export function writeWheels(folder: string, name: string, versions: readonly string[]): void {
  for (const version of versions) {
    const program = `${BACKEND.replaceAll("1.0", version).replace("Wheel-Version: " + version, "Wheel-Version: 1.0")}\nbuild_wheel(${JSON.stringify(folder)})\n`;
    execFileSync("python3", ["-c", program.replaceAll("NAME", name).replaceAll("VALUE", version)]);
  }
}

const BACKEND = `import os, zipfile

INFO = "NAME-1.0.dist-info"
FILES = {
    "NAME.py": "value = 'VALUE'\\n",
    INFO + "/METADATA": "Metadata-Version: 2.1\\nName: NAME\\nVersion: 1.0\\n",
    INFO + "/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}

def build_wheel(folder, *_):
    name = "NAME-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, text in FILES.items():
            wheel.writestr(path, text)
        wheel.writestr(INFO + "/RECORD", "".join(path + ",,\\n" for path in [*FILES, INFO + "/RECORD"]))
    return name
`;
