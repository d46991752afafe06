#!/bin/sh
# How the order desk is started. One docker run.
docker run -d --name web --cap-add NET_BIND_SERVICE -p 80:80 web
