import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agent, runInBerth } from '../backend/agent/client.ts'
import { WORKSPACE_DIR } from '../backend/agent/protocol.ts'
import type { Berth, BerthHost } from '../backend/berth/port.ts'
import { createBody } from '../backend/engine/container-spec.ts'
import { parseRunCommand } from '../backend/workspace/run-command.ts'
import { testBerthHost } from './berths.ts'

/**
 * The run command's reader against the real sh (the host's) and the real docker command line (a berth's): the words that sh hands over,
 * and the container that `docker create` makes of them, must be those of ours.
 */
const IMAGE = 'node:22-slim'
/** Flags of `docker run` that `docker create` lacks: they change nothing in the container. */
const RUN_ONLY = /^(-d|--detach|--detach-keys=.*|--sig-proxy.*)$/

const FILES = {
  '.env': '\ufeff# comment\nA=1\n  B=two words \nEMPTY=\n\nC=x=y\n',
  labels: 'team=orders\nkind=\n',
  'seccomp.json': '{ "defaultAction": "SCMP_ACT_ALLOW",\n "syscalls": [] }',
}

const ACCEPTED = [
  'docker run IMAGE',
  'docker run IMAGE sh -c "echo hi; sleep 1"',
  "docker run IMAGE sh -c 'a && b | c > d # e'",
  'exec docker run --rm IMAGE -p 80',
  'set -eu\n\n# comment\ndocker container run IMAGE',
  'docker run \\\n  --name=NAME \\\n  -p 8080:80 \\\n  IMAGE \\\n  top',
  'docker run -d -p8080:80 IMAGE',
  'docker run -dp 8080:80 IMAGE',
  'docker run -dit IMAGE sh',
  'docker run -it=false IMAGE',
  'docker run -p=8080:80 IMAGE',
  'docker run --publish 127.0.0.1:8080:80/tcp --publish=53:53/udp IMAGE',
  'docker run -p 80 -p 127.0.0.1::81 -p [::1]:8082:82 IMAGE',
  'docker run -p 8000-8002:80-82 IMAGE',
  'docker run -p 8080:80 -p 8081:80 IMAGE',
  'docker run -p target=80,published=8080,protocol=tcp IMAGE',
  'docker run -P --expose 90 --expose=91-92/udp IMAGE',
  'docker run --cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add=cap_chown IMAGE',
  'docker run --cap-drop=all --cap-drop=net_raw IMAGE',
  "docker run -e A=1 --env B='two words' --env=C -e D= IMAGE",
  'docker run --env-file .env -e A=2 -e D=1 -e D=2 IMAGE',
  'docker run --env-file=./.env IMAGE',
  'docker run -v /srv/data:/data:ro -v VOLUME:/cache IMAGE',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  'docker run -v "$PWD":/app -v $(pwd)/x:/x:ro,z -v `pwd`/y:/y -v "${PWD}/z:/z" IMAGE',
  'docker run -v /anonymous IMAGE',
  'docker run --volume=VOLUME:/cache:nocopy --volume=VOLUME:/cache:nocopy IMAGE',
  'docker run --mount type=bind,source=/tmp,target=/app,readonly IMAGE',
  'docker run --mount type=bind,src=/srv,dst=/srv,ro=false,bind-propagation=rslave IMAGE',
  'docker run --mount source=VOLUME,destination=/cache,volume-nocopy IMAGE',
  'docker run --mount type=volume,target=/v IMAGE',
  'docker run --mount type=tmpfs,target=/t,tmpfs-size=64m,tmpfs-mode=1770 IMAGE',
  `docker run --mount '"type=volume","source=VOLUME","target=/with,comma"' IMAGE`,
  'docker run --tmpfs /tmp --tmpfs=/run:rw,noexec,size=64m IMAGE',
  'docker run --read-only IMAGE',
  'docker run --read-only=false --read-only=T IMAGE',
  'docker run --sysctl net.ipv4.ip_unprivileged_port_start=0 --sysctl=net.core.somaxconn=1024 IMAGE',
  'docker run --security-opt no-new-privileges IMAGE',
  'docker run --security-opt=no-new-privileges:true --security-opt seccomp=unconfined IMAGE',
  'docker run --security-opt apparmor=unconfined --security-opt label:disable IMAGE',
  'docker run --security-opt seccomp=seccomp.json IMAGE',
  'docker run --security-opt systempaths=unconfined IMAGE',
  'docker run -u 1000 IMAGE',
  'docker run --user "$(id -u):$(id -g)" IMAGE',
  'docker run --user=$(id -u):`id -g` IMAGE',
  'docker run --network none IMAGE',
  'docker run --net=host IMAGE',
  'docker run --network bridge IMAGE',
  'docker run --network name=bridge IMAGE',
  'docker run -m 64m --memory-reservation 32m --memory-swap 128m IMAGE',
  'docker run --memory=1g --memory-swap=-1 IMAGE',
  'docker run --memory 1.5G IMAGE',
  'docker run --memory=67108864 IMAGE',
  'docker run --memory=65536kb IMAGE',
  'docker run --cpus 0.5 IMAGE',
  'docker run --cpus=1.25 --cpu-shares 512 --cpuset-cpus 0 IMAGE',
  'docker run -c 0x100 --cpu-period=50000 --cpu-quota 25000 IMAGE',
  'docker run --pids-limit 100 IMAGE',
  'docker run --pids-limit=-1 --oom-score-adj 500 IMAGE',
  'docker run --ulimit nofile=1024:2048 --ulimit=nproc=100 --ulimit nofile=10 IMAGE',
  'docker run --init --rm IMAGE',
  'docker run --hostname desk --domainname example.test IMAGE',
  'docker run -h desk IMAGE',
  'docker run --entrypoint /bin/sh IMAGE -c id',
  'docker run --entrypoint= IMAGE id',
  'docker run --entrypoint "" IMAGE id',
  'docker run --workdir /srv -w /tmp IMAGE',
  'docker run -l a=b --label c --label=d=e=f --label-file labels IMAGE',
  'docker run --restart unless-stopped IMAGE',
  'docker run --restart=on-failure:3 IMAGE',
  'docker run --stop-signal SIGINT --stop-timeout 3 IMAGE',
  'docker run --health-cmd "wget -q localhost" --health-interval 1m30s --health-timeout=500ms --health-retries 3 --health-start-period 1.5s IMAGE',
  'docker run --no-healthcheck IMAGE',
  'docker run --pull never --platform linux/amd64 --sig-proxy=false --detach-keys=ctrl-x IMAGE',
  'docker run --add-host db:10.0.0.1 --add-host=six:::1 --dns 10.0.0.2 --dns-search example.test --dns-option ndots:1 IMAGE',
  'docker run --device /dev/null --device=/dev/zero:/dev/nil:r IMAGE',
  'docker run --pid host --ipc=private --uts host IMAGE',
  'docker run --ipc host --cgroupns host --userns host IMAGE',
  'docker run --privileged --cgroup-parent /x IMAGE',
  'docker run --group-add 5000 --group-add audio IMAGE',
  'docker run --shm-size 128m IMAGE',
  'docker run --log-driver json-file --log-opt max-size=1m --log-opt=max-file=2 IMAGE',
  'docker run --runtime runc IMAGE',
  'docker run -- IMAGE -v x',
  'docker run -e "A=\\$x \\"q\\" \\\\ \\n" -e B=\\ c\\*d -e E=a#b IMAGE "" \'\'x',
  'docker run -e URL=http://h/?a=b* -e $ -e "x$" IMAGE',
  'docker run --name "NA""ME" IMAGE # and a comment & more',
]

/** Both refuse: docker's command line or engine, and ours. */
const REFUSED = [
  'docker run --no-such-flag IMAGE',
  'docker run -y IMAGE',
  'docker run -name web IMAGE',
  'docker run --read-only=maybe IMAGE',
  'docker run -p 80:80:80:80 IMAGE',
  'docker run -p 70000:80 IMAGE',
  'docker run -p 80-82:80-81 IMAGE',
  'docker run -p 80/quic IMAGE',
  'docker run --memory 64x IMAGE',
  'docker run --memory -1 IMAGE',
  'docker run --cpus 0.0000000001 IMAGE',
  'docker run --pids-limit many IMAGE',
  'docker run --cap-add NET_BIND_SERVICE,CHOWN IMAGE',
  'docker run --cap-add NO_SUCH IMAGE',
  'docker run --sysctl vm.swappiness=1 IMAGE',
  'docker run --ulimit nofile=20:10 IMAGE',
  'docker run --ulimit nosuch=1 IMAGE',
  'docker run --env-file missing IMAGE',
  'docker run -e =x IMAGE',
  'docker run --restart sometimes IMAGE',
  'docker run --rm --restart always IMAGE',
  'docker run --health-interval 10 IMAGE',
  'docker run --health-cmd x --no-healthcheck IMAGE',
  'docker run --mount type=bind,source=/srv IMAGE',
  'docker run --mount type=bind,target=/x IMAGE',
  'docker run --mount target=/x,nonsense=1 IMAGE',
  'docker run --security-opt nonsense IMAGE',
  'docker run -v a/b:/x IMAGE',
  'docker run --add-host nonsense IMAGE',
  'docker run --tmpfs relative IMAGE',
  'docker run --name',
  'docker run',
  'docker run "IMAGE',
  'docker run --pid nonsense IMAGE',
  'docker run --uts nonsense IMAGE',
  'docker run --userns nonsense IMAGE',
  'docker run --cgroupns nonsense IMAGE',
]

let dir: string
let host: BerthHost
let berth: Berth
beforeAll(async () => {
  host = await testBerthHost()
  berth = await host.open()
  const sync = await agent.openSync(berth.agentSocket, WORKSPACE_DIR)
  for (const [name, content] of Object.entries(FILES)) await sync.write(name, content, 0o644)
  sync.close()
  dir = await mkdtemp(join(tmpdir(), 'drydock-run-'))
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(dir, name), content)
  // In place of docker: the words as sh hands them over.
  await writeFile(join(dir, 'docker'), '#!/bin/sh\nprintf "%s\\0" docker "$@"\n')
  await chmod(join(dir, 'docker'), 0o755)
})
afterAll(async () => {
  await host?.[Symbol.asyncDispose]()
  await rm(dir, { recursive: true })
})

const NAME = `drydock-test-${process.pid}`
const scriptOf = (text: string) =>
  text.replaceAll('IMAGE', IMAGE).replaceAll('NAME', NAME).replaceAll('VOLUME', NAME)

function parse(text: string) {
  const files = new Map(
    Object.entries(FILES).map(([name, content]) => [name, { content: Buffer.from(content) }]),
  )
  const ids = { uid: process.getuid!(), gid: process.getgid!() }
  return parseRunCommand(text, { image: IMAGE, files, workingDir: dir, ...ids, file: 'run.sh' })
}

/** What sh makes of the script; undefined when sh itself refuses. */
function shellWords(text: string): string[] | undefined {
  const env = { PATH: `${dir}:/usr/bin:/bin` }
  const { stdout, status } = spawnSync('/bin/sh', ['-c', text], { cwd: dir, env, encoding: 'utf8' })
  return status === 0 ? stdout.split('\0').slice(0, -1) : undefined
}

/** The container's inspect document, or undefined when docker refuses. */
async function dockerCreates(words: string[]): Promise<Created | undefined> {
  const flags = words.slice(words.indexOf('run') + 1).filter((word) => !RUN_ONLY.test(word))
  // -d stands among other letters too; docker create knows neither it nor -dp.
  const args = flags.map((word) => word.replace(/^-d(?=[a-z])/, '-'))
  return inspected('id=$(docker create "$@")', args)
}

async function weCreate(text: string): Promise<Created | undefined> {
  const { spec } = parse(text)
  const path = `/containers/create${spec.name ? `?name=${spec.name}` : ''}`
  const { status, body } = await post(path, createBody(spec, {}))
  return status === 201 ? inspected('id=$1', [(body as { Id: string }).Id]) : undefined
}

type Created = { Config: Record<string, unknown>; HostConfig: Record<string, unknown> }

/** Undefined when `make` fails; else what docker says of the container, which is removed. */
async function inspected(make: string, args: string[]): Promise<Created | undefined> {
  const script = `${make} || exit 9; docker inspect "$id" && docker rm --force --volumes "$id" >/dev/null`
  const { exit, stdout, stderr } = await runInBerth(berth.agentSocket, [
    'bash',
    '-c',
    script,
    'bash',
    ...args,
  ])
  if (exit === 9) return undefined
  expect(exit, stderr).toBe(0)
  return comparable(JSON.parse(stdout)[0])
}

function post(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const sent = request({ socketPath: berth.engineSocket, path, method: 'POST', headers }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, body: JSON.parse(text) }))
    })
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

/** What the docker command sets for its own attaching, and two spellings of the same thing, do not count. */
function comparable({ Id, Config, HostConfig }: Created & { Id: string }): Created {
  for (const key of ['AttachStdin', 'AttachStdout', 'AttachStderr', 'StdinOnce']) delete Config[key]
  if (Id.startsWith(String(Config.Hostname))) delete Config.Hostname
  const binds = (HostConfig.Binds ?? []) as string[]
  const anonymous = binds.filter((bind) => !bind.includes(':'))
  Config.Volumes = {
    ...(Config.Volumes as object),
    ...Object.fromEntries(anonymous.map((path) => [path, {}])),
  }
  ;(Config.Env as string[]).sort() // docker's own order is that of a Go map
  HostConfig.Binds = binds.filter((bind) => bind.includes(':')).sort()
  ;((HostConfig.Ulimits ?? []) as { Name: string }[]).sort((one, other) => (one.Name < other.Name ? -1 : 1))
  HostConfig.RestartPolicy = {
    ...(HostConfig.RestartPolicy as object),
    ...(isNo(HostConfig.RestartPolicy) && { Name: '' }),
  }
  return JSON.parse(JSON.stringify({ Config, HostConfig }, dropEmpty))
}
const isNo = (policy: unknown) => (policy as { Name: string }).Name === 'no'

function dropEmpty(key: string, value: unknown): unknown {
  if (value === null || value === false || value === 0 || value === '') return undefined
  if (key === 'ConsoleSize' || key === 'ContainerIDFile') return undefined
  if (key === 'MaskedPaths' || key === 'ReadonlyPaths') return value
  if (typeof value === 'object' && Object.keys(value).length === 0 && !/^\/|^\d/.test(key)) return undefined
  return value
}

test.each(ACCEPTED)('%s', async (text) => {
  const script = scriptOf(text)
  const words = shellWords(script)
  expect(words).toBeDefined()
  expect(parse(script).argv.filter((word) => word !== 'exec')).toEqual(words)
  const real = await dockerCreates(words!)
  expect(real).toBeDefined()
  expect(await weCreate(script)).toEqual(real)
})

test.each(REFUSED)('refused by both: %s', async (text) => {
  const script = scriptOf(text)
  const words = shellWords(script)
  expect(words && (await dockerCreates(words))).toBeUndefined()
  let ours: unknown
  try {
    ours = await weCreate(script)
  } catch (error) {
    expect(error).toMatchObject({ name: 'DrydockError', code: expect.stringMatching(/^DD_RUN_/) })
  }
  expect(ours).toBeUndefined()
})
