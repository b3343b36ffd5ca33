#!/usr/bin/env bash
# Installs the system packages that tests use, on Debian and as root; elsewhere says what is missing.
set -euo pipefail
declare -A package=([chromium]=chromium [pdfinfo]=poppler-utils [xmlsec1]=xmlsec1 [qpdf]=qpdf [openssl]=openssl [slapd]=slapd)
PATH=$PATH:/usr/sbin # where slapd is, also for those who have it not in their path
missing=()
for program in "${!package[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
# Chromium without windows draws the same pages with a quarter less work: used where it is to be had, and done without where not.
shell=chromium-headless-shell
if [ ${#missing[@]} -eq 0 ] && command -v $shell >/dev/null; then
  exit 0
fi
if [ -f /etc/debian_version ] && command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
  as_root=(env DEBIAN_FRONTEND=noninteractive timeout 300); [ "$(id -u)" = 0 ] || as_root=(sudo "${as_root[@]}")
  if [ ${#missing[@]} -gt 0 ]; then
    echo "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
  command -v $shell >/dev/null || "${as_root[@]}" apt-get install -y -qq --no-install-recommends $shell >/dev/null 2>&1 ||
    { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" apt-get install -y -qq --no-install-recommends $shell >/dev/null; } ||
    echo "without $shell: the walks in a browser take longer" >&2
  exit 0
fi
[ ${#missing[@]} -gt 0 ] || exit 0
echo "missing: ${missing[*]}; the tests that need them do not run here" >&2
[ "${CI:-}" != true ] || exit 1
