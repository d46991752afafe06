#!/bin/sh
# How the order desk is started. One docker run.
docker run -d --name web --sysctl net.ipv4.ip_unprivileged_port_start=80 -p 80:80 web
