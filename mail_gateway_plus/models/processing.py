# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One message of the ledger from ``received`` to its outcome.

Three transactions, so that each survives what it has to survive:

1. the lock, on a cursor that does nothing else (``lock_next``);
2. the attempt, committed before the work begins, so that a message which kills the
   worker does not kill it for ever;
3. the work and its outcome, committed together or not at all.
"""

import logging

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import LockError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.sql_db import PoolError

from ..core import retry
from ..core.message import bounds, loop, repair
from ..core.routing.observation import Observation
from . import processing_by_hand
from .observing import observing

_logger = logging.getLogger(__name__)

#: What says nothing about the message: the same work may succeed a moment later.
PASSING = (
    *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    PoolError,
    LockError,
)


def is_passing(problem):
    """Whether a fault, or what it stands for, may pass: QWeb raises its own error for
    whatever happens while it renders an answer."""
    while problem is not None:
        # The library's own, without a code, says that the server's answer broke off.
        if isinstance(problem, PASSING) or type(problem) is psycopg2.DatabaseError:
            return True
        problem = problem.__cause__
    return False


#: What processing reads of a row and of its mailbox.
ROW_FIELDS = (
    *("server_id", "company_id", "state", "trace"),
    *("fingerprint", "message_id", "date", "recipients"),
)
SERVER_FIELDS = (
    *("object_id", "original", "attach"),
    *("department_id", "trusted_hosts"),
)


def process(registry, incoming_id):
    """Process a locked message; whatever goes wrong ends on its row."""
    observation = Observation()
    attempts = 1
    try:
        attempts = _begin(registry, incoming_id)
        if attempts is None:
            return
        if attempts > len(retry.PROCESSING.delays_s) + 1:
            # A fault that could be caught would have ended on the row.
            observation.note("workers_lost", count=attempts - 1)
            _conclude(registry, incoming_id, observation)
        else:
            _work(registry, incoming_id, observation)
    except Exception as problem:  # nothing may leave the batch: it ends on the row
        expected = observation.noted("no_route")
        _logger.info("Message %s is not routed", incoming_id, exc_info=not expected)
        try:
            _failed(registry, incoming_id, attempts, problem, observation)
        except Exception:  # even then the messages behind it must not wait for it
            _logger.exception("The fault of message %s could not be noted", incoming_id)
            _shelve(registry, incoming_id)


def _begin(registry, incoming_id):
    """Count the attempt. None when another worker was faster: a lock taken on an old
    snapshot may be of a message that is done.

    One whose attempt ended without a word, for it took its worker with it, is tried
    once more at once and then lets the others pass first. The commit need not reach
    the disk: what a power cut takes away here costs one more attempt.
    """
    with registry.cursor() as cr:
        cr.execute(
            """
            SET LOCAL synchronous_commit = off;
            UPDATE mail_gateway_incoming
               SET attempts = attempts + 1,
                   next_attempt = CASE WHEN attempts > 0
                       THEN now() AT TIME ZONE 'UTC' + attempts * interval '1 minute'
                   END
             WHERE id = %s AND state = 'received'
         RETURNING attempts
            """,
            [incoming_id],
        )
        found = cr.fetchone()
    return found and found[0]


def _row(cr, incoming_id):
    """The row in an environment like that of stock's fetch: the mailbox is noted on
    what processing writes, and its company is the current one. What is sent on the
    way waits for the queue, for a relay that hangs must not hold up the mailbox."""
    context = {"mail_gateway_queue_only": True}
    row = api.Environment(cr, SUPERUSER_ID, context)["mail.gateway.incoming"]
    row = row.browse(incoming_id)
    # Not all of their fields, of which there are many.
    row.fetch(ROW_FIELDS)
    row.server_id.fetch(SERVER_FIELDS)
    row = row.with_context(default_fetchmail_server_id=row.server_id.id)
    return row.with_company(row.company_id) if row.company_id else row


def _work(registry, incoming_id, observation):
    """What the message makes and its outcome, in one transaction.

    The commit does not wait for the disk, which would be a tenth of a message's time.
    A power cut may take the last half second away, but outcome and records together:
    the message is in the ledger, from a commit that did wait, and is processed again.
    """
    with registry.cursor() as cr:
        cr.execute("SET LOCAL synchronous_commit = off")
        row = _row(cr, incoming_id)
        process_ = row.env["mail.thread"].message_process
        options = _options(row.server_id)
        with observing(observation):
            _handle(row, observation, lambda raw: process_(message=raw, **options))
        _conclude_row(row, observation)


def _conclude(registry, incoming_id, observation):
    with registry.cursor() as cr:
        _conclude_row(_row(cr, incoming_id), observation)


def _conclude_row(row, observation):
    row._conclude(observation)
    if row.state != "quarantined":
        # What is in quarantine may still be routed, so nobody is told no.
        for answer in observation.deferred:
            answer(row.env)


def _handle(row, observation, deliver):
    """Set aside what must not reach Odoo, and hand over the rest.

    :param deliver: takes the message, repaired, and calls stock's ``message_process``
    :return: what that returned; False for a duplicate, as stock has it, and for what a
        round trip has sent
    """
    first, to_do = row._plan(observation)
    if not to_do:
        return _set_aside(row, first, observation)
    raw = row._raw()
    letter = row._letter(raw, observation.guise.recipients)
    row._disguise_report(observation, letter)
    if row.env["mail.gateway.round.trip"]._recognise(row, letter.said, observation):
        return False
    readable = repair.repaired(raw)
    # What the repair makes parts of counts as well.
    finding = bounds.exceeded(readable)
    if finding:
        observation.note(finding.code, **finding.params)
        return None
    row._observe(observation, letter)
    result = _hand_over(row, raw, readable, observation, deliver)
    if first and not observation.reached and not observation.noted("alias_refused"):
        # Its further recipients led nowhere else.
        observation.deferred.clear()
        return _set_aside(row, first, observation)
    row._autorespond(observation)
    return result


def _set_aside(row, first, observation):
    row.duplicate_of_id = first
    observation.note("same_mail", first=first.id)
    return False


def route_to(row, model, thread_id=None, custom_values=None):
    """Process a quarantined or rejected message into a document that people chose, in
    the caller's transaction.

    :param row: one row of the ledger, in the environment of who asks
    :param model: name of the document's model
    :param thread_id: the document; None makes a new one
    :param custom_values: values of a new document, as of an alias's defaults
    :raise UserError: the model takes no mail, or refuses this one, or the message is
        beyond the bounds of what Odoo gets to see, by whatever way it comes
    """
    raw = row.sudo()._raw()
    readable = repair.repaired(raw)
    finding = bounds.exceeded(readable)
    if finding:
        raise UserError(row.env["mail.gateway.advice"]._text(finding))

    def hand_over(root, observation, deliver):
        observation.original = raw
        _hand_over(root, raw, readable, observation, deliver)

    destination = (model, thread_id or 0, custom_values)
    processing_by_hand.route_to(row, destination, hand_over, PASSING)


def _hand_over(row, raw, readable, observation, deliver):
    """Give Odoo a copy that it can read, without what only we may say; the ledger has
    the message as it came."""
    try:
        result = deliver(loop.outside(readable))
    except Exception as problem:
        plain = repair.rebuilt(raw)
        if not _unreadable(problem, observation) or plain == readable:
            raise
        result = deliver(loop.outside(plain))
    # Stock answers False before it looks for a route when it knows the Message-ID.
    if result is False and not observation.asked_for_routes:
        observation.note("message_known", message_id=row.message_id)
    return result


def _unreadable(problem, observation):
    """Whether Odoo's parser gave up. It only reads, so it may be asked again."""
    database = isinstance(problem, (*PASSING, psycopg2.Error))
    return not database and not observation.noted("parsed")


def _options(server):
    """What the mailbox says about the mail that it takes."""
    return {
        "model": server.object_id.model,
        "save_original": server.original,
        "strip_attachments": bool(server) and not server.attach,
    }


def _failed(registry, incoming_id, attempts, problem, observation):
    """Put off what may pass, quarantine what may not."""
    passing = is_passing(problem)
    delay_s = retry.PROCESSING.delay_s(attempts) if passing else None
    with registry.cursor() as cr:
        row = _row(cr, incoming_id)
        if row.state != "received":
            # It failed in what runs after a commit: the outcome stands.
            return
        if delay_s is not None:
            row._put_off(delay_s)
            return
        _note_failure(observation, problem, passing)
        _conclude_row(row, observation)


def _note_failure(observation, problem, passing):
    # Nothing of what the failed transaction made is there.
    observation.reached.clear()
    if passing:
        # A lock says nothing about the alias that happened to be in its way.
        observation.broken_aliases.clear()
    if observation.noted("no_route") or observation.noted("route_invalid"):
        return
    cause = "model_failed" if observation.noted("parsed") else "parse_failed"
    said = " ".join(str(problem).split())[:300]
    observation.note(
        "retries_exhausted" if passing else cause,
        error=said,
        kind=type(problem).__name__,
    )


def _shelve(registry, incoming_id):
    """Leave a message for later with as little as can fail."""
    with registry.cursor() as cr:
        cr.execute(
            "UPDATE mail_gateway_incoming"
            " SET next_attempt = now() AT TIME ZONE 'UTC' + interval '15 minutes'"
            " WHERE id = %s AND state = 'received'",
            [incoming_id],
        )
