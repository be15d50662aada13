# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the Domain Name System says, and what follows from it.

``answer``         questions, answers, and decisions as rounds of questions
``book``           what is known so far: a decision is a function of a book
``domain_report``  all of a domain: findings, and the records to publish
``spf_check``      whether a server may send for a domain, as receivers find out
``spf_tree``       what an SPF record costs and covers; ``spf_merge`` the one to publish
``dkim``           keys by selector; ``dkim_proposal`` the record that a provider wants
``dmarc``          findings; ``dmarc_walk`` whose record holds, ``dmarc_alignment`` what
                   a server's SPF and DKIM are worth, ``dmarc_merge`` the one to publish
``mx``, ``mx_reach``, ``mta_sts``, ``tls_rpt``  how mail comes in
``sending``  what each outgoing server is worth to a domain
``dmarc_path``  what comes before a stricter policy
``reverse``, ``blocklist``        what is known of a sending server's address
``demand``         what large receivers ask for
``tristate``       yes, no, and what nobody knows
``codes``          all that may be found
"""
