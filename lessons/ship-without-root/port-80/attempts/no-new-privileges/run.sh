#!/bin/sh
# How the order desk is started. One docker run.
docker run -d --name web --cap-add NET_BIND_SERVICE --security-opt no-new-privileges -p 80:80 web
