#!/bin/sh
# How the order desk is started. One docker run.
docker run -d --name web -p 8080:8080 web
