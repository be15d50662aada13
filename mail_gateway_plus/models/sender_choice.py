# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Load what is known of letters, let ``core.delivery.identity`` choose."""

from dataclasses import replace
from functools import cache

from ..core.delivery import consistency, written
from ..core.delivery.identity import choose
from ..core.delivery.ladder import NOBODY, Mail
from ..core.delivery.sender import same
from .sender_documents import Documents
from .sender_letter import pair
from .sender_people import People
from .sender_relays import Relays


class Chooser:
    """For several letters, with a handful of queries for all of them."""

    def __init__(self, env, letters):
        self.env, self.letters = env, letters
        self.people = People(env, letters)
        self.documents = Documents(env, letters)
        self.relays = Relays(env)
        self.threads = self._threads()
        self.ours = self._our_domains()
        self.covers = cache(env["mail.gateway.domain"].sudo()._covers)

    def _threads(self):
        """The addresses where an answer reaches a document, among those that answers
        to the letters go to."""
        env = self.env(su=True)
        asked = {pair(one.reply_to)[1] for one in self.letters} - {""}
        aliases = env["mail.alias"].search([("alias_full_name", "in", list(asked))])
        catchalls = env["mail.alias.domain"].search([]).mapped("catchall_email")
        return {*aliases.mapped("alias_full_name"), *filter(None, catchalls)}

    def _our_domains(self):
        addresses = self.documents.identities.mapped("email")
        addresses += [one for one in self.people.defaults if one]
        return {consistency.domain_of(one) for one in addresses} | {*self.relays.paths}

    def choices(self):
        """{key: ``core.delivery.identity.Choice``}, each with its server."""
        return {letter.key: self._choice(letter) for letter in self.letters}

    def _choice(self, letter):
        company = self.people.company(letter)
        employee = self.people.employee(letter)
        ladder = self.documents.ladder(letter, company, employee)
        chosen = self._chosen(letter)
        mail = self._mail(letter, company, employee, chosen)

        def placed(candidate):
            is_chosen = chosen and candidate.address == chosen.address
            return chosen if is_chosen else candidate

        def facts(candidate):
            if candidate.address == mail.stock and not candidate.identity:
                return self._stock_facts(letter, candidate)
            return self.relays.facts(letter, placed(candidate))

        found = choose(mail, ladder, facts, self.env["ir.mail_server"]._in_name_of)
        return self._aligned(letter, replace(found, candidate=placed(found.candidate)))

    def _stock_facts(self, letter, candidate):
        """Stock's From goes through stock's server, which it was made for."""
        server = self._stock(letter)[0]
        return self.relays.facts(letter, replace(candidate, server=server.id or 0))

    def _stock(self, letter):
        return self.relays.stock(
            letter.email_from, letter.alias_domain, letter.server, letter.creator
        )

    def _chosen(self, letter):
        """The identity that stands in the composer, or whose address was written."""
        mine = self.documents.identities.browse(letter.identity or [])
        if not mine and self.people.whose(letter) == written.EXPLICIT:
            address = letter.written[1]
            mine = self.documents.identities.filtered(lambda i: i.email == address)[:1]
            # The name that was written goes before the identity's.
            if mine:
                one = mine._candidate()
                return replace(one, address=(letter.written[0] or mine.name, address))
        return mine._candidate() if mine else None

    def _mail(self, letter, company, employee, chosen):
        server, stock = self._stock(letter)
        author = self.people.author(letter)
        thread = self._thread(letter)
        named = server.mailbox_id.department_id or employee.department_id
        return Mail(
            author,
            stock,
            self._path(letter),
            explicit=chosen.address if chosen else self._explicit(letter, stock),
            thread=thread,
            has_reply_to=self._is_answered_elsewhere(letter, thread),
            company=company,
            place=named.name or self.env["res.company"].sudo().browse(company).name,
            is_personal=bool(server.owner_user_id),
        )

    def _explicit(self, letter, stock):
        """A foreign address that code passes stays what stock makes of it: nobody has
        said that we may write in its name. So does what a mailing list passes on: its
        members are to see who speaks."""
        if letter.is_list:
            return stock
        if self.people.whose(letter) != written.EXPLICIT:
            return NOBODY
        address = letter.written
        is_ours = consistency.domain_of(address[1]) in self.ours
        return address if letter.is_marked or is_ours else stock

    def _thread(self, letter):
        found = pair(letter.reply_to)
        return found if found[1] in self.threads else NOBODY

    def _is_answered_elsewhere(self, letter, thread):
        """Whether somebody has chosen where answers go."""
        found = pair(letter.reply_to)[1]
        is_usual = not found or thread[1] or same(found, letter.written[1])
        return letter.is_elsewhere or not is_usual

    def _path(self, letter):
        env = self.env(su=True)
        domain = env["mail.alias.domain"].browse(letter.alias_domain or [])
        usual = (
            domain.bounce_email or env["ir.mail_server"]._get_default_bounce_address()
        )
        return letter.path or usual or ""

    def _aligned(self, letter, choice):
        """With the return path of the sender's own domain, where we have that."""
        if choice.envelope != self._path(letter) or self._is_stock(letter, choice):
            return choice
        path = written.path_for(choice.sender[1], choice.envelope, self.relays.paths)
        is_taken = not self.relays.facts(letter, choice.candidate).why_not(path)
        return replace(choice, envelope=path if is_taken else choice.envelope)

    def _is_stock(self, letter, choice):
        """Whether Odoo would send it just so without us, and is left to."""
        server, stock = self._stock(letter)
        return (
            choice.sender == stock
            and choice.reply_to is None
            and choice.envelope == self._path(letter)
            and server == self._server_of(letter, choice)
        )

    # --- what is stored of it

    def told(self, letter, choice):
        """The choice as it is kept with a mail, for sending and for telling.
        ``envelope`` is empty, and ``reply_to`` null, where stock's stays."""
        is_usual = choice.envelope == self._path(letter)
        replies = choice.reply_to
        return {
            "version": 1,
            "is_stock": self._is_stock(letter, choice),
            "server": self._server_of(letter, choice).id or 0,
            "from": list(choice.sender),
            "envelope": "" if is_usual else choice.envelope,
            "reply_to": None if replies is None else [list(one) for one in replies],
            "step": choice.step,
            "identity": choice.candidate.identity,
            "reason": _kept(choice.reason),
            "passed_over": [_kept(one) for one in choice.passed_over],
            "noted": [_kept(one) for one in self._noted(letter, choice)],
        }

    def _noted(self, letter, choice):
        """What does not go together in how it leaves."""
        made = (letter.added, letter.message_id)
        fields = consistency.Fields(choice.sender[1], choice.envelope, *made)
        return consistency.findings(fields, self.covers)

    def _server_of(self, letter, choice):
        candidate, stock = choice.candidate, self._stock(letter)
        is_left = choice.step == "stock" and not candidate.identity
        if is_left or candidate.address == stock[1]:
            return stock[0]
        return self.relays.server(letter, candidate)


def _kept(finding):
    return {
        "code": finding.code,
        "severity": finding.severity,
        "params": dict(finding.params),
    }
