# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a mail server pipes in with Odoo's mailgate script.

Stored first, as all mail, and then processed while the mail server waits, with the
answers and exceptions of stock: the mail server acts on them. What fails stays in
quarantine, and if the mail server delivers it again, that delivery takes its place.
"""

import contextlib
import itertools
import logging
import random
import time
import uuid
from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.service.model import MAX_TRIES_ON_CONCURRENCY_FAILURE

from ..core.finding import Finding
from ..core.message import facts
from ..core.routing.observation import Observation
from . import locks, processing
from .observing import observing

_logger = logging.getLogger(__name__)

#: Whoever stored the message processes it at once. Should it die, others find it then.
_LEFT_TO_OTHERS = timedelta(minutes=15)


class SetAside(UserError):
    """The message is kept from Odoo; the mail server is to learn of it."""


def take(thread, server, raw, options):
    """Store and process a message.

    :param thread: the recordset whose ``message_process`` was called
    :param server: the mailbox of type ``local`` that the message belongs to
    :param options: the further arguments of ``message_process``
    :return: what ``message_process`` of stock returns
    :raise Exception: what it raises; nothing that has it called again here
    """
    registry = thread.env.registry
    incoming_id = _store(thread, server, raw)
    with _locked(registry, incoming_id):
        for attempt in itertools.count(1):
            observation = Observation(answers_at_once=True)
            try:
                return _work(thread, incoming_id, options, observation)
            except Exception as problem:
                passing = processing.is_passing(problem)
                if passing and attempt < MAX_TRIES_ON_CONCURRENCY_FAILURE:
                    time.sleep(random.uniform(0.0, 0.1 * 2**attempt))
                    continue
                _failed(registry, incoming_id, observation, problem)
                if passing:
                    # Else whoever called us tries again, and stores it again.
                    raise UserError(str(problem)) from problem
                raise


def _store(thread, server, raw):
    with thread.env.registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        uid = f"{facts.read(raw).digest}-{uuid.uuid4()}"
        row = env["mail.gateway.incoming"]._keep(
            server.with_env(env), "", "", [(uid, "", raw)]
        )
        row.next_attempt = fields.Datetime.now() + _LEFT_TO_OTHERS
        return row.id


@contextlib.contextmanager
def _locked(registry, incoming_id):
    with registry.cursor() as cr:
        locks.lock(cr, incoming_id)
        yield
        cr.rollback()


def _work(thread, incoming_id, options, observation):
    registry = thread.env.registry
    if processing._begin(registry, incoming_id) is None:
        # Others found it first, so long did it take to get here.
        return False
    with registry.cursor() as cr:
        row = processing._row(cr, incoming_id)
        deliver = partial(_deliver, _caller(thread, row), options)
        with observing(observation):
            result = processing._handle(row, observation, deliver)
        if result is None and not observation.noted("parsed"):
            raise SetAside(_reason(row.env, observation))
        row._conclude(observation)
        return result


def _caller(thread, row):
    """Who called, in the transaction of the work."""
    context = {**thread.env.context, "default_fetchmail_server_id": row.server_id.id}
    return thread.with_env(thread.env(cr=row.env.cr, context=context))


def _deliver(caller, options, readable):
    return caller.message_process(message=readable, **options)


def _reason(env, observation):
    step = observation.steps[-1]
    return env["mail.gateway.advice"]._text(Finding(step.code, params=step.params))


def _failed(registry, incoming_id, observation, problem):
    _logger.info("Message %s is refused", incoming_id, exc_info=True)
    passing = processing.is_passing(problem)
    with registry.cursor() as cr:
        row = processing._row(cr, incoming_id)
        if row.state != "received":
            return
        if not isinstance(problem, SetAside):
            processing._note_failure(observation, problem, passing)
        observation.note("mail_server_told")
        row._conclude(observation)
        if observation.supersedes:
            row._supersede()
