"""A tiny HTTP server with faults.   usage: server.py PORT LOG FILE
/file FILE whole; /truncated, /flaky (whole the third time), /busy (503 first), /nolength, /chunked, /garbage, /silent,
/stall; /event notes method, path and body in LOG and answers ok, or ?status=N; anything else 404."""
import http.server
import sys
import time
import urllib.parse

port, log, name = int(sys.argv[1]), sys.argv[2], sys.argv[3]
data = open(name, "rb").read()
counts = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def note(self, body=b""):
        with open(log, "ab") as f:
            line = f"{self.command} {self.path} {self.request_version} host={self.headers['Host']} agent={self.headers['User-Agent']} body={len(body)}\n"
            f.write(line.encode())
            if body:
                with open(log + ".body", "wb") as b:
                    b.write(body)

    def whole(self, status, body, length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        self.close_connection = True
        url = urllib.parse.urlsplit(self.path)
        n = counts[url.path] = counts.get(url.path, 0) + 1
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.note(body)
        half = data[: len(data) // 2]
        if url.path == "/event":
            self.whole(int(urllib.parse.parse_qs(url.query).get("status", ["200"])[0]), b"ok")
        elif url.path == "/file" or (url.path == "/flaky" and n > 2) or (url.path == "/busy" and n > 1):
            self.whole(200, data)
        elif url.path in ("/truncated", "/flaky"):
            self.whole(200, half, len(data))
        elif url.path == "/busy":
            self.whole(503, b"not yet")
        elif url.path == "/nolength":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)
        elif url.path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for i in range(0, len(data), 7001):
                piece = data[i : i + 7001]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        elif url.path == "/garbage":
            self.wfile.write(b"220 this is no web server\r\n")
        elif url.path == "/silent":
            time.sleep(20)
        elif url.path == "/stall":
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(half)
            self.wfile.flush()
            time.sleep(20)
        else:
            self.whole(404, b"no such file\n")

    do_GET = do_POST = handle_any

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer.allow_reuse_address = True
server = http.server.ThreadingHTTPServer(("", port), Handler)
server.daemon_threads = True
server.serve_forever()
