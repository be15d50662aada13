# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message that tries all it can to run, to load or to send something."""

import contextlib
import http.server
import threading
from email.message import EmailMessage

#: AT is where whatever it loads would be noticed.
PAGE = """\
<html><head><base href="AT/base/"><title>x</title>
<meta http-equiv="refresh" content="0; url=AT/refresh">
<link rel="stylesheet" href="AT/sheet.css"><link rel="prefetch" href="AT/prefetch">
<link rel="dns-prefetch" href="AT"><link rel="icon" href="AT/icon.png">
<style>@import url("AT/import.css"); body { background: url("AT/body.png") }
@font-face { font-family: f; src: url("AT/font.woff") } p { font-family: f }</style>
<script src="AT/script.js"></script></head>
<body background="AT/background.png" onload="new Image().src='AT/onload'">
<p>Dear customer, your account is locked.</p>
<script>new Image().src = "AT/inline"; alert("inline")</script>
<img src="AT/pixel.png" width="1"><img srcset="AT/srcset.png 1x">
<img src="x" onerror="new Image().src='AT/onerror'; alert('onerror')">
<img src="relative.png"><picture><source srcset="AT/source.png"><img></picture>
<svg onload="new Image().src='AT/svg'"><image href="AT/svgimage.png" />
<use href="AT/use.svg#a" /><script>alert("svg")</script></svg>
<video src="AT/video.mp4" poster="AT/poster.png" autoplay></video>
<audio src="AT/audio.mp3" autoplay></audio><iframe src="AT/frame"></iframe>
<iframe srcdoc="<script>new Image().src='AT/srcdoc'</script>"></iframe>
<object data="AT/object"></object>
<form id="f" action="AT/form" method="post"><input name="a"><button autofocus
onfocus="f.submit()">Log in</button></form>
<input type="image" src="AT/button.png">
<table background="AT/table.png"><tr><td style="background:url(AT/cell.png)">t</td>
</tr></table><div style="width: expression(alert(1)); background-image:
url('AT/style.png'); list-style: url(AT/list.png); content: url(AT/content.png)">s</div>
<a href="javascript:alert('link')">here</a> <a href="AT/ping" ping="AT/ping">there</a>
<math><mi xlink:href="data:x,<script>alert(1)</script>">m</mi></math>
<!--[if IE]><img src="AT/comment.png"><![endif]-->
<noscript><img src="AT/noscript.png"></noscript>
<p id="end">The end</p><embed src="AT/embed"></body></html>
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c"
    "49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def page(at):
    return PAGE.replace("AT", at)


def message(to, at, subject="Your account"):
    """The page as a mail, with an image of its own and an attachment with a name that
    is hostile as well."""
    made = EmailMessage()
    made["From"] = "Bank <bank@evil.example>"
    made["To"] = to
    made["Subject"] = subject
    made["Message-ID"] = f"<{abs(hash((to, at, subject)))}@evil.example>"
    made["Date"] = "Fri, 20 Nov 2026 09:00:00 +0000"
    made.set_content("Read the other part.")
    html = page(at).replace("<p id", '<img src="cid:logo@evil" id="logo"><p id')
    made.add_alternative(html, subtype="html")
    made.get_payload()[1].add_related(PNG, "image", "png", cid="<logo@evil>")
    made.add_attachment(
        b"<script>alert('attached')</script>",
        maintype="text",
        subtype="html",
        filename='../<img src=x onerror=alert(1)>".html',
    )
    return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


class _Trap(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.caught.append(self.path)
        self.send_response(204)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_args):
        """Nobody reads it."""


@contextlib.contextmanager
def trap():
    """A web server; yields its address and the list of what was asked of it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Trap)
    server.caught = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.caught
    finally:
        server.shutdown()
        server.server_close()
