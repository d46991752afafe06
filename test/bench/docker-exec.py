"""`docker exec -it` on a pty of its own, driven from inside the berth. Reads orders from standard input, answers each with a line of JSON.

    keys N PAUSE   N keystrokes, PAUSE seconds apart: the seconds from each write to the pty until its echo was read from it
    bulk BYTES     sends a newline, reads so many bytes: the seconds that took

argv: the container, then the program in it. The program prints READY when it is ready.
"""
import json, os, pty, sys, termios, time

pid, master = pty.fork()
if pid == 0:
    os.execvp('docker', ['docker', 'exec', '-it'] + sys.argv[1:])

attributes = termios.tcgetattr(0)
attributes[3] &= ~(termios.ECHO | termios.ICANON)
termios.tcsetattr(0, termios.TCSANOW, attributes)

seen = b''
while b'READY' not in seen:
    seen += os.read(master, 65536)


def one_key():
    began = time.perf_counter()
    os.write(master, b'x')
    while b'x' not in os.read(master, 65536):
        pass
    return time.perf_counter() - began


def bulk(total):
    began = time.perf_counter()
    os.write(master, b'\n')
    while total > 0:
        total -= len(os.read(master, 65536))
    return time.perf_counter() - began


def say(what):
    sys.stdout.write('\n' + json.dumps(what) + '\n')
    sys.stdout.flush()


say('ready')
while True:
    order = sys.stdin.readline().split()
    if not order:
        break
    if order[0] == 'keys':
        taken = []
        for _ in range(int(order[1])):
            time.sleep(float(order[2]))
            taken.append(one_key())
        say(taken)
    else:
        say(bulk(int(order[1])))
