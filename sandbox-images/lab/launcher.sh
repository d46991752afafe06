#!/bin/sh
# The launcher's container: makes what berths run from where it is missing, then launches berths for whoever owns the socket.
set -eu
node /app/backend/cli/bake.ts --cache /var/lib/drydock/cache --inputs /inputs
# In its own mount namespace, so that what the launcher opens and mounts is its own: also a `docker exec` into this container does not see it.
exec unshare --mount --propagation private -- \
  node /app/backend/berth/launcher.ts --data /var/lib/drydock/berths --cache /var/lib/drydock/cache --socket /run/drydock/launcher.sock "$@"
