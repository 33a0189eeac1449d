/** The variables of installers, compilers, certificates and proxies. The server's own settings are not among them. */
const PASSED =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|PIP_\w+|UV_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NETRC|CC|CXX|FC|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS|PKG_CONFIG_PATH|MAKEFLAGS|CMAKE_\w+|SDKROOT|MACOSX_DEPLOYMENT_TARGET|(?:https?|no|all|ftp)_proxy)$/i;
/** They would install elsewhere. */
const ELSEWHERE =
  /^(?:PIP_(?:USER|TARGET|PREFIX|ROOT|PYTHON|REQUIRE_VIRTUALENV|LOG)|UV_(?:PYTHON|PROJECT|SYSTEM)\w*)$/i;

/** The environment of pip and uv. */
export function installerEnv(from: NodeJS.ProcessEnv): Record<string, string> {
  const passed = Object.entries(from).filter(([name]) => PASSED.test(name) && !ELSEWHERE.test(name));
  return {
    ...(Object.fromEntries(passed) as Record<string, string>),
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    PIP_PROGRESS_BAR: "off",
    PYTHONUNBUFFERED: "1",
    UV_NO_PROGRESS: "1",
    UV_LINK_MODE: "copy",
  };
}
