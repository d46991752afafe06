// Binds as root, works as node.
import cluster from 'node:cluster'

cluster.setupPrimary({ exec: 'server.js', uid: 1000, gid: 1000 })
cluster.fork()
