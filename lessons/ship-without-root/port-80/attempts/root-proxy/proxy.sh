#!/bin/sh
# The reverse proxy in front of it: a container of its own, that finds the desk on the Docker host.
docker run -d --user root --name proxy -p 80:8080 --add-host desk:host-gateway web node proxy.js
