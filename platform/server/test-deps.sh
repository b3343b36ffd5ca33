#!/usr/bin/env bash
# Installs the system packages that tests use, on Debian and as root; elsewhere says what is missing.
set -euo pipefail
declare -A package=([chromium]=chromium [pdfinfo]=poppler-utils [xmlsec1]=xmlsec1 [qpdf]=qpdf [openssl]=openssl)
missing=()
for program in "${!package[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi
if [ -f /etc/debian_version ] && command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
  as_root=(); [ "$(id -u)" = 0 ] || as_root=(sudo)
  echo "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  exit 0
fi
echo "missing: ${missing[*]}; the tests that need them do not run here" >&2
[ "${CI:-}" != true ] || exit 1
