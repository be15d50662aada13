# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the documents of several letters say about their sender."""

import logging
from collections import defaultdict

import psycopg2

_logger = logging.getLogger(__name__)


class Documents:
    """Their departments, and the first identity rule that fits; read at once."""

    def __init__(self, env, letters):
        self.env = env = env(su=True, context={**env.context, "active_test": False})
        identities = env["mail.gateway.identity"].search([("active", "=", True)])
        self.identities = identities
        self.rules = env["mail.gateway.identity.rule"].search([("active", "=", True)])
        self.records = self._records(letters)
        self.departments, self.fitting = {}, defaultdict(list)
        for model, records in self.records.items():
            Field = env["mail.gateway.department.field"]
            self.departments[model] = Field._departments(records)
            self._apply(model, records)
        self.named = self.rules.identity_id

    def _records(self, letters):
        """{model: records that are there}"""
        ids = defaultdict(set)
        for letter in letters:
            if letter.model in self.env and letter.res_id:
                ids[letter.model].add(letter.res_id)
        kinds = [(self.env[model], found) for model, found in ids.items()]
        return {
            model._name: model.browse(found).exists()
            for model, found in kinds
            if model._auto and not model._abstract
        }

    def _apply(self, model, records):
        for rule in self.rules.filtered(lambda rule: rule.model == model):
            try:
                with self.env.cr.savepoint(flush=False):
                    ids = rule._fits(records)
            except (psycopg2.Error, ValueError, KeyError, TypeError):
                # Of a field that an upgrade took away, say. Mail leaves all the same.
                _logger.warning("The filter of identity rule %s fails", rule.id)
                continue
            for res_id in ids:
                self.fitting[model, res_id].append(rule)

    # --- of one letter

    def ladder(self, letter, company, employee):
        """{step: ``Candidate``}, see ``core.delivery.identity.choose``."""
        found = {
            "rule": self._by_rule(letter, company),
            "record_department": self._of(self._department(letter), company),
            "author_department": self._of(employee.department_id, company),
            "company": self._general(company),
        }
        return {step: one._candidate() for step, one in found.items() if one}

    def _by_rule(self, letter, company):
        for rule in self.fitting.get(letter.record, ()):
            if rule.company_id.id in (False, company):
                named = rule.identity_id.filtered("active")
                if found := named or self._of(rule.department_id, company):
                    return found
        return None

    def _department(self, letter):
        return self.departments.get(letter.model, {}).get(
            letter.res_id, self.env["hr.department"]
        )

    def _of(self, department, company):
        """The identity of a department, else of the one that it is part of."""
        while department:
            mine = self.identities.filtered(
                lambda i, d=department: i.department_id == d
            )
            if mine:
                return self._nearest(mine, company)
            department = department.parent_id
        return None

    def _general(self, company):
        """That of the whole company: of no department, and not there for a rule."""
        free = self.identities.filtered(lambda one: not one.department_id) - self.named
        ours = free.filtered(lambda one: one.company_id.id in (False, company))
        return self._nearest(ours, company)

    def _nearest(self, identities, company):
        """In their order, the company's own first."""
        own = identities.filtered(lambda one: one.company_id.id == company)
        return (own or identities)[:1]
