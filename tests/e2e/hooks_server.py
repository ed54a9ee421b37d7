#!/usr/bin/env python3
"""hooks_server.py FOLDER PORT [tls]: keeps each POST as FOLDER/N.body and N.headers, and answers with the status in FOLDER/answer.

Text after the status is the answer's body. `wait S` before it: answers after S seconds. `drip`: an answer that never ends.
"""
import http.server
import pathlib
import ssl
import sys
import time

folder, port = pathlib.Path(sys.argv[1]), int(sys.argv[2])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        n = len(list(folder.glob("*.body")))
        (folder / f"{n:03}.headers").write_text(self.path + "\n" + str(self.headers))
        (folder / f"{n:03}.body").write_bytes(body)
        words = (folder / "answer").read_text().split()
        if words[0] == "wait":
            time.sleep(float(words[1]))
            words = words[2:]
        if words[0] == "drip":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 1000)
                    time.sleep(0.1)
            except OSError:
                return
        text = " ".join(words[1:]).encode()
        self.send_response(int(words[0]))
        if words[0] == "302":
            self.send_header("Location", f"http://{self.headers['Host']}/elsewhere")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler)
server.daemon_threads = True
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
