# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import html
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.account import Credentials
from odoo.addons.mail_gateway_plus.core.secret import hidden

PASSWORD = 's3cret "wörds" and \\more'
TOKEN = "ya29.a0AfH6SMBx-secret-token_of-some-length"


def coded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "form",
    [
        PASSWORD,
        PASSWORD.replace("\\", "\\\\").replace('"', '\\"'),
        coded(PASSWORD),
        coded(f"\0ann\0{PASSWORD}"),
        coded(f"ann\0ann\0{PASSWORD}"),
        coded(f"\0ann\0{PASSWORD}")[16:],
        PASSWORD.encode().hex(),
        PASSWORD.encode().hex().upper(),
        quote(PASSWORD),
        quote_plus(PASSWORD),
        html.escape(PASSWORD),
        PASSWORD.upper(),
    ],
)
@pytest.mark.parametrize("around", ["{}", "NO LOGIN ann {} is wrong", "{} and {}"])
def test_password_is_hidden_in_any_form(form, around):
    said = around.replace("{}", form)
    assert hidden(said, Credentials("ann", PASSWORD)) == around.replace("{}", "***")


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "somebody else"])
def test_password_within_a_longer_piece_of_base64(before):
    """Three letters at most are left of it, which the neighbours decide on."""
    piece = coded(f"{before}{PASSWORD} and more")
    shown = hidden(piece, Credentials("ann", PASSWORD))
    assert "***" in shown
    left = [part for part in shown.split("***") if part]
    sure = coded(PASSWORD)[4:-4]
    assert not [part for part in left if part in sure and len(part) > 3]


def test_token_is_hidden_in_any_form():
    secret = f"user=ann\1auth=Bearer {TOKEN}\1\1"
    credentials = Credentials("", secret, "XOAUTH2")
    for form in (secret, TOKEN, coded(secret), coded(secret)[:60]):
        assert hidden(f"x {form} y", credentials) == "x *** y"


@pytest.mark.parametrize(
    "password", ["two  blanks", "a tab\there", " around it ", "a\u00a0b"]
)
def test_blanks_that_were_made_one(password):
    """As they are where what a server said is shown in one line."""
    for form in (password, " ".join(password.split())):
        assert hidden(f"no, {form}!", Credentials("ann", password)) == "no, ***!"


def test_what_a_server_cut_off():
    credentials = Credentials("ann", PASSWORD)
    assert hidden(f"LOGIN ann {PASSWORD[:9]}", credentials) == "LOGIN ann ***"
    sent = coded(f"\0ann\0{PASSWORD}")
    assert hidden(f"{sent[:20]}... is wrong", credentials) == "***... is wrong"


def test_words_that_merely_begin_like_the_password_stay():
    credentials = Credentials("ann", "passwords-are-dull")
    said = "Password required; the password was not given"
    assert hidden(said, credentials) == said


def test_password_right_behind_its_own_beginning():
    assert hidden("aaaaaaaaab", Credentials("ann", "aaaaaaaab")) == "a***"


def test_without_a_secret_nothing_is_hidden():
    assert hidden("all of it", Credentials("", "")) == "all of it"


@given(st.text("0123 ,."), st.text("abc", min_size=1), st.text("0123 ,."))
def test_just_the_secret_goes(before, secret, after):
    shown = hidden(before + secret + after, Credentials("ann", secret))
    assert shown == f"{before}***{after}"


def test_hostile_answer_costs_no_time():
    begin = time.process_time()
    hidden("a" * 10_000, Credentials("ann", "aaaaaaaab"))
    assert time.process_time() - begin < 0.5
