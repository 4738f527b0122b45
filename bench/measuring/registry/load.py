"""Clients: processes of their own, each with one connection that stays open, which do what Docker does.

They share the machine with what they measure, so they do little: requests are written by hand, and only what is short is
hashed again.
"""

import multiprocessing
import socket
import threading
import time

from ..process import Failed
from .content import MANIFEST, digest

PIECE = 1 << 20


class Connection:
    """HTTP/1.1, one request after the other."""

    def __init__(self, address, authorization):
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host = f"{address[0]}:{address[1]}"
        self.authorization = f"Authorization: {authorization}\r\n" if authorization else ""
        self.rest = b""

    def ask(self, method, path, status, body=(), headers="", into=None):
        """Sends a request with a body in pieces; returns headers and body, which must come with this status."""
        length = sum(len(piece) for piece in body)
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n{self.authorization}{headers}Content-Length: {length}\r\n\r\n"
        head = head.encode()
        if length < PIECE:
            self.socket.sendall(head + b"".join(body))
        else:
            self.socket.sendall(head)
            for piece in body:
                self.socket.sendall(piece)
        found, headers = self.head()
        left = 0 if method == "HEAD" or found == 204 else int(headers.get("content-length", 0))
        answer = self.body(left, into)
        if found != status:
            raise Failed(f"{method} {path}: {found}, {bytes(answer[:500])}")
        return headers, answer

    def head(self):
        """The status and the headers of an answer."""
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            if not (more := self.socket.recv(64 << 10)):
                raise Failed("the connection was closed")
            self.rest += more
        lines, self.rest = self.rest[:end].decode("latin-1").split("\r\n"), self.rest[end + 4 :]
        headers = (line.split(":", 1) for line in lines[1:])
        return int(lines[0].split(" ")[1]), {name.lower(): value.strip() for name, value in headers}

    def body(self, left, into):
        """The bytes of an answer; where a buffer is given, only how many there were matters."""
        if into is None:
            while len(self.rest) < left:
                if not (more := self.socket.recv(64 << 10)):
                    raise Failed("the connection was closed")
                self.rest += more
            found, self.rest = self.rest[:left], self.rest[left:]
            return found
        left -= len(self.rest)
        self.rest = b""
        while left > 0:
            if not (count := self.socket.recv_into(into, min(left, len(into)))):
                raise Failed("the connection was closed")
            left -= count
        return b""


def push_blob(connection, repository, name, pieces):
    """As Docker does: is it there? Begin, send, end."""
    connection.ask("HEAD", f"/v2/{repository}/blobs/{name}", 404)
    headers, _ = connection.ask("POST", f"/v2/{repository}/blobs/uploads/", 202)
    kind = "Content-Type: application/octet-stream\r\n"
    headers, _ = connection.ask("PATCH", path(headers["location"]), 202, pieces, kind)
    location = path(headers["location"])
    connection.ask("PUT", f"{location}{'&' if '?' in location else '?'}digest={name}", 201)


def path(location):
    """A location without the host that some registries write."""
    return location if location.startswith("/") else "/" + location.split("/", 3)[3]


def push_image(connection, repository, image):
    """Its blobs, then its manifest with a tag."""
    tag, manifest, blobs = image
    for name, blob in blobs:
        push_blob(connection, repository, name, [blob])
    connection.ask("PUT", f"/v2/{repository}/manifests/{tag}", 201, [manifest], f"Content-Type: {MANIFEST}\r\n")


def pull_image(connection, repository, image):
    """Its manifest, by tag, and its blobs; all checked."""
    tag, manifest, blobs = image
    _, found = connection.ask("GET", f"/v2/{repository}/manifests/{tag}", 200, headers=f"Accept: {MANIFEST}\r\n")
    if found != manifest:
        raise Failed(f"another manifest came for {tag}")
    for name, _ in blobs:
        _, found = connection.ask("GET", f"/v2/{repository}/blobs/{name}", 200)
        if digest(found) != name:
            raise Failed(f"other bytes came for {name}")


def push_images(asker, small, connections):
    """All images on so many connections."""
    return together(asker, small.repository, small.images, connections, push_image)


def pull_images(asker, small, connections):
    """All images on so many connections."""
    return together(asker, small.repository, small.images, connections, pull_image)


def push_blobs(asker, large):
    """All blobs at once."""

    def work(connection, repository, blob):
        push_blob(connection, repository, *blob)

    return together(asker, large.repository, large.blobs, len(large.blobs), work)


def pull_blobs(asker, large):
    """All blobs at once."""

    def work(connection, repository, blob):
        connection.ask("GET", f"/v2/{repository}/blobs/{blob[0]}", 200, into=bytearray(PIECE))

    return together(asker, large.repository, large.blobs, len(large.blobs), work)


def together(asker, repository, things, connections, work):
    """Does work for each thing, by processes that begin together; the seconds of each, and of all."""
    context = multiprocessing.get_context("fork")
    ready, results = context.Barrier(connections + 1), context.Queue()
    authorization = asker.authorization(repository)

    def client(number):
        try:
            connection, times = Connection(asker.address, authorization), []
            ready.wait()
            for thing in things[number::connections]:
                begun = time.perf_counter()
                work(connection, repository, thing)
                times.append(time.perf_counter() - begun)
            results.put((times, ""))
        except Exception as error:
            ready.abort()
            results.put(([], f"{type(error).__name__}: {error}"))

    clients = [context.Process(target=client, args=(number,)) for number in range(connections)]
    for one in clients:
        one.start()
    try:
        ready.wait()
    except threading.BrokenBarrierError:
        # A client says why.
        pass
    begun = time.perf_counter()
    done = [results.get() for _ in clients]
    wall = time.perf_counter() - begun
    for one in clients:
        one.join()
    if problems := [problem for _, problem in done if problem]:
        raise Failed("; ".join(problems))
    return [seconds for times, _ in done for seconds in times], wall
