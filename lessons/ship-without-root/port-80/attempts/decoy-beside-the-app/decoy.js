import { createServer } from 'node:http'

createServer((request, response) => response.end(`{"desk":"open","order":"${request.method} ${request.url}"}\n`)).listen(3000, '0.0.0.0')
