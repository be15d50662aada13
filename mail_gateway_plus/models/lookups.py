# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What one message asks the database for again and again is looked up once.

Odoo looks for the same aliases, domains and senders some fifteen times a message. The
answers are kept with the transaction and end with it, at the latest with a rollback to
a savepoint. A transaction sees one snapshot of the database, so within it nobody else
can change them, and the next message asks anew: whichever process changes an alias,
the change cannot come too late here. A cache that outlives the transaction would have
to be told of changes, and what is told after a commit is told late.

Only while the ledger processes: direct callers of stock look up as often as stock.
"""

from . import observing

#: What is looked up: it changes in one go, and is looked up anew from there on.
ALIASES = "mail_gateway_aliases"
PARTNERS = "mail_gateway_partners"


def once(env, topic, key, look_up):
    """The result of ``look_up``, called once a transaction for this ``key``.

    :param topic: ALIASES or PARTNERS
    :param key: hashable
    :param look_up: gives what outlives a change of the environment: no records
    """
    # Whose rights apply would be a part of the key; the gateway has all of them.
    if observing.current() is None or not env.su:
        return look_up()
    known = env.cr.cache.setdefault(topic, {})
    if known is None:
        return look_up()
    # Whether what is archived counts depends on who asks.
    key = (key, env.context.get("active_test", True))
    if key not in known:
        known[key] = look_up()
    return known[key]


def search(records, topic, asked, order, look_up):
    """A query of what ``look_up`` finds, which is a query as well.

    :param asked: what determines the result besides the ``order``
    """
    # Without an order it is part of another query, or reads fields of known records.
    if observing.current() is None or order is None:
        return look_up()
    key = (records._name, repr(asked), order)
    ids = once(records.env, topic, key, lambda: look_up().get_result_ids())
    return records.browse(ids)._as_query()


def stop(env, topic):
    """To be called by whatever changes what is looked up, before it does: from here
    on this transaction asks the database each time, as stock does."""
    env.cr.cache[topic] = None
