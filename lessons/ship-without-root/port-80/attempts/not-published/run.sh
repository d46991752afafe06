#!/bin/sh
# How the order desk is started. One docker run.
docker run -d --name web web
