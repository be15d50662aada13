# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose word counts in a message that has come back."""

import datetime

import pytest

from odoo.addons.mail_gateway_plus.core.delivery import arrival

POSTFIX = """\
Return-Path: <ann@h.example>
Delivered-To: erp@box.example
Received: from mx.box.example by store.box.example with LMTP id a; Fri, 20 Nov 2026
 09:00:07 +0000
Received: from relay.net.example (relay.net.example [192.0.2.1])
 (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
 by mx.box.example (Postfix) with ESMTPS id b; Fri, 20 Nov 2026 09:00:06 +0000
Authentication-Results: mx.box.example; spf=pass smtp.mailfrom=ann@h.example;
 dkim=fail header.d=h.example; dkim=pass header.d=relay.net.example;
 dmarc=pass header.from=h.example
Authentication-Results: relay.net.example; spf=fail; dmarc=fail
Received: from odoo.h.example (odoo.h.example [192.0.2.2])
 (using TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits))
 by relay.net.example with ESMTPSA id c; Fri, 20 Nov 2026 09:00:01 +0000
From: ann@h.example

"""

GMAIL = """\
Delivered-To: erp@gmail.com
Received: by 2002:a05:7108:4d0f:b0:1 with SMTP id d15csp1; Fri, 20 Nov 2026 01:00:09
 -0800 (PST)
Return-Path: <ann@h.example>
Received: from relay.net.example (relay.net.example. [192.0.2.1])
 by mx.google.com with ESMTPS id a1 for <erp@gmail.com>
 (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);
 Fri, 20 Nov 2026 01:00:08 -0800 (PST)
Authentication-Results: mx.google.com;
 dkim=pass header.i=@h.example header.s=s1; spf=softfail (google.com: no)
 smtp.mailfrom=ann@h.example
Received: from odoo by relay.net.example with ESMTPSA; Fri, 20 Nov 2026 09:00:01 +0000
From: ann@h.example

"""

MICROSOFT = """\
Received: from AM1.eurprd01.prod.outlook.com (2603:1::1) by
 DB1.eurprd01.prod.outlook.com with HTTPS; Fri, 20 Nov 2026 09:00:09 +0000
Received: from AM1PEPF1.eurprd01.prod.outlook.com (2603:2::1) by
 AM1.eurprd01.prod.outlook.com with Microsoft SMTP Server (version=TLS1_2,
 cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20; Fri, 20 Nov 2026 09:00:08 +0000
Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=h.example;
 dkim=none (message not signed); dmarc=bestguesspass action=none header.from=h.example
Received: from relay.net.example (192.0.2.1) by
 AM1PEPF1.mail.protection.outlook.com (10.1.1.1) with Microsoft SMTP Server
 (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20; Fri, 20 Nov 2026 09:00:06
 +0000
Received: from odoo by relay.net.example with ESMTPSA; Fri, 20 Nov 2026 09:00:01 +0000
From: ann@h.example

"""


def read(text, *hosts):
    return arrival.read(text.replace("\n", "\r\n").encode(), hosts)


@pytest.mark.parametrize(
    "text, host, by, results, tls",
    [
        (POSTFIX, "imap.box.example", "mx.box.example",
         {"spf": ("pass", "ann@h.example"), "dkim": ("pass", "relay.net.example"),
          "dmarc": ("pass", "h.example")},
         "TLS 1.3, TLS_AES_256_GCM_SHA384"),
        (GMAIL, "imap.gmail.com", "mx.google.com",
         {"dkim": ("pass", "@h.example"), "spf": ("softfail", "ann@h.example")},
         "TLS 1.3, TLS_AES_256_GCM_SHA384"),
        (MICROSOFT, "outlook.office365.com", "outlook.com",
         {"spf": ("pass", "h.example"), "dkim": ("none", ""),
          "dmarc": ("bestguesspass", "h.example")},
         "TLS 1.3, TLS_AES_256_GCM_SHA384"),
    ],
)  # fmt: skip
def test_results_of_the_mailbox_and_the_hop_into_it(text, host, by, results, tls):
    found = read(text, host)
    assert found.checked_by == by
    assert dict(found.results) == results
    assert found.last_hop.tls == tls and found.last_hop.source == "relay.net.example"


def test_moment_is_that_of_the_last_server():
    found = read(POSTFIX, "imap.box.example")
    moment = datetime.datetime(2026, 11, 20, 9, 0, 7, tzinfo=datetime.UTC)
    assert found.moment == moment
    assert found.return_path == "ann@h.example"


@pytest.mark.parametrize(
    "lines",
    [
        # The server that it was sent through has checked who logged in
        """\
Received: from relay.net.example by mx.box.example with ESMTPS; Fri, 20 Nov 2026
 09:00:06 +0000
Authentication-Results: relay.net.example; spf=pass smtp.mailfrom=ann@h.example
Received: from odoo by relay.net.example with ESMTPSA; Fri, 20 Nov 2026 09:00:01 +0000
""",
        # Below another server's line anybody may have written the mailbox's name
        """\
Received: from relay.net.example by mx.box.example with ESMTPS; Fri, 20 Nov 2026
 09:00:06 +0000
Received: from odoo by relay.net.example with ESMTPSA; Fri, 20 Nov 2026 09:00:01 +0000
Authentication-Results: mx.box.example; spf=pass; dkim=pass; dmarc=pass
""",
        # And below one that says it was the mailbox's
        """\
Received: from relay.net.example by mx.box.example with ESMTPS; Fri, 20 Nov 2026
 09:00:06 +0000
Received: from odoo by relay.net.example with ESMTPSA; Fri, 20 Nov 2026 09:00:01 +0000
Received: from odoo by mx.box.example with ESMTPS; Fri, 20 Nov 2026 09:00:01 +0000
Authentication-Results: mx.box.example; spf=pass; dkim=pass; dmarc=pass
""",
        # Somebody leaves the name out, who is not Microsoft
        """\
Authentication-Results: spf=pass smtp.mailfrom=ann@h.example
Received: from relay.net.example by mx.box.example with ESMTPS; Fri, 20 Nov 2026
 09:00:06 +0000
""",
    ],
)
def test_results_of_others_do_not_count(lines):
    found = read(lines + "From: ann@h.example\n\n", "imap.box.example")
    assert (found.checked_by, dict(found.results)) == ("", {})


def test_hop_without_encryption_and_one_within_a_house():
    text = """\
Received: from relay.box.example by mx.box.example with ESMTP; Fri, 20 Nov 2026
 09:00:06 +0000
Received: from odoo by relay.box.example with ESMTPSA (using TLSv1.3); Fri, 20 Nov 2026
 09:00:01 +0000
From: ann@h.example

"""
    hop = read(text, "imap.box.example").last_hop
    assert (hop.source, hop.is_encrypted, hop.protocol) == (
        "relay.box.example", False, "ESMTP",
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "\n\n", "Received: \n\n", "From: <<>\n\n"])
def test_nothing_is_known_of_what_says_nothing(text):
    found = read(text)
    assert found.sender == "" and found.return_path is None and not found.results


def test_comma_too_many_leaves_the_address():
    found = read("From: Ann <Ann@h.example>,\nSender: erp@h.example ,\n\n")
    assert (found.sender, found.added) == ("ann@h.example", "erp@h.example")
