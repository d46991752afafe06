"""Types at a program on a terminal and times what comes back. The same loop on both sides of the comparison; only the way differs:

    typist.py exec CONTAINER PROGRAM               the pty of `docker exec -it CONTAINER sh -c PROGRAM`, in the berth
    typist.py page HOST:PORT COOKIE LESSON PROGRAM the lesson page's WebSocket: opens the shell in the container and starts PROGRAM in it

PROGRAM prints READY when it is ready. Then orders come by standard input, each answered by a line of JSON:

    keys N PAUSE   N keystrokes, PAUSE seconds apart: the seconds from each being sent to its echo
    bulk BYTES     sends a newline and takes so many bytes in: the seconds that took
"""
import base64, json, os, pty, socket, struct, sys, termios, time

OUTPUT, INPUT, ACK = 0, 1, 3  # backend/protocol/frames.ts
ACK_EVERY_BYTES = 64 * 1024


class Exec:
    def __init__(self, container, program):
        pid, self.master = pty.fork()
        if pid == 0:
            os.execvp('docker', ['docker', 'exec', '-it', container, 'sh', '-c', program])

    def write(self, data):
        os.write(self.master, data)

    def read(self):
        return os.read(self.master, 65536)

    def end(self):
        os.close(self.master)


class Page:
    """As much of a WebSocket (RFC 6455) and of the page's protocol as it takes."""

    def __init__(self, address, cookie, lesson, program):
        host, port = address.split(':')
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((
            f'GET /api/lesson?lesson={lesson}&lang=en HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\n'
            f'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n').encode())
        self.waiting = bytearray()
        while b'\r\n\r\n' not in self.waiting:
            came = self.socket.recv(4096)
            if not came:
                raise SystemExit('the connection was refused')
            self.waiting += came
        head, _, rest = bytes(self.waiting).partition(b'\r\n\r\n')
        assert b' 101 ' in head, head
        self.waiting = bytearray(rest)
        self.send(1, json.dumps({'id': 1, 'type': 'terminal.open', 'kind': 'container', 'cols': 80, 'rows': 24}).encode())
        self.number, self.closed = None, False
        self.position = self.acknowledged = 0
        while self.number is None:
            self.read()
        # The terminal shows what is typed: the READY that is typed is not the one that is waited for.
        typed = program.replace('READY', 'REA""DY')
        self.write(f"exec sh -c '{typed}'\n".encode())

    def send(self, opcode, payload):
        # The mask of zeros is allowed and changes nothing.
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else struct.pack('>BH', 0x80 | 126, len(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + size + b'\0\0\0\0' + payload)

    def frame(self, kind, position, payload):
        self.send(2, struct.pack('>BHQ', kind, self.number, position) + payload)

    def write(self, data):
        self.frame(INPUT, 0, data)

    def read(self):
        """The output in the messages that came."""
        if not self.whole():
            came = self.socket.recv(262144)
            if not came:
                raise SystemExit('the connection was closed')
            self.waiting += came
        output = b''
        while (size := self.whole()):
            header, length = size
            opcode, payload = self.waiting[0] & 15, bytes(self.waiting[header:header + length])
            del self.waiting[:header + length]
            if opcode == 2 and payload[0] == OUTPUT:
                output += payload[11:]
            elif opcode == 9:
                self.send(10, payload)
            elif opcode == 1:
                message = json.loads(payload)
                if message['type'] == 'terminal.opened':
                    self.number = message['terminal']
                elif message['type'] == 'ok' and message['id'] == 2:
                    self.closed = True
                elif message['type'] == 'error':
                    raise SystemExit(str(message))
        self.position += len(output)
        if self.position - self.acknowledged >= ACK_EVERY_BYTES:
            self.acknowledged = self.position
            self.frame(ACK, self.position, b'')
        return output

    def end(self):
        # A terminal outlives its page.
        self.send(1, json.dumps({'id': 2, 'type': 'terminal.close', 'terminal': self.number}).encode())
        while not self.closed:
            self.read()

    def whole(self):
        """Lengths of the first message's header and payload, when all of it is there."""
        have = len(self.waiting)
        if have < 2:
            return None
        header, length = 2, self.waiting[1] & 127
        if length == 126:
            header = 4
            if have < header:
                return None
            length = int.from_bytes(self.waiting[2:4], 'big')
        elif length == 127:
            header = 10
            if have < header:
                return None
            length = int.from_bytes(self.waiting[2:10], 'big')
        return (header, length) if have >= header + length else None


def one_key(way):
    began = time.perf_counter()
    way.write(b'x')
    while b'x' not in way.read():
        pass
    return time.perf_counter() - began


def bulk(way, total):
    began = time.perf_counter()
    way.write(b'\n')
    while total > 0:
        total -= len(way.read())
    return time.perf_counter() - began


def say(what):
    sys.stdout.write('\n' + json.dumps(what) + '\n')
    sys.stdout.flush()


def main():
    if os.isatty(0):
        attributes = termios.tcgetattr(0)
        attributes[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(0, termios.TCSANOW, attributes)
    way = {'exec': Exec, 'page': Page}[sys.argv[1]](*sys.argv[2:])
    seen = b''
    while b'READY' not in seen:
        seen += way.read()
    say('ready')
    while True:
        order = sys.stdin.readline().split()
        if not order:
            way.end()
            break
        if order[0] == 'keys':
            taken = []
            for _ in range(int(order[1])):
                time.sleep(float(order[2]))
                taken.append(one_key(way))
            say(taken)
        else:
            say(bulk(way, int(order[1])))


main()
