# SPDX-License-Identifier: MulanPSL-2.0
"""A bad line between two network namespaces, whatever the kernel was built with:

    lossy.py NAMESPACE-A NAMESPACE-B LOSS DUPLICATE DELAY JITTER SEED

A TUN device `line` in each (to be given addresses by the caller); every packet is lost or doubled with these
probabilities and held back DELAY +- JITTER seconds, each for itself, so that packets also overtake each other. Prints
"ready"; on SIGTERM what happened, as JSON."""
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import signal
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def device_in(namespace):
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/var/run/netns/{namespace}") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"line", IFF_TUN | IFF_NO_PI))
    return fd


def main():
    a, b = (device_in(name) for name in sys.argv[1:3])
    loss, double, delay, jitter = map(float, sys.argv[3:7])
    chance = random.Random(int(sys.argv[7]))
    other, queue, count = {a: b, b: a}, [], {"sent": 0, "lost": 0, "doubled": 0}

    def stop(*_):
        print(json.dumps(count), flush=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        while queue and queue[0][0] <= now:
            _, _, to, packet = heapq.heappop(queue)
            try:
                os.write(to, packet)
            except OSError:
                pass  # the device is down: lost as well
        wait = max(0, queue[0][0] - now) if queue else 1
        for fd in select.select([a, b], [], [], wait)[0]:
            try:
                packet = os.read(fd, 65536)
            except BlockingIOError:
                continue
            count["sent"] += 1
            if chance.random() < loss:
                count["lost"] += 1
                continue
            copies = 1 + (chance.random() < double)
            count["doubled"] += copies - 1
            for _ in range(copies):
                due = time.monotonic() + delay + chance.uniform(-jitter, jitter)
                heapq.heappush(queue, (due, count["sent"] * 2 + copies, other[fd], packet))
                copies -= 1


main()
