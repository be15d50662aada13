# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import re

import lxml.html
from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import human_size
from odoo.tools.mail import html_sanitize

from ..core.message import bounds, content, repair

#: What is larger is not taken apart for a look at it (bytes).
MESSAGE_SHOWN = 32 * 1024 * 1024
#: As much HTML as is cleaned, as much text and as many bytes of images as is shown.
HTML_SHOWN = 512 * 1024
TEXT_SHOWN = 200_000
IMAGES_SHOWN = 8 * 1024 * 1024

#: Attributes that fetch something or lead somewhere.
_LEADING = frozenset(
    ("href", "src", "srcset", "background", "poster", "action", "data", "cite", "ping")
)

#: What shows something from elsewhere, or draws instead of saying something.
_FOREIGN = ("svg", "math", "video", "audio", "picture", "map", "canvas", "dialog")
#: Addresses of images that come with the message.
_INSIDE = ("cid:", "data:image/")


class MailGatewayIncoming(models.Model):
    """A look at the message that no message can abuse.

    HTML is cleaned, then loses whatever leads out of it, and is shown in a frame that
    may neither run scripts nor load anything (see ``controllers/main.py``).
    """

    _inherit = "mail.gateway.incoming"

    def get_preview(self):
        """What the form shows of the message.

        :return: ``note`` why nothing is shown, ``url`` of the page with the body,
            ``attachments`` as a list of their names, types, sizes and addresses
        """
        self.ensure_one()
        self.check_access("read")
        note = self._not_shown()
        place = f"/mail_gateway_plus/incoming/{self.id}"
        attachments = () if note else content.read(self._readable()).attachments
        return {
            "note": note,
            "url": "" if note else f"{place}/preview",
            "attachments": [
                {
                    "name": found.name,
                    "type": found.content_type,
                    "size": human_size(found.size),
                    "url": f"{place}/attachment/{found.number}",
                }
                for found in attachments
            ],
        }

    def _not_shown(self):
        """Why the message cannot be looked at, empty when it can."""
        if self.raw_purged:
            return self._purged_text()
        if self.head_only:
            return self._head_only_text()
        if self.size > MESSAGE_SHOWN:
            return self.env._(
                "At %s the message is too large to be shown. Download it to look at"
                " it.",
                human_size(self.size),
            )
        finding = bounds.exceeded(self._readable())
        if not finding:
            return ""
        title = self.env["mail.gateway.advice"]._of(finding.code).title
        return self.env._(
            "The message is not shown, for it could keep Odoo busy for too long: %s."
            " Download it to look at it.",
            title,
        )

    def _readable(self):
        """The message as Odoo gets it: what is broken in it does not hide its text."""
        return repair.repaired(self._raw())

    def _attachment(self, number):
        """(name, type, size), bytes; None where there is no such attachment."""
        if self._not_shown():
            return None
        return content.attachment(self._readable(), number)

    def _preview_page(self):
        """The body as a page of its own."""
        note = self._not_shown()
        if note:
            return _page(Markup("<p>%s</p>") % note)
        raw = self._readable()
        seen = content.read(raw)
        shown = [self._shown(body) for body in seen.bodies]
        empty = Markup("<p>%s</p>") % self.env._("The message has no text.")
        page = Markup("<hr/>").join(shown) or empty
        return _page(_with_images(page, raw, seen))

    def _shown(self, body):
        if body.kind == "html" and len(body.content) <= HTML_SHOWN:
            return _harmless(body.content)
        text, left = body.content[:TEXT_SHOWN], len(body.content) - TEXT_SHOWN
        page = Markup("<pre>%s</pre>") % text
        if left > 0:
            more = self.env._("%s more characters are not shown.", left)
            page += Markup("<p>… %s</p>") % more
        return page

    def _purged_text(self):
        return self.env._(
            "Only the headers of this message are kept; its content was removed when"
            " its time was over (see Incoming Mail in the General Settings)."
        )

    def _head_only_text(self):
        return self.env._(
            "Only the headers of this message are here, for it is larger than its"
            " mailbox takes. Press Process Again to have it fetched whole."
        )

    def _check_raw(self):
        """What needs the message says so where its content was removed."""
        for row in self:
            if row.raw_purged:
                raise UserError(row._purged_text())

    def _check_whole(self):
        """What hands the message on needs all of it."""
        self._check_raw()
        for row in self:
            if row.head_only:
                raise UserError(row._head_only_text())


def _page(body):
    return (
        Markup(
            '<!DOCTYPE html><html><head><meta charset="utf-8"/><style>'
            "body{font:14px/1.5 sans-serif;margin:12px;overflow-wrap:anywhere;"
            "background:#fff;color:#222}"
            "pre{font:13px/1.5 monospace;white-space:pre-wrap;margin:0}"
            "img{max-width:100%%;height:auto}</style></head><body>%s</body></html>"
        )
        % body
    )


def _harmless(html):
    """The HTML without scripts, forms and all that leads out of it; a link keeps its
    address as a tooltip."""
    cleaned = html_sanitize(
        html, sanitize_form=True, sanitize_conditional_comments=True, strip_classes=True
    )
    if not str(cleaned).strip():
        return Markup()
    root = lxml.html.fragment_fromstring(str(cleaned), create_parent="div")
    for element in list(root.iter(*_FOREIGN)):
        element.drop_tree()
    for element in root.iter(lxml.etree.Element):
        _lead_nowhere(element)
    for image in list(root.iter("img")):
        if not image.get("src"):
            _name_instead(image)
    return Markup(lxml.html.tostring(root, encoding="unicode"))


def _lead_nowhere(element):
    for name in _LEADING.intersection(element.attrib):
        value = element.attrib.pop(name)
        if name == "href":
            element.set("title", value)
        elif name == "src" and value.lower().startswith(_INSIDE):
            element.set("src", value)
    if style := element.attrib.pop("style", ""):
        element.set("style", _plain_style(style))


def _plain_style(style):
    """The declarations that load nothing, in whatever disguise (CSS knows \\75 rl)."""
    plain = (d for d in style.split(";") if not re.search(r"url|image|\\", d, re.I))
    return ";".join(plain)


def _name_instead(image):
    """Images from elsewhere are not loaded; most of them count readers anyway."""
    name = image.get("alt")
    image.text = f"[{name}]" if name else None
    image.tag = "span"
    image.attrib.clear()


def _with_images(page, raw, seen):
    """Images of the message itself stand in the page; it loads none."""
    room = IMAGES_SHOWN
    for name, number in seen.images.items():
        address = Markup('src="cid:%s"') % name
        found = address in page and content.attachment(raw, number)
        if not found or len(found[1]) > room:
            continue
        room -= len(found[1])
        data = base64.b64encode(found[1]).decode()
        inside = Markup('src="data:%s;base64,%s"') % (found[0].content_type, data)
        page = page.replace(address, inside)
    return page
