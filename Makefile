# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# make run          Odoo with real mail servers and mail in them, until Ctrl-C
# make run ONCE=1   the same, and ends when it is ready
# make test         every check and test; with ARGS="-k kill" pytest alone
# make lint         the checks of the sources
# make bench        this addon beside stock Odoo
# make soak         the long fault tests
# make stock-tests  Odoo's own tests, without this addon and with it (20 minutes)
# make pictures     the pictures of the guide
# make clean        remove all that the above made

START = sh sandbox/start.sh
VERBS = run test lint bench soak stock-tests pictures clean

.PHONY: help $(VERBS)

help:
	@sed -n 's/^# make/make/p' Makefile

run:
	@$(START) run $(if $(ONCE),--once) $(ARGS)

test lint bench soak stock-tests pictures clean:
	@$(START) $@ $(ARGS)
