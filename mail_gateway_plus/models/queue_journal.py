# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is written of each SMTP message, before and after the wire.

On a cursor of its own and committed at once, so that it survives whatever becomes of
the mail. The commits need not reach the disk: they survive the death of the worker, and
a power cut takes the mail's own state of the last half second with them.
"""

import contextlib

import psycopg2
from psycopg2.extras import execute_values

from ..core.delivery import state, verdict
from ..core.smtp.fault import UNCERTAIN

#: As much as is kept of what a server said.
WORDS = 500


class Journal:
    """For one thread."""

    def __init__(self, registry):
        self._registry = registry
        self._cr = None

    def close(self):
        if self._cr is not None:
            with contextlib.suppress(psycopg2.Error):
                self._cr.close()
            self._cr = None

    @contextlib.contextmanager
    def _committed(self):
        if self._cr is None:
            self._cr = self._registry.cursor()
        try:
            # A transaction that waits for a lock has to see what the holder wrote.
            self._cr.execute(
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
                " SET LOCAL synchronous_commit = off"
            )
            yield self._cr
            self._cr.commit()  # pylint: disable=invalid-commit
        except BaseException:
            self.close()
            raise

    def begin(self, task, message, clock, pace):
        """Whom the message is to be sent to now: not those whom the server has taken
        it for, nor perhaps has, nor those who were refused for good. ``states`` of the
        message says it of all of them.

        The row of a recipient is the last word: of two workers that have the same mail,
        however that came, one begins it. Nobody, when the server's limits are used up;
        then ``later`` of the task says when there is room.

        :param pace: ``queue_pace.Pace``
        """
        with self._committed() as cr:
            now, task.later = pace.wait(cr, task.is_mass, clock)
            return [] if task.later else self._begun(cr, task, message, now)

    def _begun(self, cr, task, message, now):
        about = (
            *(task.message_id, message.envelope, message.sender),
            *(task.server_id or None, task.identity_id or None),
            *(task.company_id or None, task.is_mass, "sending", 1, now, now),
        )
        once = list(dict.fromkeys(message.recipients))
        rows = [(task.mail_id, message.part, one, *about) for one in once]
        begun = execute_values(cr._obj, _BEGIN, rows, page_size=1000, fetch=True)
        begun = {recipient for (recipient,) in begun}
        message.states.update(dict.fromkeys(begun, "sending"))
        if len(begun) < len(once):
            message.states.update(self._states(cr, task.mail_id, message.part))
        return [one for one in once if one in begun]

    def _states(self, cr, mail_id, part):
        cr.execute(
            "SELECT recipient, state FROM mail_gateway_delivery"
            " WHERE mail_id = %s AND part = %s",
            [mail_id, part],
        )
        return dict(cr.fetchall())

    def conclude(self, task, message, outcome, now):
        """Note what a server said to each recipient."""
        rows = [_accepted(one, outcome.said) for one in outcome.accepted]
        rows += [_refused(one, why) for one, why in outcome.refused.items()]
        ended = [(*row, task.mail_id, message.part, now) for row in rows]
        with self._committed() as cr:
            # What another worker took for the work of a dead one we know better.
            execute_values(cr._obj, _CONCLUDE, ended, page_size=1000)
        # Not before it is written: what cannot be is still on the wire, as far as
        # anybody knows.
        message.states.update({row[0]: row[1] for row in rows})
        message.refused.update(outcome.refused)

    def bury(self, mail_ids):
        """What a worker that is gone has left: nobody knows where it is.

        :return: ids of the mails that are so
        """
        if not mail_ids:
            return []
        with self._committed() as cr:
            cr.execute(
                """
                UPDATE mail_gateway_delivery
                   SET state = %s, failure_code = %s, failure_class = 'connection'
                 WHERE state = 'sending' AND mail_id = ANY(%s)
             RETURNING mail_id
                """,
                [state.after("sending", "doubt"), UNCERTAIN, list(mail_ids)],
            )
            return list({mail_id for (mail_id,) in cr.fetchall()})

    def open_mails(self):
        """Ids of mails that are on the wire, or were when their worker died."""
        with self._committed() as cr:
            cr.execute(
                "SELECT DISTINCT mail_id FROM mail_gateway_delivery"
                " WHERE state = 'sending'"
            )
            return [mail_id for (mail_id,) in cr.fetchall()]


def _accepted(recipient, said):
    return recipient, state.after("sending", "accept"), said, None, None, None, False


def _refused(recipient, why):
    """The same columns of ``_CONCLUDE``."""
    meaning = why.meaning
    said = why.finding.params.get("reply") or ""
    is_final = verdict.is_final(verdict.effect(meaning, why.stage))
    return (
        recipient,
        state.after("sending", verdict.event(meaning)),
        said[:WORDS],
        meaning.code_number or None,
        meaning.code,
        meaning.kind,
        is_final,
    )


_BEGIN = """
    INSERT INTO mail_gateway_delivery AS delivery (
           mail_id, part, recipient, message_id, envelope, sender, mail_server_id,
           identity_id, company_id, is_mass, state, attempts, first_on, begun_on)
    VALUES %s
        ON CONFLICT (mail_id, part, recipient) DO UPDATE
       SET state = excluded.state,
           attempts = delivery.attempts + 1,
           begun_on = excluded.begun_on,
           ended_on = NULL,
           envelope = excluded.envelope,
           sender = excluded.sender,
           mail_server_id = excluded.mail_server_id,
           identity_id = excluded.identity_id,
           reply = NULL, reply_code = NULL, failure_code = NULL, failure_class = NULL
     WHERE delivery.state = 'refused' AND delivery.is_final IS NOT TRUE
 RETURNING recipient
"""

_CONCLUDE = """
    UPDATE mail_gateway_delivery AS delivery
       SET state = ended.state,
           reply = ended.reply,
           reply_code = ended.reply_code::int,
           failure_code = ended.failure_code,
           failure_class = ended.failure_class,
           is_final = ended.is_final::bool,
           ended_on = ended.ended_on
      FROM (VALUES %s) AS ended (
           recipient, state, reply, reply_code, failure_code, failure_class, is_final,
           mail_id, part, ended_on)
     WHERE delivery.mail_id = ended.mail_id
       AND delivery.part = ended.part
       AND delivery.recipient = ended.recipient
"""
assert state.OPEN == (state.NEW, "refused"), "what may be begun"
