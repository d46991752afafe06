#!/bin/sh
set -e

# As in the official image: arguments that begin with "-", that are no command, or that name a plain file are for node.
if [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ] || { [ -f "${1}" ] && ! [ -x "${1}" ]; }; then
  set -- node "$@"
fi

exec "$@"
