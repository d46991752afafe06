"""The agent of a berth: shells and files for the web page, as the learner's user.

It speaks the protocol of backend/agent/protocol.ts on a listening Unix socket that the runtime passed in (argv[1] is its number).
One forked process serves one connection, so that one that hangs or dies takes nothing with it. The agent itself is the berth's
root only to be able to end what a terminal started in other containers; everything it does for a request, it does as the learner.
"""
import errno, fcntl, json, os, select, signal, socket, struct, sys, termios, time

LEARNER_UID = 1000
WORKSPACE_LIMITS = dict(files=200, entries=5000, bytes=512 * 1024)
OUTPUT_BUFFER_BYTES = 64 * 1024  # beyond this the pty is not read: the program waits, as with any slow terminal
INPUT_BUFFER_BYTES = 64 * 1024  # beyond this the connection is not read: a paste waits for the program
FRAME_BYTES = 1 << 20
POLL_SECONDS = 0.3  # a saved file is in the editor before the hand is back on the mouse; 200 lstat calls cost under a millisecond
DATA, RESIZE, EXIT, ERROR = 0, 1, 2, 3


def default_signals():
    """Whoever started the lab may have had signals ignored (nohup, a shell's `&`); a program that inherits that cannot be stopped by Ctrl-C."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError):
            pass


def become_learner():
    os.setgroups(LEARNER_GROUPS)
    os.setresgid(LEARNER_GID, LEARNER_GID, LEARNER_GID)
    os.setresuid(LEARNER_UID, LEARNER_UID, LEARNER_UID)


def learner_environment(extra):
    env = {
        'HOME': '/home/learner', 'USER': 'learner', 'LOGNAME': 'learner', 'SHELL': '/bin/bash', 'LANG': 'C.UTF-8',
        'PATH': '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', 'TERM': 'xterm-256color', 'DOCKER_BUILDKIT': '1',
    }
    env.update({str(k): str(v) for k, v in extra.items()})
    return env


def frame(kind, payload):
    return struct.pack('>BI', kind, len(payload)) + payload


def end_terminal(terminal, session):
    """Ends every process of the terminal, also those it started inside containers, which carry its mark in their environment."""
    mark = ('DRYDOCK_TERMINAL=' + terminal).encode()
    for sig, patience in ((signal.SIGHUP, 0.2), (signal.SIGKILL, 0)):
        found = False
        for name in os.listdir('/proc'):
            if not name.isdigit() or int(name) == os.getpid():
                continue
            try:
                with open('/proc/%s/stat' % name, 'rb') as f:
                    in_session = int(f.read().rpartition(b')')[2].split()[3]) == session
                if not in_session:
                    with open('/proc/%s/environ' % name, 'rb') as f:
                        if mark not in f.read(256 * 1024).split(b'\0'):
                            continue
                os.kill(int(name), sig)
                found = True
            except (OSError, ValueError, IndexError):
                continue
        if not found:
            return
        time.sleep(patience)


def shell(conn, request, early):
    terminal = str(request['terminal'])
    master, slave = os.openpty()
    set_size(master, request['cols'], request['rows'])
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            os.fchown(slave, LEARNER_UID, -1)
            for fd in (0, 1, 2):
                os.dup2(slave, fd)
            os.closerange(3, 256)
            become_learner()
            try:
                os.chdir(request['cwd'])
            except OSError:
                os.chdir('/')
            env = learner_environment(request.get('env', {}))
            env['DRYDOCK_TERMINAL'] = terminal
            default_signals()
            os.execvpe(request['argv'][0], request['argv'], env)
        except BaseException as e:
            os.write(2, str(e).encode() + b'\r\n')
        os._exit(127)
    os.close(slave)
    try:
        pump(conn, master, pid, bytearray(early))
    finally:
        end_terminal(terminal, pid)


def set_size(fd, cols, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0))


def pump(conn, master, pid, from_conn):
    """Bytes both ways until the program or the connection ends. Nothing is dropped and no buffer grows past its limit."""
    os.set_blocking(master, False)
    conn.setblocking(False)
    to_conn, to_pty = bytearray(), bytearray()
    ended = False
    while not (ended and not to_conn):
        # A resize waits behind the input that was sent before it.
        while not to_pty and len(from_conn) >= 5:
            kind, length = struct.unpack_from('>BI', from_conn)
            if length > FRAME_BYTES:
                return
            if len(from_conn) < 5 + length:
                break
            payload = bytes(from_conn[5:5 + length])
            del from_conn[:5 + length]
            if kind == DATA and not ended:
                to_pty += payload
            elif kind == RESIZE and length == 4:
                set_size(master, *struct.unpack('>HH', payload))
        # The connection's end is noticed even while its bytes wait.
        wants_conn = select.POLLRDHUP | (select.POLLOUT if to_conn else 0)
        if not to_pty or len(from_conn) < INPUT_BUFFER_BYTES:
            wants_conn |= select.POLLIN
        poll = select.poll()
        poll.register(conn, wants_conn)
        wants_pty = (select.POLLIN if len(to_conn) < OUTPUT_BUFFER_BYTES else 0) | (select.POLLOUT if to_pty else 0)
        if wants_pty and not ended:
            poll.register(master, wants_pty)
        ready = dict(poll.poll())
        if ready.get(conn.fileno(), 0) & (select.POLLRDHUP | select.POLLHUP | select.POLLERR):
            return
        if ready.get(master):
            data = read_some(lambda: os.read(master, 65536)) if len(to_conn) < OUTPUT_BUFFER_BYTES else None
            if data == b'':
                ended = True
                to_conn += frame(EXIT, struct.pack('>i', exit_code(pid)))
            elif data:
                to_conn += frame(DATA, data)
            if to_pty and not ended:
                try:
                    del to_pty[:os.write(master, to_pty)]
                except OSError as e:
                    if e.errno != errno.EAGAIN:
                        to_pty.clear()
        if to_conn:
            try:
                del to_conn[:conn.send(to_conn)]
            except BlockingIOError:
                pass
        if ready.get(conn.fileno(), 0) & select.POLLIN:
            data = read_some(lambda: conn.recv(65536))
            if data == b'':
                return
            from_conn += data or b''


def exit_code(pid):
    """The program's exit code; one that gave up its terminal without ending is ended."""
    for _ in range(20):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def read_some(read):
    """What is there: b'' at the end, None when there is nothing yet. A pty whose last process is gone says EIO."""
    try:
        return read()
    except OSError as e:
        return None if e.errno in (errno.EAGAIN, errno.EINTR) else b''


class Folder:
    """The workspace as last reported, so that only what somebody else changed is reported."""

    def __init__(self, root):
        self.root, self.seen = root, {}

    @staticmethod
    def passing(name):
        """Files that editors make for a moment while they save."""
        return name == '4913' or name.endswith('~') or name.startswith(('.#', '.drydock-')) or (name.startswith('.') and name[-4:-1] == '.sw')

    def paths(self):
        entries = 0
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(f for f in folders if f not in ('.git', 'node_modules'))
            for name in sorted(files):
                entries += 1
                if entries > WORKSPACE_LIMITS['entries']:
                    return
                if not self.passing(name):
                    yield os.path.relpath(os.path.join(folder, name), self.root)

    def changes(self):
        present = set()
        for path in self.paths():
            full = os.path.join(self.root, path)
            try:
                path.encode('utf-8')
                st = os.lstat(full)
            except (OSError, UnicodeEncodeError):
                continue
            if st.st_mode & 0o170000 != 0o100000:
                continue
            present.add(path)
            stamp = (st.st_mtime_ns, st.st_size, st.st_ino)
            if self.seen.get(path) == stamp:
                continue
            if path not in self.seen and len(self.seen) >= WORKSPACE_LIMITS['files']:
                yield {'skipped': path, 'reason': 'count'}
                continue
            self.seen[path] = stamp
            if st.st_size > WORKSPACE_LIMITS['bytes']:
                yield {'skipped': path, 'reason': 'size'}
                continue
            try:
                with open(full, 'rb') as f:
                    yield {'changed': path, 'content': f.read(WORKSPACE_LIMITS['bytes'] + 1).decode('utf-8')}
            except UnicodeDecodeError:
                yield {'skipped': path, 'reason': 'binary'}
            except OSError:
                del self.seen[path]
        for path in [p for p in self.seen if p not in present]:
            del self.seen[path]
            yield {'deleted': path}

    def inside(self, path):
        if not isinstance(path, str) or path.startswith('/') or '..' in path.split('/') or '\0' in path or not path:
            raise OSError(errno.EINVAL, 'path')
        return os.path.join(self.root, path)

    def write(self, path, content, mode):
        full = self.inside(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        temporary = os.path.join(os.path.dirname(full), '.drydock-%d' % os.getpid())
        with open(temporary, 'w', encoding='utf-8', newline='') as f:
            f.write(content)
        os.chmod(temporary, mode)
        st = os.lstat(temporary)
        os.rename(temporary, full)
        self.seen[path] = (st.st_mtime_ns, st.st_size, st.st_ino)

    def delete(self, path):
        try:
            os.unlink(self.inside(path))
        except FileNotFoundError:
            pass
        self.seen.pop(path, None)


def sync(conn, request, pending):
    become_learner()
    os.umask(0o022)
    folder = Folder(request['dir'])
    os.makedirs(request['dir'], exist_ok=True)
    send = lambda line: conn.sendall(json.dumps(line).encode() + b'\n')
    for change in folder.changes():
        send(change)
    send({'ready': True})
    while True:
        while b'\n' in pending:
            line, _, pending = pending.partition(b'\n')
            order = json.loads(line)
            try:
                # What somebody else wrote just before is reported before it is written over, so that it is not lost unseen.
                for change in folder.changes():
                    send(change)
                if order['op'] == 'write':
                    folder.write(order['path'], order['content'], int(order.get('mode', 0o644)) & 0o777)
                else:
                    folder.delete(order['path'])
                send({'done': order['id']})
            except (OSError, UnicodeError) as e:
                send({'failed': order['id'], 'detail': str(e)})
        if select.select([conn], [], [], POLL_SECONDS)[0]:
            data = conn.recv(65536)
            if not data or len(pending) > 4 << 20:
                return
            pending += data
        else:
            for change in folder.changes():
                send(change)


def run(conn, request):
    import subprocess
    process = subprocess.Popen(
        request['argv'], cwd=request.get('cwd', '/'), env=learner_environment(request.get('env', {})), preexec_fn=lambda: (default_signals(), become_learner()),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + float(request.get('timeout', 30))
    output = {process.stdout: bytearray(), process.stderr: bytearray()}
    streams = list(output)
    timed_out = False
    while streams:
        left = deadline - time.monotonic()
        ready = select.select(streams + [conn], [], [], max(left, 0))[0]
        if not ready or conn in ready:
            timed_out = conn not in ready
            os.killpg(process.pid, signal.SIGKILL)
            break
        for stream in ready:
            data = os.read(stream.fileno(), 65536)
            if not data:
                streams.remove(stream)
            output[stream] += data[:max(0, (1 << 20) - len(output[stream]))]
    code = process.wait()
    text = lambda s: bytes(output[s]).decode('utf-8', 'replace')
    answer = {'exit': 124 if timed_out else code, 'stdout': text(process.stdout), 'stderr': text(process.stderr)}
    conn.sendall(json.dumps(answer).encode() + b'\n')


def serve(conn):
    pending = b''
    while b'\n' not in pending:
        data = conn.recv(65536)
        if not data or len(pending) > 1 << 20:
            return
        pending += data
    line, _, rest = pending.partition(b'\n')
    request = json.loads(line)
    if request['op'] == 'shell':
        shell(conn, request, rest)
    elif request['op'] == 'sync':
        sync(conn, request, rest)
    elif request['op'] == 'run':
        run(conn, request)


def groups_of(name):
    """uid's own group and its others, from /etc/passwd and /etc/group as the learner may have changed them."""
    gid, others = LEARNER_UID, []
    for line in open('/etc/passwd'):
        part = line.split(':')
        if part[0] == name:
            gid = int(part[3])
    for line in open('/etc/group'):
        part = line.strip().split(':')
        if len(part) > 3 and name in part[3].split(','):
            others.append(int(part[2]))
    return gid, [gid] + others


LEARNER_GID, LEARNER_GROUPS = groups_of('learner')


def main():
    listener = socket.socket(fileno=int(sys.argv[1]))
    listener.setblocking(True)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        conn, _ = listener.accept()
        try:
            child = os.fork()
        except OSError as e:  # the berth is at its bound of processes: this request fails, the agent stays
            sys.stderr.write('agent: %r\n' % (e,))
            conn.close()
            continue
        if child == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                serve(conn)
            except (OSError, ValueError, KeyError, TypeError) as e:
                sys.stderr.write('agent: %r\n' % (e,))
            os._exit(0)
        conn.close()


main()
