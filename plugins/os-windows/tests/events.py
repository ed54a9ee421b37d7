"""What WinPE asks of the server: events, logged a line each (`+` where a text came along), and net.cmd.
usage: events.py ADDRESS LOG NET.CMD"""
import http.server
import sys
import urllib.parse

address, log, net = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, body=b""):
        url = urllib.parse.urlparse(self.path)
        query = urllib.parse.parse_qs(url.query)
        if url.path == "/boot/event":
            with open(log, "a", encoding="utf-8") as out:
                words = [query.get(k, [""])[0] for k in ("mac", "stage", "reason")]
                out.write(" ".join(w for w in words + ["+" if body else ""] if w) + "\n")
            self.reply(200, b"ok\n")
        elif url.path.endswith("/net.cmd"):
            with open(net, "rb") as text:
                self.reply(200, text.read())
        else:
            self.reply(404, b"")

    def reply(self, code, body):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer((address, 80), Handler).serve_forever()
