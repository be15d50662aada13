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
RULES = "mail_gateway_rules"


def wanted(env):
    """Whether the ledger is at work. It has all rights; whose rights apply would be a
    part of the question else."""
    return observing.current() is not None and env.su


def once(env, topic, key, look_up):
    """The result of ``look_up``, called once a transaction for this ``key``.

    :param topic: ALIASES, PARTNERS or RULES
    :param key: hashable
    :param look_up: gives what outlives a change of the environment: no records
    """
    known = env.cr.cache.setdefault(topic, {})
    if known is None:
        return look_up()
    # Whether what is archived counts depends on who asks.
    key = (key, env.context.get("active_test", True))
    if key not in known:
        known[key] = look_up()
    return known[key]


def search(topic, search_fetch, domain, *bounds, lang=None):
    """What ``search_fetch``, that of stock, finds; its fields are read in the same go,
    for they are asked for next.

    :param bounds: offset, limit and order of the search
    :param lang: the language, where the order depends on it
    """
    records = search_fetch.__self__
    key = (records._name, repr((domain, bounds)), lang)

    def look_up():
        return search_fetch(domain, None, *bounds).ids

    return records.browse(once(records.env, topic, key, look_up))


def stop(env, topic):
    """To be called by whatever changes what is looked up, before it does: from here
    on this transaction asks the database each time, as stock does."""
    env.cr.cache[topic] = None
