#!/bin/sh
# How the order desk is started. One docker run.
docker run -d --name web --user 0 -p 80:80 web
